"""One party's neural network looks at another party's images, and neither sees what the other has.

One party has a network, a JSON file; another one has images, a CSV file; both are named by the environment variable
E3_INPUT or by --input, and told apart by what they hold. All other parties have no file and help: at least one is
needed, or nothing is hidden.

Who learns what:
- the owner of the images: of each image the class that the network finds most likely;
- all: who has what, the number of images and of their pixels, and the network's shape;
- nobody: the images, the network's weights, or how likely the other classes are.

Whoever may ask often enough can learn a lot about a network from its answers: this program cannot help that. The
rest holds against as many parties together as the threshold says, which is less than half of them, if all follow the
program (it is secure in the semi-honest model).

The network consists of layers, each connected with all of the one before, with the larger of 0 and x between them
(ReLU). Its weights are whole numbers from -127 to 127, as networks have them that were made small for telephones
(8 bits, quantised); pixels are 0 to 255. So everything is computed exactly, and the answers are those of the same
network anywhere.

    {"layers": [{"weights": [[3, -7, …], …], "bias": [12, …]}, …]}

`weights` has a row for each input with a number for each output, `bias` a number for each output. Each column of
the images is a pixel, except one named `label`: what the owner believes, which stays there and is compared.

As network traffic: few rounds, whose number grows with the layers, of large messages, that grow with the number of
images.

    E3_INPUT=network.json python classify.py -P … -I 0
    python classify.py -M 3 --invent 1 --size 10
"""

import argparse
import csv
import json
import random
import sys
from itertools import combinations

from mpyc.runtime import mpc

from inputs import InputError, add_input, add_invent, mpc_numpy, own_path, read_table, told_by_all

MOST_IMAGES = 100_000
MOST_LAYERS = 8
MOST_WEIGHT = 127
MOST_PIXEL = 255

# What is invented: images of 8 × 8 pixels, and a network with one layer between these and ten classes.
INVENTED_SHAPE = [64, 32, 10]


def read_arguments():
    """Options of this program; those of the runtime are already taken away."""
    parser = argparse.ArgumentParser(description="Classifies one party's images by another's neural network.")
    add_input(parser, 'FILE', 'a network (JSON) or images (CSV); without it, this party helps')
    add_invent(parser)
    parser.add_argument('--size', type=int, default=100, metavar='N',
                        help='the most images that are looked at, from the first (default: %(default)s)')
    args = parser.parse_args()
    if not 1 <= args.size <= MOST_IMAGES:
        parser.error(f'--size is {args.size}: it must be 1 to {MOST_IMAGES}')
    return args


def read_input(path, size):
    """A network, or images and their labels; of what a party does not have, None."""
    if not path:
        return None, None, None
    if path.lower().endswith('.json'):
        return read_network(path), None, None
    return None, *read_images(path, size)


def read_images(path, size):
    """The first images of a file, and what their owner believes them to be, if it says so."""
    header, rows = read_table(path)
    if not rows:
        raise InputError(f'{path}: has no rows below its first line')
    label_at = header.index('label') if 'label' in header else None
    images = [[parse_number(f'{where}: {name}', text, 0, MOST_PIXEL)
               for at, (name, text) in enumerate(zip(header, row)) if at != label_at]
              for where, row in rows[:size]]
    if not images[0]:
        raise InputError(f'{path}: line 1: has no column with pixels')
    labels = None if label_at is None else [row[label_at] for _, row in rows[:size]]
    return images, labels


def parse_number(where, text, least, most):
    """A whole number within limits."""
    try:
        value = int(text)
    except ValueError:
        raise InputError(f'{where}: expected a whole number, found {text!r}') from None
    if not least <= value <= most:
        raise InputError(f'{where}: {value} is not within {least} to {most}')
    return value


def read_network(path):
    """The layers of a network: pairs of weights and bias."""
    try:
        with open(path, encoding='utf-8') as file:
            network = json.load(file)
    except OSError as error:
        raise InputError(f'{path}: cannot be read: {error.strerror}') from error
    except UnicodeDecodeError as error:
        raise InputError(f'{path}: is not UTF-8 text') from error
    except json.JSONDecodeError as error:
        raise InputError(f'{path}: line {error.lineno}: is no JSON: {error.msg}') from error
    layers = network.get('layers') if isinstance(network, dict) else None
    if not isinstance(layers, list) or not 1 <= len(layers) <= MOST_LAYERS:
        raise InputError(f'{path}: expected {{"layers": […]}} with 1 to {MOST_LAYERS} layers')
    made, most = [], MOST_PIXEL
    for number, layer in enumerate(layers, start=1):
        made.append(parse_layer(f'{path}: layer {number}', layer, len(made[-1][1]) if made else None, most))
        most = most_output(len(made[-1][0]), most)
    return made


