"""Draws images of digits, and trains the network that reads them. Needs numpy.

    python generate.py          writes network.json and images.csv beside this file

The digits are lines and arcs, turned, moved, stretched and blurred at random. The network is trained on some
thousands of them; the images are a hundred others. The seed is fixed, but the last digits of floating-point numbers
differ among machines: a network that is made again is as good, and not always the same.
"""

import csv
import json
import pathlib

import numpy as np

SEED = 2026
WIDTH = 8
HIDDEN = 24
TRAINED, KEPT = 6000, 100
MOST_WEIGHT, MOST_PIXEL = 127, 255

# Strokes of each digit, as corners of lines in a square from 0,0 (top left) to 1,1.
STROKES = {
    0: [[(0.5, 0), (0.85, 0.2), (0.85, 0.8), (0.5, 1), (0.15, 0.8), (0.15, 0.2), (0.5, 0)]],
    1: [[(0.25, 0.25), (0.55, 0), (0.55, 1)]],
    2: [[(0.15, 0.2), (0.5, 0), (0.85, 0.25), (0.7, 0.5), (0.15, 1), (0.9, 1)]],
    3: [[(0.15, 0.1), (0.6, 0), (0.85, 0.25), (0.45, 0.48), (0.85, 0.72), (0.6, 1), (0.15, 0.9)]],
    4: [[(0.65, 1), (0.65, 0), (0.1, 0.65), (0.9, 0.65)]],
    5: [[(0.85, 0), (0.2, 0), (0.2, 0.45), (0.6, 0.4), (0.85, 0.7), (0.6, 1), (0.15, 0.9)]],
    6: [[(0.75, 0), (0.25, 0.45), (0.15, 0.75), (0.5, 1), (0.85, 0.75), (0.5, 0.5), (0.2, 0.65)]],
    7: [[(0.1, 0), (0.9, 0), (0.4, 1)]],
    8: [[(0.5, 0.48), (0.2, 0.25), (0.5, 0), (0.8, 0.25), (0.5, 0.48), (0.15, 0.75), (0.5, 1), (0.85, 0.75),
         (0.5, 0.48)]],
    9: [[(0.8, 0.35), (0.5, 0.5), (0.15, 0.25), (0.5, 0), (0.8, 0.25), (0.8, 0.4), (0.4, 1)]],
}


def draw(digit, numbers):
    """One image: how near each pixel is to a stroke, from 0 (far away) to 1."""
    angle, slant = numbers.normal(0, 0.12), numbers.normal(0, 0.12)
    scale = numbers.uniform(0.75, 1.05, 2) * (0.62, 0.85)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ [[1, slant], [0, 1]]
    shift = 0.5 + numbers.normal(0, 0.035, 2)
    places = (np.stack(np.meshgrid(*2 * [np.arange(WIDTH)]), axis=-1).reshape(-1, 2) + 0.5) / WIDTH
    nearest = np.full(len(places), 9.0)
    for stroke in STROKES[digit]:
        corners = ((np.array(stroke) - 0.5) * scale + numbers.normal(0, 0.015, (len(stroke), 2))) @ turn.T + shift
        for begin, end in zip(corners, corners[1:]):
            along = end - begin
            part = np.clip((places - begin) @ along / max(along @ along, 1e-9), 0, 1)
            nearest = np.minimum(nearest, np.linalg.norm(places - begin - part[:, None] * along, axis=1))
    ink = np.clip(1.5 - nearest / numbers.uniform(0.05, 0.075), 0, 1)
    return np.clip(ink + numbers.normal(0, 0.04, len(ink)), 0, 1)


def draw_many(count, numbers):
    """Images as whole numbers, and the digits that they show."""
    labels = numbers.integers(0, 10, count)
    images = np.stack([draw(digit, numbers) for digit in labels])
    return np.rint(MOST_PIXEL * images).astype(int), labels


def train(images, labels, numbers):
    """Weights and biases of two layers, by gradient descent in small batches (Adam)."""
    images = images / MOST_PIXEL
    sizes = [WIDTH * WIDTH, HIDDEN, 10]
    parts = [part for n, k in zip(sizes, sizes[1:]) for part in (numbers.normal(0, (2 / n)**0.5, (n, k)), np.zeros(k))]
    means, squares, step = [0 * part for part in parts], [0 * part for part in parts], 0
    for _ in range(40):
        order = numbers.permutation(len(images))
        for batch in np.split(order, len(order) // 50):
            step += 1
            for part, mean, square, slope in zip(parts, means, squares, slopes(parts, images[batch], labels[batch])):
                mean += 0.1 * (slope - mean)
                square += 0.001 * (slope**2 - square)
                part -= 0.003 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return parts


def slopes(parts, images, labels):
    """How the loss (cross entropy, and a little for large weights) changes with each weight and bias."""
    first, first_bias, second, second_bias = parts
    hidden = np.maximum(images @ first + first_bias, 0)
    scores = hidden @ second + second_bias
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    likely[np.arange(len(labels)), labels] -= 1
    likely /= len(labels)
    back = (likely @ second.T) * (hidden > 0)
    return (images.T @ back + 1e-3 * first, back.sum(axis=0),
            hidden.T @ likely + 1e-3 * second, likely.sum(axis=0))


def quantise(parts):
    """The same network in whole numbers. A layer's outputs may be multiplied: it is the order that counts."""
    layers, inputs = [], MOST_PIXEL
    for weights, bias in zip(parts[::2], parts[1::2]):
        factor = MOST_WEIGHT / np.abs(weights).max()
        layers.append({'weights': np.rint(factor * weights).astype(int).tolist(),
                       'bias': np.rint(factor * inputs * bias).astype(int).tolist()})
        inputs *= factor
    return {'layers': layers}


def read(network, images):
    """The class that a network finds for each image."""
    values = images
    for number, layer in enumerate(network['layers']):
        values = (np.maximum(values, 0) if number else values) @ np.array(layer['weights']) + np.array(layer['bias'])
    return values.argmax(axis=1)


def main():
    numbers = np.random.Generator(np.random.PCG64(SEED))
    network = quantise(train(*draw_many(TRAINED, numbers), numbers))
    images, labels = draw_many(KEPT, numbers)
    print(f'{(read(network, images) == labels).sum()} of {KEPT} images are read as they were drawn')

    folder = pathlib.Path(__file__).parent
    with open(folder / 'network.json', 'w', encoding='utf-8') as file:
        # A line for each row of weights.
        file.write(json.dumps(network).replace(', [', ',\n[').replace('"bias"', '\n"bias"') + '\n')
    with open(folder / 'images.csv', 'w', newline='', encoding='utf-8') as file:
        table = csv.writer(file, lineterminator='\n')
        table.writerow(['label', *(f'p{k}' for k in range(WIDTH * WIDTH))])
        table.writerows([label, *image] for label, image in zip(labels.tolist(), images.tolist()))


if __name__ == '__main__':
    main()
