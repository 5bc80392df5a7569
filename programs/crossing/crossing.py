"""Connections in all directions, on ports chosen at random, over every version of IP that the parties have.

No computation, but what computations need of a network: every party listens on ports that nobody knew before, tells
its peers by one connection each where these are, and is called by all of them on all of them; what arrives is what
was sent, and comes from the address of whoever says it has sent it. Python's standard library is all that it uses.

Who learns what: all parties learn where all others listen.

It is told who is who by E3_PARTY, E3_PARTIES and E3_PEERS, as every program of E³ is. With --alone it also makes sure
that parties are all it can reach: other addresses, other hosts, and all but TCP are out of reach.

    E3_PARTY=0 E3_PARTIES=3 E3_PEERS=10.1.0.1:5000,10.1.0.2:5000,10.1.0.3:5000 python3 crossing.py --ports 4
"""

import argparse
import hashlib
import ipaddress
import json
import os
import random
import socket
import sys
import threading
import time

PATIENCE_S = 60
PAUSE_S = 0.2
BYTES = 20_000
# Nobody listens below this without being root everywhere.
LOWEST, HIGHEST = 1024, 65_535

# Addresses for documentation (RFC 5737, RFC 3849) and where clouds answer their machines: no party has one.
ELSEWHERE = ['192.0.2.1', '2001:db8::1', '169.254.169.254']

random = random.SystemRandom()


class Crossing:
    """One party."""

    def __init__(self, me, peers):
        self.me = me
        self.peers = peers
        self.boards = {}        # by party: the addresses at which it listens, itself among them
        self.done = set()
        self.calls = 0
        self.faults = []
        self.changed = threading.Condition()

    def run(self, ports):
        """All of it; the number of calls that this party has got."""
        home, base = self.peers[self.me]
        self.listen(home, base)
        addresses = own_addresses(home)
        board = [(address, self.listen_somewhere(address)) for address in addresses for _ in range(ports)]
        with self.changed:
            self.boards[self.me] = board
        others = [index for index in range(len(self.peers)) if index != self.me]
        for index in others:
            self.ask(self.peers[index], {'board': board})
        self.wait(lambda: len(self.boards) == len(self.peers), 'where its peers listen')
        calls = [(index, tuple(at)) for index in others for at in self.boards[index]]
        random.shuffle(calls)
        callers = [threading.Thread(target=self.call, args=call, daemon=True) for call in calls]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        for index in others:
            self.ask(self.peers[index], {'done': True})
        self.wait(lambda: len(self.done) == len(others), 'the end of its peers')
        return self.calls

    def listen(self, address, port):
        server = socket.socket(family(address), socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((address, port))
        server.listen(128)
        threading.Thread(target=self.serve, args=(server,), daemon=True).start()

    def listen_somewhere(self, address):
        while True:
            port = random.randint(LOWEST, HIGHEST)
            try:
                self.listen(address, port)
                return port
            except OSError:
                pass            # somebody has it; there are others

    def serve(self, server):
        while True:
            connection, caller = server.accept()
            threading.Thread(target=self.answer, args=(connection, caller), daemon=True).start()

    def answer(self, connection, caller):
        """What a peer says to this party, and from where it says so."""
        with connection, connection.makefile('rwb') as stream:
            line = stream.readline()
            if not line:
                return          # whoever tried too early tries again
            said = json.loads(line)
            with self.changed:
                if 'board' in said:
                    self.boards[said['from']] = said['board']
                whose = {self.peers[said['from']][0], *(at[0] for at in self.boards.get(said['from'], []))}
                if caller[0] not in whose or caller[0] != said['at']:
                    self.faults.append(f"party {said['from']} calls from {caller[0]}, and has {sorted(whose)}")
                if 'done' in said:
                    self.done.add(said['from'])
                self.calls += 'bytes' in said
                self.changed.notify_all()
            heard = stream.read(said.get('bytes', 0))
            stream.write(hashlib.sha256(heard).hexdigest().encode() + b'\n')

    def call(self, index, at):
        """Sends something to a peer's port, which says what has arrived."""
        self.ask(at, {'bytes': BYTES}, random.randbytes(BYTES))

    def ask(self, at, said, content=b''):
        """Says something, again and again until a peer that may not be there yet has heard it."""
        deadline = time.monotonic() + PATIENCE_S
        digest = hashlib.sha256(content).hexdigest()
        while True:
            try:
                with socket.create_connection(at, timeout=PATIENCE_S) as connection:
                    own = connection.getsockname()[0]
                    said = {'from': self.me, 'at': own, **said}
                    connection.sendall(json.dumps(said).encode() + b'\n' + content)
                    with connection.makefile('rb') as stream:
                        heard = stream.readline().decode().strip()
                if heard == digest:
                    return
                if heard:
                    raise SystemExit(f'{at} has heard something else than was said')
            except OSError as error:
                if time.monotonic() > deadline:
                    with self.changed:
                        self.faults.append(f'{at} was not reached: {error}')
                    return
            time.sleep(PAUSE_S)

    def wait(self, until, what):
        with self.changed:
            if not self.changed.wait_for(until, PATIENCE_S):
                sys.exit(f'party {self.me} has not heard {what} for {PATIENCE_S} s: {self.faults}')


def family(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def own_addresses(home):
    """The party's own address, and one of the other version of IP, if it has one."""
    addresses = [home]
    if family(home) == socket.AF_INET:
        try:
            with open('/proc/net/if_inet6', encoding='ascii') as file:
                found = [ipaddress.IPv6Address(int(line.split()[0], 16)) for line in file]
        except OSError:
            found = []
        addresses += [str(address) for address in found if not (address.is_loopback or address.is_link_local)][:1]
    return addresses


def check_alone(me, peers):
    """Nothing but the parties can be reached."""
    home = ipaddress.ip_address(peers[0][0])
    taken = {address for address, _ in peers}
    nobody = next(str(home + step) for step in range(1, 1000) if str(home + step) not in taken)
    for address in [*ELSEWHERE, nobody]:
        try:
            socket.create_connection((address, 80), timeout=5).close()
        except OSError:
            continue
        sys.exit(f'{address} is no party, and is reached')
    for address in taken - {peers[me][0]}:
        with socket.socket(family(address), socket.SOCK_DGRAM) as sender:
            try:
                sender.sendto(b'x', (address, 9))
            except OSError:
                continue
            sys.exit(f'a datagram leaves for {address}')


def main():
    parser = argparse.ArgumentParser(description='Connections in all directions.')
    parser.add_argument('--ports', type=int, default=4, metavar='N',
                        help='ports of each party, for each version of IP (default: %(default)s)')
    parser.add_argument('--alone', action='store_true', help='make sure that only parties can be reached')
    args = parser.parse_args()
    me = int(os.environ['E3_PARTY'])
    peers = []
    for peer in os.environ['E3_PEERS'].split(','):
        address, port = peer.rsplit(':', 1)
        peers.append((address.strip('[]'), int(port)))
    if args.alone:
        check_alone(me, peers)
    crossing = Crossing(me, peers)
    calls = crossing.run(args.ports)
    if crossing.faults:
        sys.exit('\n'.join(sorted(crossing.faults)))
    print(f'{len(peers)} parties, {calls} calls to each, all from where they should come')


if __name__ == '__main__':
    main()
