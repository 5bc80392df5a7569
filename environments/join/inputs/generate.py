"""Makes the tables of the two shops. All of it is invented: no address is anybody's.

    python generate.py          writes books.csv and bikes.csv beside this file

The seed is fixed, so that the tables are the same wherever they are made. Some addresses are written in capitals, as
people do: they are of the same customer nevertheless.
"""

import csv
import pathlib
import random

SEED = 2026
# People that there are, and how many of 100 are customers of each shop.
PEOPLE = 600
SHOPS = {'books': 30, 'bikes': 25}


def customers(shop, percent):
    """Rows of one shop, in an order of its own."""
    numbers = random.Random(f'{SEED} {shop}')
    # Drawn from random() alone, whose sequence Python promises not to change.
    chosen = [person for person in range(PEOPLE) if 100 * numbers.random() < percent]
    for person in sorted(chosen, key=lambda _: numbers.random()):
        email = f'person{person}@example.org'
        yield {'since': 2000 + int(26 * numbers.random()), 'email': email.upper() if numbers.random() < 0.1 else email}


def main():
    folder = pathlib.Path(__file__).parent
    for shop, percent in SHOPS.items():
        with open(folder / f'{shop}.csv', 'w', newline='', encoding='utf-8') as file:
            table = csv.DictWriter(file, ['since', 'email'], lineterminator='\n')
            table.writeheader()
            table.writerows(customers(shop, percent))


if __name__ == '__main__':
    main()
