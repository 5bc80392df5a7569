"""What several companies pay together: the mean salary of all employees, and the best company's mean.

A program for Cicada, a framework that is not MPyC: it is started by variables of its environment (CICADA_RANK,
CICADA_WORLD_SIZE, CICADA_ADDRESS, CICADA_ROOT_ADDRESS), which e3.toml fills in. Each party has a text file with one
salary a line, named by E3_INPUT.

Who learns what:
- all: the number of employees of all companies together, the sum of their salaries (hence their mean), and the
  highest of the companies' own means, rounded to cents;
- nobody: which company pays that mean, or anything else about another company.

Shares are additive: as long as one company keeps its shares to itself, the others together learn nothing more, if
all follow the protocol (semi-honest). But whoever knows a total can subtract its own part of it: of two companies,
each learns the other's total.

As network traffic: some 400 rounds of small messages for each comparison, one for each company but the first.

    CICADA_RANK=0 … E3_INPUT=ams.txt python salaries.py
"""

import functools
import os
import sys
from decimal import Decimal, InvalidOperation

import numpy
from cicada.additive import AdditiveProtocolSuite
from cicada.communicator import SocketCommunicator
from cicada.encoding import Identity

# Salaries are below this, so that sums stay far below the field's order of 2^64.
MOST = 10**9
MOST_EMPLOYEES = 10**4

# Whole numbers stand for themselves in the field.
WHOLE = Identity()

# Across an ocean, a party may start and answer much later than the framework expects.
PATIENCE_S = 120


def read_salaries(path):
    """The salaries in a file, in cents."""
    cents = []
    with open(path, encoding='utf-8') as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                salary = Decimal(line.strip())
            except InvalidOperation:
                sys.exit(f'{path}, line {number}: expected one salary, such as 51200.50')
            if not (salary.is_finite() and 0 <= salary < MOST and salary * 100 % 1 == 0):
                sys.exit(f'{path}, line {number}: expected 0 to {MOST - 1} with at most two decimals')
            cents.append(int(salary * 100))
    if not 1 <= len(cents) <= MOST_EMPLOYEES:
        sys.exit(f'{path}: expected 1 to {MOST_EMPLOYEES} salaries, one a line, and found {len(cents)}')
    return cents


def main():
    path = os.environ.get('E3_INPUT') or sys.exit('this party has no input: name a file by E3_INPUT')
    cents = read_salaries(path)
    with SocketCommunicator.connect(timeout=PATIENCE_S, startup_timeout=PATIENCE_S) as communicator:
        suite = AdditiveProtocolSuite(communicator)

        def shares_of(*values):
            """Everybody's values, shared."""
            own = numpy.array(values, dtype=object)
            return [
                suite.share(src=party, secret=own if party == communicator.rank else None, shape=own.shape,
                            encoding=WHOLE)
                for party in communicator.ranks
            ]

        totals = functools.reduce(suite.field_add, shares_of(len(cents), sum(cents)))
        best = functools.reduce(suite.maximum, shares_of(round(sum(cents) / len(cents))))
        employees, pay = suite.reveal(totals, encoding=WHOLE)
        best_mean, = suite.reveal(best, encoding=WHOLE)
    print(f'employees: {int(employees)}')
    print(f'mean salary: {int(pay) / int(employees) / 100:.2f}')
    print(f"best company's mean: {int(best_mean) / 100:.2f}")


if __name__ == '__main__':
    main()
