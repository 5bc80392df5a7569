"""What is done, and what is looked at."""

import dataclasses
import pathlib
import shutil
import statistics
import typing

from . import by_hand

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECRET_SANTA = ROOT / 'programs/secret_santa.py'
REGIONS = ''.join(f'[hosts.{name}]\nregion = "{region}"\n' for name, region in
                  [('ams', 'ams3'), ('nyc', 'nyc3'), ('sgp', 'sgp1'), ('fra', 'fra1')])


@dataclasses.dataclass
class Work:
    """Where, with which arguments, what is looked at in its record, in which unit; how it is done without E³, if it can be."""
    environment: str
    arguments: list
    look: typing.Callable
    unit: str
    scale: float
    stays_up: bool = True
    by_hand: typing.Callable | None = None


def program_seconds(record):
    return record['mpc_elapsed_s']


def round_trip(record):
    """The median of the medians of all pairs, in seconds."""
    return statistics.median(pair['round_trip']['median_ms'] / 1e3 for pair in record['probe']['pairs'])


def bits_per_second(record):
    return 8 * statistics.mean(pair['throughput']['bytes_per_s'] for pair in record['probe']['pairs'])


def connect_seconds(record):
    return record['steps']['connect']


def set_up_seconds(record):
    """From hosts that know nothing of one another to parties that are connected, all directly."""
    assert all(link['path'] == 'direct' for link in record.get('links', [])), record['links']
    return sum(record['steps'].get(step, 0) for step in ('services', 'admit', 'connect'))


# A Secret Santa ends when its draw is good: so many draws are made whatever comes that few runs need more.
DRAWS = 50
# What starts and ends a program is a small part of so many.
MANY_DRAWS = 200


def secret_santa(draws):
    return lambda python, _e3: by_hand.mpyc(python, SECRET_SANTA, ['--draws', str(draws)])


def probe(name, limit_ms):
    return lambda _python, e3: by_hand.probe(e3, name, limit_ms)


def whether_up(_python, _e3):
    return by_hand.nothing()


# Long enough for many thousands of round trips.
BRIEF = ['--set', 'program.limit="1 s"']
# Where what comes before the program is looked at.
SCARCELY = ['--set', 'program.limit="100 ms"']

WORKS = {
    'secret-santa': Work('lan', ['--parties', '3', '--set', f'program.args=["--draws", "{DRAWS}"]'],
                         program_seconds, 'ms', 1e3, by_hand=secret_santa(DRAWS)),
    'secret-santa-long': Work('lan', ['--parties', '3', '--set', f'program.args=["--draws", "{MANY_DRAWS}"]'],
                              program_seconds, 'ms', 1e3, by_hand=secret_santa(MANY_DRAWS)),
    'regions': Work('regions', ['--set', 'program.args=["--draws", "10"]'], program_seconds, 'ms', 1e3),
    'round-trip': Work('lan', ['--parties', '2', '--probe', 'ping-pong', *BRIEF], round_trip, 'µs', 1e6,
                       by_hand=probe('ping-pong', 1000)),
    'round-trip-at-rest': Work('lan', ['--parties', '2', '--probe', 'round-trip'], round_trip, 'µs', 1e6,
                               by_hand=probe('round-trip', 2000)),
    'stream': Work('lan', ['--parties', '2', '--probe', 'throughput', *BRIEF], bits_per_second, 'Gbit/s', 1e-9,
                   by_hand=probe('throughput', 1000)),
    'set-up': Work('lan', ['--parties', '3', '--probe', 'round-trip', *SCARCELY], set_up_seconds, 'ms', 1e3, stays_up=False,
                   by_hand=whether_up),
} | {
    f'connect-{parties}': Work('lan', ['--parties', str(parties), '--probe', 'round-trip', *SCARCELY], connect_seconds, 'ms', 1e3,
                               stays_up=False)
    for parties in (4, 8, 16, 32)
}


def copy_of(environment, folder):
    """A copy of an environment, so that each way has one of its own and nobody else's is in the way."""
    if environment == 'regions':
        folder.mkdir()
        (folder / 'e3.toml').write_text(f'{REGIONS}[program]\npath = "{SECRET_SANTA}"\n', encoding='utf-8')
        return folder
    shutil.copytree(ROOT / 'environments' / environment, folder)
    text = (folder / 'e3.toml').read_text(encoding='utf-8')
    (folder / 'e3.toml').write_text(text.replace('../../', f'{ROOT}/'), encoding='utf-8')
    return folder
