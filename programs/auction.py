"""Sealed bids, second price: who bids most wins, and pays what the next best bid was (Vickrey's auction).

Several lots are sold at once, each by itself. Every bidder has a CSV file of its own, named by the environment
variable E3_INPUT or by --input, with the columns `lot` (1 to --lots) and `bid`; a lot that is not in it gets no
bid. Nobody does better than to bid what a lot is worth to them, since their bid decides only whether they win.

Who learns what:
- all: of every lot the winner and the price, or that it is not sold because no bid reaches --reserve;
- nobody: any other bid, whose bid made the price, the winner's own bid, or who bid at all.

The price is the second highest bid, or --reserve where that is higher. Of equal highest bids one wins, chosen
jointly at random, each with the same chance up to one in a million: nobody can see or steer it, nor whether there
was such a tie.

This holds against as many parties together as the threshold says, which is less than half of them, if all follow
the program (it is secure in the semi-honest model): with two parties the threshold is 0, and nothing is hidden.

As network traffic: rounds that grow with the logarithm of the number of parties, and messages that grow with
--lots.

    E3_INPUT=bids.csv python auction.py -P … -I 0 --lots 10
    python auction.py -M 3 --input 'bids-{party}.csv'
"""

import argparse
import random
import sys
from decimal import Decimal, InvalidOperation

from mpyc.runtime import mpc

from inputs import (InputError, add_input, add_invent, find_column, mpc_numpy, own_path, read_table,
                    told_by_all)

MOST_LOTS = 100_000
MOST_DECIMALS = 6

# Bids are whole numbers of the smallest unit, and differences of two fit in one bit more.
BID_BITS = 31
# Random bits behind each bid, so that no two are equal.
TIE_BITS = 20
KEY_BITS = BID_BITS + TIE_BITS


def read_arguments():
    """Options of this program; those of the runtime are already taken away."""
    parser = argparse.ArgumentParser(description='Sells lots by sealed bids, at the second price.')
    add_input(parser, 'CSV', "this party's bids, with the columns lot and bid")
    add_invent(parser)
    parser.add_argument('--lots', '--size', type=int, default=10, metavar='N',
                        help='how many lots there are (default: %(default)s)')
    parser.add_argument('--reserve', default=None, metavar='PRICE',
                        help='the least price of each lot (default: the smallest that there is)')
    parser.add_argument('--decimals', type=int, default=2, metavar='D',
                        help='decimals that prices have at most (default: %(default)s)')
    args = parser.parse_args()
    if not 1 <= args.lots <= MOST_LOTS:
        parser.error(f'--lots is {args.lots}: it must be 1 to {MOST_LOTS}')
    if not 0 <= args.decimals <= MOST_DECIMALS:
        parser.error(f'--decimals is {args.decimals}: it must be 0 to {MOST_DECIMALS}')
    try:
        args.reserve = parse_price('--reserve', args.reserve, args.decimals) if args.reserve else 1
    except InputError as error:
        parser.error(str(error))
    return args


def parse_price(where, text, decimals):
    """A price above 0 as a whole number of 10**-decimals."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise InputError(f'{where}: expected a price, found {text!r}') from None
    most = Decimal(2**BID_BITS - 1).scaleb(-decimals)
    if not value.is_finite() or not 0 < value <= most:
        raise InputError(f'{where}: {text} is not above 0 and at most {most}')
    scaled = value.scaleb(decimals)
    if scaled != scaled.to_integral_value():
        raise InputError(f'{where}: {text} has more than {decimals} decimals: set --decimals')
    return int(scaled)


def read_bids(path, lots, decimals):
    """This party's bid for each lot; 0 is none."""
    header, rows = read_table(path)
    lot_at, bid_at = find_column(path, header, 'lot'), find_column(path, header, 'bid')
    bids = [0] * lots
    for where, row in rows:
        text = row[lot_at]
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= lots):
            raise InputError(f'{where}: there is no lot {text!r}: lots are 1 to {lots}')
        if bids[int(text) - 1]:
            raise InputError(f'{where}: a second bid for lot {text}')
        bids[int(text) - 1] = parse_price(where, row[bid_at], decimals)
    return bids


def invented_bids(seed, lots):
    """Bids for three lots of four, around a value of the lot that all bidders see roughly."""
    lot, own = random.Random(f'{seed}'), random.Random(f'{seed} {mpc.pid}')
    bids = (round(lot.uniform(1_000, 100_000) * own.uniform(0.8, 1.2)) for _ in range(lots))
    return [bid if own.random() < 0.75 else 0 for bid in bids]


