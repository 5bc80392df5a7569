"""Makes the tables of the three hospitals. All of it is invented: no row is about anybody.

    python generate.py          writes ams.csv, fra.csv and lon.csv beside this file

The seed is fixed, so that the tables are the same wherever they are made.
"""

import csv
import pathlib
import random

SEED = 2026
# The hospitals of Amsterdam, Frankfurt and London: rows, the median of the days that its patients stay, and their mean age.
HOSPITALS = {
    'ams': (52, 4.0, 58),
    'fra': (61, 5.5, 63),
    'lon': (47, 3.2, 51),
}


def patients(name, rows, days, age):
    """Rows of one hospital: most stays are short and a few are very long, as log-normal numbers are."""
    numbers = random.Random(f'{SEED} {name}')
    for k in range(1, rows + 1):
        # Drawn from random() alone, whose sequence Python promises not to change.
        spread = sum(numbers.random() for _ in range(12)) - 6
        stay = days * 2.0 ** (0.9 * spread)
        years = min(99, max(18, round(age + 40 * (numbers.random() - 0.5))))
        yield {'patient': f'{name[0].upper()}{k:03}', 'age': years, 'days': f'{stay:.1f}'}


def main():
    folder = pathlib.Path(__file__).parent
    for name, (rows, days, age) in HOSPITALS.items():
        with open(folder / f'{name}.csv', 'w', newline='', encoding='utf-8') as file:
            table = csv.DictWriter(file, ['patient', 'age', 'days'], lineterminator='\n')
            table.writeheader()
            table.writerows(patients(name, rows, days, age))


if __name__ == '__main__':
    main()
