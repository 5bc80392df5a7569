"""Secret Santa: who gives a present to whom, and nobody knows but the giver.

The parties draw a derangement, a permutation in which nobody gives to themselves, uniformly at random among all
of them. It is made from random numbers that the parties choose jointly, and stays shared among them: no party,
and no coalition of at most the threshold, can see or steer it. The threshold is less than half of the parties:
with two parties it is 0, and each of them could see everything.

Participants are numbered 0…N−1; party i stands for the participants i, i+m, i+2m, …

Who learns what:
- party i: to whom the participants that it stands for give, and nothing else;
- all: in which draws somebody gave to themselves, and so how many it took (about 2.7 on average, whatever N is);
- with --open, all: the whole derangement.

As network traffic: many rounds of small messages.

    python secret_santa.py -M 3 --size 8
"""

import argparse

from mpyc.random import random_unit_vector
from mpyc.runtime import mpc

MOST = 1000


def read_arguments():
    """Options of this program; those of the runtime are already taken away."""
    parser = argparse.ArgumentParser(description='Draws who gives a present to whom.')
    parser.add_argument('--size', type=int, default=8, metavar='N',
                        help=f'participants, 2 to {MOST} (default: %(default)s)')
    parser.add_argument('--draws', type=int, default=1, metavar='D',
                        help='draw at least so often, and take the first that is good: what a draw costs can be '
                             'measured without waiting for luck (default: %(default)s)')
    parser.add_argument('--open', action='store_true',
                        help='show the whole derangement to all parties')
    args = parser.parse_args()
    if not 2 <= args.size <= MOST:
        parser.error(f'--size is {args.size}: it must be 2 to {MOST}')
    return args


def draw(n, field):
    """A secret permutation of 0…n−1, each equally likely.

    One after the other is picked from those that are left, at a secret random place. The first of those that
    are left moves to that place, so that it is gone from the front without anybody seeing where it went.
    """
    left = [field(k) for k in range(n)]
    drawn = []
    while len(left) > 1:
        place = random_unit_vector(field, len(left))
        pick = mpc.in_prod(place, left)
        move = mpc.scalar_mul(left[0] - pick, place)
        left = mpc.vector_add(left, move)[1:]
        drawn.append(pick)
    return drawn + left


async def draw_derangement(n, field, least=1):
    """A secret derangement, each equally likely, and the number of draws.

    Draws until there is no fixed point, and at least so often; the first derangement counts. Whether there is a fixed
    point is opened, and nothing more: the product of all differences is zero or not, and is hidden behind a random
    factor.
    """
    draws, derangement = 0, None
    while derangement is None or draws < least:
        draws += 1
        receivers = draw(n, field)
        product = mpc.prod([receiver - giver for giver, receiver in enumerate(receivers)])
        if not await mpc.is_zero_public(product) and derangement is None:
            derangement = receivers
    return derangement, draws


async def tell(receivers, to_all):
    """Opens to every party what it may know: pairs of giver and receiver."""
    n, m = len(receivers), len(mpc.parties)
    if to_all:
        return list(enumerate(map(int, await mpc.output(receivers))))
    # All messages are on their way before the first is waited for.
    opened = [mpc.output(receivers[party::m], receivers=party) for party in range(min(n, m))]
    opened = [await each for each in opened]
    if mpc.pid >= n:
        return []
    return list(zip(range(mpc.pid, n, m), map(int, opened[mpc.pid])))


async def main():
    args = read_arguments()
    # The smallest prime field that tells all participants apart, and has a share for every party.
    field = mpc.SecFld(min_order=max(args.size, len(mpc.parties)) + 1)

    async with mpc:
        receivers, draws = await draw_derangement(args.size, field, args.draws)
        pairs = await tell(receivers, args.open)

    print(f'{args.size} participants, {len(mpc.parties)} parties, draws: {draws}')
    for giver, receiver in pairs:
        print(f'participant {giver} gives to participant {receiver}')


if __name__ == '__main__':
    mpc.run(main())
