"""Makes data/cnn/W_fc1.npy in a copy of MPyC's demos, where the checkout lacks that large file. Needs numpy.

    python stand_in.py DEMOS

The other layers of that network are there, and so are 10,000 images: the missing layer is fitted to them, such that
the network reads digits again. The demos then do exactly as much work as with the original; only how well they read
is ours.
"""

import gzip
import pathlib
import sys

import numpy as np

# Images that the layer is fitted to; the first ones, which demos read, are not among them.
FIRST, FITTED = 1000, 6000
# How far the layer's outputs lie from one another, well within the numbers that the demos have room for.
SPREAD = 1.5


def convolve(images, weights, bias):
    """Convolution of images with filters, at each place with zeros around; then the best of each 2 × 2, above 0."""
    count, size = images.shape[0], weights.shape[-1]
    around = size // 2
    padded = np.pad(images, ((0, 0), (0, 0), (around, around), (around, around)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
    made = np.einsum('nrijab,vrab->nvij', windows, weights, optimize=True) + bias[:, None, None]
    made = made.reshape(count, len(bias), made.shape[2] // 2, 2, made.shape[3] // 2, 2).max(axis=(3, 5))
    return np.maximum(made, 0)


def main():
    data = pathlib.Path(sys.argv[1], 'data/cnn')
    part = {path.stem: np.load(path) for path in data.glob('*.npy')}
    images = np.frombuffer(gzip.open(data / 't10k-images-idx3-ubyte.gz').read()[16:], dtype=np.ubyte)
    images = images.reshape(-1, 1, 28, 28)[FIRST:FIRST + FITTED].astype(np.float32) / 255
    labels = np.frombuffer(gzip.open(data / 't10k-labels-idx1-ubyte.gz').read()[8:], dtype=np.ubyte)
    labels = labels[FIRST:FIRST + FITTED]

    seen = np.concatenate([look(batch, part) for batch in np.array_split(images, FITTED // 100)])
    # What the next layer takes for its class, less the bias.
    last = part['W_fc2']
    wanted = SPREAD * (last / np.abs(last).max()).T[labels] - part['b_fc1']
    square = seen.T @ seen
    square[np.diag_indices_from(square)] += 1e-2 * np.trace(square) / len(square)
    fitted = np.linalg.solve(square, seen.T @ wanted).astype(np.float32)
    scores = np.maximum(seen @ fitted + part['b_fc1'], 0) @ last + part['b_fc2']
    print(f'reads {np.mean(scores.argmax(axis=1) == labels):.1%} of the images that it was fitted to')
    np.save(data / 'W_fc1.npy', fitted)


def look(images, part):
    """What the first two layers make of images."""
    made = convolve(convolve(images, part['W_conv1'], part['b_conv1']), part['W_conv2'], part['b_conv2'])
    return made.reshape(len(images), -1)


if __name__ == '__main__':
    main()