async def sell(bids, reserve):
    """Winner and price of every lot; the winner is the number of parties where nobody is."""
    np = mpc_numpy()
    parties, lots = len(mpc.parties), len(bids)
    secint = mpc.SecInt(KEY_BITS + 1)
    # What is below the least price is no bid, and cannot become a price.
    own = np.array([bid if bid >= reserve else 0 for bid in bids], dtype=object)
    bids = mpc.np_stack(mpc.input(secint.array(own)))
    keys = bids * 2**TIE_BITS + random_numbers(secint, TIE_BITS, (parties, lots))

    # The seller bids, too: before all bids that are lower, and behind those that are as high as the least price.
    row = np.full((1, lots), 1, dtype=object)
    keys = mpc.np_concatenate((secint.array(row * (reserve * 2**TIE_BITS - 1)), keys))
    bids = mpc.np_concatenate((secint.array(row * reserve), bids))
    owners = secint.array(np.array([[owner] * lots for owner in [parties, *range(parties)]], dtype=object))
    best = highest_and_second(mpc.np_stack((keys, bids, owners)))
    winners, prices = await mpc.output(best[2]), await mpc.output(best[3])
    return [(int(winner), int(price)) for winner, price in zip(winners, prices)]


def random_numbers(secint, bits, shape):
    """Secret numbers of so many bits, each equally likely."""
    np = mpc_numpy()
    drawn = mpc.np_random_bits(secint, bits * shape[0] * shape[1])
    weights = np.array([2**k for k in range(bits)], dtype=object)
    return mpc.np_sum(mpc.np_reshape(drawn, (bits, *shape)) * weights[:, None, None], axis=0)


def highest_and_second(bidders):
    """Of the bidders, along axis 1, the one of the highest key: its key, bid, owner; and the second highest bid.

    A knockout: of each pair one stays, and takes along the highest bid that it or those before it have beaten.
    All comparisons of a round go out together.
    """
    np = mpc_numpy()
    _, count, lots = bidders.shape
    # Nobody has beaten anyone yet.
    bidders = mpc.np_concatenate((bidders, type(bidders)(np.zeros((1, count, lots), dtype=object))))
    first = True
    while count > 1:
        half = count // 2
        left, right, bye = bidders[:, :half], bidders[:, half:2 * half], bidders[:, 2 * half:]
        right_wins = less(left[0], right[0], KEY_BITS + 1)
        stays = left + right_wins * (right - left)
        beaten = left[1] + right[1] - stays[1]
        second = beaten if first else higher(beaten, stays[3])
        stays = mpc.np_concatenate((stays[:3], mpc.np_reshape(second, (1, half, lots))))
        bidders = mpc.np_concatenate((stays, bye), axis=1) if count % 2 else stays
        count -= half
        first = False
    return bidders[:, 0]


def higher(a, b):
    """The higher one of bids, place by place."""
    return a + less(a, b, BID_BITS + 1) * (b - a)


def less(a, b, bits):
    """Whether a < b, place by place, where the difference has so many bits with its sign."""
    return mpc.np_sgn(a - b, l=bits, LT=True)


def shown(price, decimals):
    """A price with its decimals."""
    return f'{Decimal(price).scaleb(-decimals):.{decimals}f}'


async def main():
    args = read_arguments()
    # Before the others are met: a party whose file is unusable leaves at once.
    if args.invent is None:
        bids = read_bids(own_path(args.input), args.lots, args.decimals)
    else:
        bids = invented_bids(args.invent, args.lots)
    mpc_numpy()

    async with mpc:
        await told_by_all({'--lots': args.lots, '--reserve': args.reserve, '--decimals': args.decimals})
        results = await sell(bids, args.reserve)

    parties = len(mpc.parties)
    print(f'parties  {parties}')
    print(f'lots     {args.lots}')
    print(f'sold     {sum(winner < parties for winner, _ in results)}')
    for lot, (winner, price) in enumerate(results, start=1):
        how = f'party {winner} for {shown(price, args.decimals)}' if winner < parties else 'not sold'
        print(f'lot {lot}: {how}')


if __name__ == '__main__':
    try:
        mpc.run(main())
    except InputError as error:
        sys.exit(f'auction.py: {error}')