def parse_layer(where, layer, inputs, most):
    """Weights and bias of one layer, which has this many inputs, none larger than `most`."""
    if not isinstance(layer, dict) or not all(isinstance(layer.get(name), list) for name in ('weights', 'bias')):
        raise InputError(f'{where}: expected {{"weights": [[…], …], "bias": […]}}')
    weights, bias = layer['weights'], layer['bias']
    if not bias or not weights:
        raise InputError(f'{where}: has no outputs, or no inputs')
    if inputs not in (None, len(weights)):
        raise InputError(f'{where}: has {len(weights)} rows of weights, but the layer before has {inputs} outputs')
    for number, row in enumerate(weights, start=1):
        if not isinstance(row, list) or len(row) != len(bias):
            raise InputError(f'{where}: row {number} of the weights: expected {len(bias)} numbers, as in the bias')
        for weight in row:
            expect_whole(f'{where}: row {number} of the weights', weight, MOST_WEIGHT)
    for number in bias:
        expect_whole(f'{where}: bias', number, most_output(len(weights), most) // 2)
    return weights, bias


def most_output(inputs, most):
    """What no output of a layer exceeds, if no input exceeds `most`: the bias may be as large as all the rest."""
    return 2 * MOST_WEIGHT * inputs * most


def expect_whole(where, number, most):
    """Complains unless it is a whole number that is not too large."""
    if type(number) is not int or abs(number) > most:
        raise InputError(f'{where}: expected a whole number from {-most} to {most}, found {json.dumps(number)}')


def invented_input(seed, size):
    """Party 0 has a network, party 1 images; the others help."""
    numbers = random.Random(f'{seed} {mpc.pid}')

    def whole(most, *shape):
        if not shape:
            return numbers.randint(-most, most)
        return [whole(most, *shape[1:]) for _ in range(shape[0])]

    if mpc.pid == 0:
        sizes = zip(INVENTED_SHAPE, INVENTED_SHAPE[1:])
        return [(whole(MOST_WEIGHT, n, k), whole(MOST_WEIGHT, k)) for n, k in sizes], None, None
    if mpc.pid == 1:
        return None, [[abs(pixel) for pixel in row] for row in whole(MOST_PIXEL, size, INVENTED_SHAPE[0])], None
    return None, None, None


def shape_of(network):
    """Inputs, outputs of each layer, from the first to the last."""
    return [len(network[0][0]), *(len(bias) for _, bias in network)]


def bounds(shape):
    """What no output of each layer exceeds, whatever the weights and images are."""
    made, most = [], MOST_PIXEL
    for inputs in shape[:-1]:
        most = most_output(inputs, most)
        made.append(most)
    return made


async def classify(network, images, shape, count, owners):
    """The class of each image, as secret numbers."""
    np = mpc_numpy()
    limits = bounds(shape)
    # Room for the difference of two outputs, and a sign.
    secint = mpc.SecInt(limits[-1].bit_length() + 2)

    def share(own, owner, *shape):
        own = np.zeros(shape, dtype=object) if own is None else np.array(own, dtype=object)
        return mpc.input(secint.array(own), senders=owner)

    values = share(images, owners['images'], count, shape[0])
    for number, (inputs, outputs) in enumerate(zip(shape, shape[1:])):
        weights, bias = network[number] if network else (None, None)
        weights = share(weights, owners['network'], inputs, outputs)
        values = values @ weights + share(bias, owners['network'], outputs)
        if number < len(shape) - 2:
            negative = mpc.np_sgn(values, l=limits[number].bit_length() + 1, LT=True)
            values = values - negative * values
    return best(values)


def best(scores):
    """The place of the largest score of each row; of equal ones the first.

    Each is compared with each other, all at once: that is more work than a knockout, but fewer rounds.
    """
    np = mpc_numpy()
    classes = scores.shape[1]
    pairs = list(combinations(range(classes), 2))
    if not pairs:
        return scores[:, 0] * 0
    later_wins = scores[:, [i for i, _ in pairs]] < scores[:, [k for _, k in pairs]]
    wins = mpc.np_concatenate((later_wins, 1 - later_wins), axis=1)
    # Where to find, for each class, that it wins against each other.
    at = {pair: number for number, pair in enumerate(pairs)}
    against = [[at[other, own] if other < own else at[own, other] + len(pairs)
                for other in range(classes) if other != own] for own in range(classes)]
    wins_all = mpc.np_prod(wins[:, against], axis=2)
    return wins_all @ np.arange(classes).astype(object)


def find_owners(facts):
    """Which party has the network, and which the images."""
    owners = {}
    for what in ('network', 'images'):
        parties = [party for party, has in enumerate(facts) if has.get(what)]
        if len(parties) != 1:
            names = ', '.join(map(str, parties)) or 'none'
            raise InputError(f'exactly one party must have {what}, but it is: {names}')
        owners[what] = parties[0]
    return owners


def tell(found, labels):
    """Prints the class of each image, and how many are as their owner believes."""
    table = csv.writer(sys.stdout, lineterminator='\n')
    table.writerow(['image', 'class'] + (['label'] if labels else []))
    for number, (kind, *label) in enumerate(zip(found, *([labels] if labels else [])), start=1):
        table.writerow([number, kind, *label])
    if labels:
        print(f'as labelled  {sum(str(kind) == label for kind, label in zip(found, labels))} of {len(labels)}')


async def main():
    args = read_arguments()
    # Before the others are met: a party whose file is unusable leaves at once.
    if args.invent is None:
        network, images, labels = read_input(own_path(args.input), args.size)
    else:
        network, images, labels = invented_input(args.invent, args.size)
    mpc_numpy()

    async with mpc:
        own = {'network': network and shape_of(network), 'images': images and [len(images), len(images[0])]}
        facts = await told_by_all({'--size': args.size}, own)
        owners = find_owners(facts)
        shape, (count, pixels) = facts[owners['network']]['network'], facts[owners['images']]['images']
        if pixels != shape[0]:
            raise InputError(f'the network is for {shape[0]} pixels, but the images have {pixels}')
        found = await classify(network, images, shape, count, owners)
        found = await mpc.output(found, receivers=owners['images'])

    print(f'images   {count} of {pixels} pixels, from party {owners["images"]}')
    print(f'network  {"-".join(map(str, shape))}, from party {owners["network"]}')
    if images:
        tell([int(kind) for kind in found], labels)


if __name__ == '__main__':
    try:
        mpc.run(main())
    except InputError as error:
        sys.exit(f'classify.py: {error}')
