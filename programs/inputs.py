"""What the programs of this folder share: private input files, and settings that must be the same for all."""

import csv
import os

from mpyc.runtime import mpc


class InputError(Exception):
    """What is wrong with a party's input, in words for its owner."""


def add_input(parser, metavar, what):
    """The option --input; `what` says what the file holds."""
    parser.add_argument('--input', metavar=metavar, default=os.environ.get('E3_INPUT'),
                        help=f'{what}; {{party}} in its name stands for the index of the party '
                             '(default: the file that E3_INPUT names)')


def add_invent(parser):
    """The option --invent."""
    parser.add_argument('--invent', type=int, metavar='SEED',
                        help='instead of reading a file, draw the input from this number: to measure')


def own_path(path):
    """The file of this party."""
    return path.replace('{party}', str(mpc.pid)) if path else path


def read_table(path):
    """The first line of a CSV file, and its other lines as pairs of where they stand and what they hold."""
    if not path:
        raise InputError('no input: name a file with --input, or by the environment variable E3_INPUT')
    try:
        with open(path, encoding='utf-8-sig', newline='') as file:
            return parse_table(path, csv.reader(file, strict=True))
    except OSError as error:
        raise InputError(f'{path}: cannot be read: {error.strerror}') from error
    except UnicodeDecodeError as error:
        raise InputError(f'{path}: is not UTF-8 text') from error


def parse_table(path, lines):
    """As read_table, from the lines; errors name the file and the line."""
    rows = []
    try:
        header = [name.strip() for name in next(lines, [])]
        if not header:
            raise InputError(f'{path}: is empty: its first line must name the columns')
        for row in lines:
            if not row:
                continue
            where = f'{path}: line {lines.line_num}'
            if len(row) != len(header):
                raise InputError(f'{where}: has {len(row)} columns where the first line has {len(header)}')
            rows.append((where, [cell.strip() for cell in row]))
    except csv.Error as error:
        raise InputError(f'{path}: line {lines.line_num}: {error}') from error
    return header, rows


def find_column(path, header, name):
    """Which column has this name; without a name there must be only one."""
    if name is None:
        if len(header) > 1:
            raise InputError(f'{path}: has several columns: name one with --column: {", ".join(header)}')
        return 0
    if header.count(name) != 1:
        how = 'no column' if name not in header else 'several columns'
        raise InputError(f'{path}: line 1: has {how} named {name!r}, but: {", ".join(header)}')
    return header.index(name)


async def told_by_all(settings, own=None):
    """What each party tells all others of itself, once it is sure that all have the same settings."""
    told = await mpc.transfer((settings, own))
    for party, (theirs, _) in enumerate(told):
        for name, value in settings.items():
            if theirs.get(name) != value:
                raise InputError(f'{name} is {value} here, but {theirs.get(name)} for party {party}: '
                                 'it must be the same for all')
    return [facts for _, facts in told]


def mpc_numpy():
    """NumPy, which the runtime can do without but these programs cannot."""
    from mpyc.numpy import np
    if not np:
        raise InputError('this program needs the package numpy')
    return np
