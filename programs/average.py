"""Mean, variance and median over the private tables of several hospitals.

Every party has a CSV file of its own, named by the environment variable E3_INPUT or by --input. The statistics
are those of one column over the rows of all files together.

Who learns what:
- all: the number of rows of all files together, the mean and the variance (hence the sum and the sum of
  squares), the median (of an even number of rows: the mean of the two in the middle, not the two themselves),
  and --size, the most rows that a party may have;
- nobody: any other value, in which file the median lies, or how many rows another party's file has;
- if there are fewer than 10 rows together: all, their number, and nothing else.

This holds against as many parties together as the threshold says, which is less than half of them: with two
parties it is 0, and nothing is hidden. And whoever knows a total can subtract its own part of it: of three
parties, two that pool their files would know the third one's sums.

The median is found by merging sorted lists that are filled up to --size: the work and the messages depend on
--size, never on the data.

As network traffic: rounds that grow with the logarithm of --size and of the number of parties, and messages that
grow with --size.

    E3_INPUT=ams.csv python average.py -P … -I 0 --column days --size 64
"""

import argparse
import sys
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from mpyc.runtime import mpc

from inputs import InputError, add_input, find_column, mpc_numpy, own_path, read_table

MOST_ROWS = 10_000
FEWEST_ROWS_TOGETHER = 10
MOST_DECIMALS = 6

# Values are whole numbers below FILL, which is larger than any of them; differences of two fit in 32 bits.
FILL = 2**29
VALUE_BITS = 32
# The sum of the squares of as many values as there can be.
SUM_BITS = 96


def read_arguments():
    """Options of this program; those of the runtime are already taken away."""
    parser = argparse.ArgumentParser(description='Statistics over private tables.')
    add_input(parser, 'CSV', "this party's table")
    parser.add_argument('--column', metavar='NAME',
                        help='the column to look at (default: the only one there is)')
    parser.add_argument('--size', type=int, default=64, metavar='N',
                        help='rows of each party that count, from the first; a party with fewer hides how many '
                             'it has (default: %(default)s)')
    parser.add_argument('--decimals', type=int, default=2, metavar='D',
                        help='decimals that values have at most (default: %(default)s)')
    args = parser.parse_args()
    if not 1 <= args.size <= MOST_ROWS:
        parser.error(f'--size is {args.size}: it must be 1 to {MOST_ROWS}')
    if not 0 <= args.decimals <= MOST_DECIMALS:
        parser.error(f'--decimals is {args.decimals}: it must be 0 to {MOST_DECIMALS}')
    return args


def read_values(path, column, size, decimals):
    """The first `size` values of a column, as whole numbers of 10**-decimals."""
    header, rows = read_table(path)
    at = find_column(path, header, column)
    if not rows:
        raise InputError(f'{path}: has no rows below its first line')
    return [parse_value(where, row[at], decimals) for where, row in rows[:size]]


def parse_value(where, text, decimals):
    """One value as a whole number of 10**-decimals."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise InputError(f'{where}: expected a number, found {text!r}') from None
    most = Decimal(FILL - 1).scaleb(-decimals)
    if not value.is_finite() or abs(value) > most:
        raise InputError(f'{where}: {text} is outside of -{most} to {most}')
    scaled = value.scaleb(decimals)
    if scaled != scaled.to_integral_value():
        raise InputError(f'{where}: {text} has more than {decimals} decimals: set --decimals')
    return int(scaled)


async def sums(values):
    """Number, sum and sum of squares of the values of all parties: only totals are opened."""
    secint = mpc.SecInt(SUM_BITS)
    own = [secint(len(values)), secint(sum(values)), secint(sum(value * value for value in values))]
    shared = mpc.input(own)
    return [int(total) for total in await mpc.output([mpc.sum(list(parts)) for parts in zip(*shared)])]


async def twice_the_median(values, count, size):
    """The sum of the two values in the middle of all, which are the same one if their number is odd."""
    np = mpc_numpy()
    secint = mpc.SecInt(VALUE_BITS)
    length = power_of_two(size)
    own = np.array(sorted(values) + [FILL] * (length - len(values)), dtype=object)
    lists = mpc.input(secint.array(own))
    # One list is left in the end, so there must be a power of two of them in the beginning.
    empty = power_of_two(len(lists)) - len(lists)
    lists += [secint.array(np.array([FILL] * length, dtype=object)) for _ in range(empty)]

    ordered = merge_sorted(mpc.np_stack(lists))
    # All that is filled in is larger than any value, and so behind them.
    return int(await mpc.output(ordered[(count - 1) // 2] + ordered[count // 2]))


def merge_sorted(lists):
    """Merges secret sorted lists, the rows of an array, into one: in a fixed order of comparisons.

    Pairs of rows are merged until one is left. A row followed by another one backwards first rises and then
    falls; comparing its two halves place by place leaves the lower half below the upper, and both again of
    that form (Batcher's bitonic merge). All comparisons of one step go out together.
    """
    while lists.shape[0] > 1:
        rows = mpc.np_concatenate((lists[0::2], mpc.np_flip(lists[1::2], axis=1)), axis=1)
        pairs, length = rows.shape
        half = length // 2
        while half:
            blocks = mpc.np_reshape(rows, (pairs * length // (2 * half), 2, half))
            left, right = blocks[:, 0, :], blocks[:, 1, :]
            low = right + (left < right) * (left - right)
            high = left + right - low
            rows = mpc.np_reshape(mpc.np_stack((low, high), axis=1), (pairs, length))
            half //= 2
        lists = rows
    return lists[0]


def power_of_two(n):
    """The least power of two that is at least n."""
    return 1 << (n - 1).bit_length()


def shown(value):
    """A fraction with four decimals, the same on every machine."""
    return f'{round(value * 10_000) / Decimal(10_000):.4f}'


async def main():
    args = read_arguments()
    # Before the others are met: a party whose file is unusable leaves at once.
    values = read_values(own_path(args.input), args.column, args.size, args.decimals)
    mpc_numpy()
    unit = Fraction(1, 10**args.decimals)

    async with mpc:
        count, total, squares = await sums(values)
        enough = count >= FEWEST_ROWS_TOGETHER
        middle = await twice_the_median(values, count, args.size) if enough else None

    if not enough:
        raise InputError(f'only {count} rows together: fewer than {FEWEST_ROWS_TOGETHER} would tell too much '
                         'about each of them')
    print(f'parties   {len(mpc.parties)}')
    print(f'rows      {count}')
    print(f'mean      {shown(unit * Fraction(total, count))}')
    print(f'variance  {shown(unit**2 * Fraction(count * squares - total**2, count * (count - 1)))}')
    print(f'median    {shown(unit * Fraction(middle, 2))}')


if __name__ == '__main__':
    try:
        mpc.run(main())
    except InputError as error:
        sys.exit(f'average.py: {error}')
