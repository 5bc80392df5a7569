"""Says things to some of the others in a pattern that is known, and prints what it said when to whom.

Of the parties, in the order in which they are named, each says something to its neighbours; those that are no neighbours
are silent. Standard library alone, so that it runs wherever Python does.
"""

import argparse
import os
import queue
import random
import socket
import ssl
import struct
import threading
import time

SLOT = 0.5          # seconds
CHANCE = 0.35       # that something is said in a slot
LEAST, MOST = 2_000, 40_000     # bytes
PATIENCE = 30       # seconds, to meet the others
BEFORE = 1.5        # seconds between meeting and talking

arguments = argparse.ArgumentParser()
arguments.add_argument("--seconds", type=float, required=True)
arguments.add_argument("--plant", help="a file whose content is said, too, if there is one")
arguments.add_argument("--tls", nargs=3, metavar=("KEY", "CERTIFICATE", "AUTHORITY"))
arguments.add_argument("names", nargs="+")
arguments = arguments.parse_args()

me, count = int(os.environ["E3_PARTY"]), int(os.environ["E3_PARTIES"])
names = arguments.names
order = sorted(range(count), key=lambda party: names[party])
neighbours = {frozenset(pair) for pair in zip(order, order[1:])}


def address(party):
    host, _, port = os.environ["E3_PEERS"].split(",")[party].rpartition(":")
    return host.strip("[]"), int(port)


def wrapped(connection, is_server):
    if not arguments.tls:
        return connection
    key, certificate, authority = arguments.tls
    purpose = ssl.Purpose.CLIENT_AUTH if is_server else ssl.Purpose.SERVER_AUTH
    context = ssl.create_default_context(purpose, cafile=authority)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(certificate, key)
    return context.wrap_socket(connection, server_side=is_server)


def exactly(connection, length):
    held = b""
    while len(held) < length:
        piece = connection.recv(length - len(held))
        if not piece:
            raise SystemExit("a party is gone")
        held += piece
    return held


def meet():
    """A connection to each of the others."""
    end = time.monotonic() + PATIENCE
    host, port = address(me)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server(("", port), family=family, backlog=count)
    listener.settimeout(PATIENCE)
    met = {}
    for party in range(me + 1, count):
        while True:
            try:
                connection = socket.create_connection(address(party), timeout=5)
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        connection = wrapped(connection, False)
        connection.sendall(bytes([me]))
        met[party] = connection
    while len(met) < count - 1:
        connection = wrapped(listener.accept()[0], True)
        met[exactly(connection, 1)[0]] = connection
    for connection in met.values():
        connection.settimeout(PATIENCE)
    return met


def begin(met):
    """The time at which all begin to talk, which party 0 says once it has met everybody who has met everybody."""
    if me:
        met[0].sendall(b"r")
        return struct.unpack("!d", exactly(met[0], 8))[0]
    for connection in met.values():
        exactly(connection, 1)
    start = time.time() + BEFORE
    for connection in met.values():
        connection.sendall(struct.pack("!d", start))
    return start


def plan(party):
    """When something is said to a party, and how much of it."""
    lots = random.Random(f"{names[me]} to {names[party]}")
    planned = []
    for slot in range(int(arguments.seconds / SLOT)):
        if lots.random() < CHANCE:
            planned.append((slot * SLOT + lots.uniform(0, SLOT / 2), lots.randint(LEAST, MOST)))
    return planned


def hear(connection, said):
    while connection.recv(1 << 16):
        pass


def say(connection, party, start, said):
    for at, length in plan(party):
        time.sleep(max(0, start + at - time.time()))
        now = time.time_ns()
        connection.sendall(os.urandom(length))
        said.put((now, party, length))


met = meet()
start = begin(met)
if arguments.plant and os.path.exists(arguments.plant):
    planted = open(arguments.plant, "rb").read()
    for party in met:
        if frozenset((me, party)) in neighbours:
            met[party].sendall(planted)
said = queue.Queue()
for connection in met.values():
    connection.settimeout(None)
hearing = [threading.Thread(target=hear, args=(met[party], said), daemon=True) for party in met]
saying = [threading.Thread(target=say, args=(met[party], party, start, said))
          for party in met if frozenset((me, party)) in neighbours]
for thread in hearing + saying:
    thread.start()
for thread in saying:
    thread.join()
# Until all have said all; whoever closes first would end what others still say.
time.sleep(max(0, start + arguments.seconds + 1 - time.time()))
print(f"talked {int(start * 1e9)} {int((start + arguments.seconds) * 1e9)}")
while not said.empty():
    at, party, length = said.get()
    print(f"said {at} {names[me]} {names[party]} {length}")
