"""Where a median lies: the interval that e3-evaluate has (statistics/interval.rs), in the same words."""

import math


def of_median(figures):
    """The ends of the narrowest range, from the k-th least to the k-th greatest of two figures or more, that contains the
    median with 95 % at least, and with how much. Of fewer than six it is all of them, and that is less.

    The sign test turned round (Thompson, 1936): how many are below the median is the toss of a fair coin."""
    ordered, count = sorted(figures), len(figures)
    left_out, outside = 0, 2 * 0.5 ** count
    for below in range(1, (count + 1) // 2):
        more = outside + 2 * math.comb(count, below) * 0.5 ** count
        if more > 0.05:
            break
        left_out, outside = below, more
    return ordered[left_out], ordered[-1 - left_out], 1 - outside
