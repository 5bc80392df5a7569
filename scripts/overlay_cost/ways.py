"""How parties are connected: by E³ over an overlay, or by hand."""

import json
import pathlib
import subprocess
import sys
import tempfile

from .by_hand import ByHand
from .works import ROOT, copy_of

# In the order of tables; the first that is measured is what the others are divided by, unless another is said.
WAYS = {
    'direct': ['--overlay', 'direct'],
    'direct-again': ['--overlay', 'direct'],
    'direct-by-hand': 'direct',
    'tls': ['--overlay', 'tls'],
    # What a network of a program's own costs: --way quic-forwards --way quic-forwards-again --way quic
    'quic-forwards': ['--overlay', 'quic', '--set', 'quic.program="forwards"'],
    'quic-forwards-again': ['--overlay', 'quic', '--set', 'quic.program="forwards"'],
    'quic': ['--overlay', 'quic'],
    'quic-tcp': ['--overlay', 'quic', '--set', 'quic.carriers=["tcp"]'],
    'quic-udp': ['--overlay', 'quic', '--set', 'quic.carriers=["quic"]'],
    'wireguard-by-hand': 'wireguard',
    'wireguard': ['--overlay', 'wireguard', '--set', 'wireguard.engine="user"'],
    'wireguard-kernel': ['--overlay', 'wireguard', '--set', 'wireguard.engine="kernel"'],
    'nebula-by-hand': 'nebula',
    'nebula-by-hand-again': 'nebula',
    'nebula': ['--overlay', 'nebula'],
    'headscale-by-hand': 'headscale',
    'headscale': ['--overlay', 'headscale'],
}
# How the programs of others tell their versions, by how the names of ways begin that use them.
STOCK = {
    'wireguard-by-hand': [['wireguard-go', '--version']],
    'nebula': [['nebula', '-version']],
    'headscale': [['headscale', 'version'], ['tailscaled', '--version']],
}
USUAL = ['direct', 'direct-again', 'tls', 'quic', 'quic-udp']
# A probe speaks plain TCP and nothing else, which overlay tls does not secure.
# Nothing is to be set up by hand where programs speak plain TCP.
IMPOSSIBLE = {('round-trip', 'tls'), ('round-trip-at-rest', 'tls'), ('stream', 'tls'), ('set-up', 'direct-by-hand')}


def possible(work, todo, way):
    return (work, way) not in IMPOSSIBLE and (todo.by_hand or not isinstance(WAYS[way], str))


class Way:
    """One way, for one work."""

    def __init__(self, e3, name, todo, folder):
        self.e3, self.todo, self.arguments = e3, todo, WAYS[name]
        self.environment = copy_of(todo.environment, folder)

    def up(self):
        if self.todo.stays_up:
            call(self.e3, 'up', str(self.environment), *self.todo.arguments, *self.arguments)

    def run(self):
        runs = self.environment.parent / 'runs'
        return json.loads(call(self.e3, 'run', str(self.environment), *self.todo.arguments, *self.arguments,
                               '--runs', str(runs), '--json'))

    def down(self):
        subprocess.run([self.e3, 'down', str(self.environment)], cwd=ROOT, capture_output=True, check=False)


class WayByHand:
    """The same without E³, but for the network that it emulates."""

    python = None

    def __init__(self, e3, name, todo, folder):
        self.e3, self.todo, self.overlay, self.folder = e3, todo, WAYS[name], folder
        self.environment = copy_of(todo.environment, folder)
        self.parties = todo.arguments[:2]
        self.connected = None

    def up(self):
        if self.todo.stays_up:
            self.connect()

    def connect(self):
        self.connected = ByHand(self.e3, self.overlay, self.environment, self.parties)
        self.connected.set_up(pathlib.Path(tempfile.mkdtemp(dir=self.folder.parent)))

    def run(self):
        if not self.connected:
            self.connect()
        try:
            return self.connected.run(*self.todo.by_hand(self.same_python(), self.e3))
        finally:
            if not self.todo.stays_up:
                self.down()

    def same_python(self):
        """That which E³ would take: with the same packages, built the same way."""
        if not WayByHand.python:
            folder = copy_of('lan', self.folder.with_name(f'{self.folder.name}-python'))
            program = folder / 'where.py'
            program.write_text('import sys\nfrom mpyc.runtime import mpc\nprint(sys.executable)\n', encoding='utf-8')
            told = call(self.e3, 'run', str(folder), '--parties', '1', '--overlay', 'direct', '--program', str(program),
                        '--runs', str(folder / 'runs'), '--json')
            WayByHand.python = json.loads(told)['outcome']['same'].strip()
        return WayByHand.python

    def down(self):
        if self.connected:
            self.connected.close()
            self.connected = None


def make(e3, name, todo, folder):
    return (WayByHand if isinstance(WAYS[name], str) else Way)(e3, name, todo, folder)


def call(*command):
    ended = subprocess.run(command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if ended.returncode:
        sys.exit(f'error: {" ".join(command)} failed:\n{ended.stderr}{ended.stdout}')
    return ended.stdout
