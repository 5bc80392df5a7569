"""Makes the bids of the four bidders. All of it is invented.

    python generate.py          writes a table for each bidder beside this file

The seed is fixed, so that the tables are the same wherever they are made. Lot 7 is too dear for its worth: nobody
bids as much as the environment's least price. Two want lot 10 most, and equally.
"""

import csv
import pathlib
import random

SEED = 2026
LOTS = 10
BIDDERS = ['ams', 'home', 'nyc', 'sgp']


def bids(bidder):
    """Lots and bids of one bidder, who wants most of the lots."""
    lot, own = random.Random(f'{SEED}'), random.Random(f'{SEED} {bidder}')
    for number in range(1, LOTS + 1):
        # Drawn from random() alone, whose sequence Python promises not to change.
        worth, taste, wanted = 100 + 900 * lot.random(), 0.7 + 0.6 * own.random(), own.random() < 0.7
        if number == 7:
            yield number, '45.00'
        elif number == 10:
            yield number, '875.50' if bidder in ('home', 'sgp') else '870.00'
        elif wanted:
            yield number, f'{worth * taste:.2f}'


def main():
    folder = pathlib.Path(__file__).parent
    for bidder in BIDDERS:
        with open(folder / f'{bidder}.csv', 'w', newline='', encoding='utf-8') as file:
            table = csv.writer(file, lineterminator='\n')
            table.writerow(['lot', 'bid'])
            table.writerows(bids(bidder))


if __name__ == '__main__':
    main()
