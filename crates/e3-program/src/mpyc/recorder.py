"""Runs a program that uses MPyC as it is, and tells in which rounds it sent how much and computed how long.

    python -c recorder GAP program.py -P … -I …

A round ends when a message comes or goes after the party has been idle for GAP seconds or more: in a network where
every message takes much longer than that, the party has been waiting for one. At the end one line is printed: e3-profile and, for each round, its processor
time in milliseconds and the bytes sent in it.
"""
import atexit
import json
import os
import runpy
import sys
import time

gap = float(sys.argv[1])
sys.argv = sys.argv[2:]
sys.path[0] = os.getcwd()

from mpyc.asyncoro import MessageExchanger


def clocks():
    """Time, processor time, and time spent waiting for a processor, in seconds."""
    try:
        with open('/proc/self/schedstat') as file:
            waited = int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        waited = 0
    return time.perf_counter(), time.process_time(), waited


def seen():
    """Takes note of a message that is sent or has arrived; before it, a round may have ended."""
    global sent, begun, last
    now = clocks()
    wall, cpu, waited = (after - before for after, before in zip(now, last))
    if (rounds or sent) and wall - cpu - waited >= gap:
        rounds.append([round((last[1] - begun) * 1e3, 3), sent])
        sent, begun = 0, last[1]
    elif not rounds and not sent:
        # Not before all parties are connected does a program's own work begin.
        begun = now[1]
    last = now


def send(self, pc, payload, send=MessageExchanger.send):
    global sent
    seen()
    before = self.nbytes_sent
    send(self, pc, payload)
    sent += self.nbytes_sent - before


def data_received(self, data, data_received=MessageExchanger.data_received):
    data_received(self, data)
    # Of a long message, the last piece counts.
    if not self.bytes:
        seen()


def tell():
    if sent:
        rounds.append([round((last[1] - begun) * 1e3, 3), sent])
    print('e3-profile', json.dumps(rounds), flush=True)


rounds = []
sent = 0
last = clocks()
begun = last[1]
MessageExchanger.send = send
MessageExchanger.data_received = data_received
atexit.register(tell)
runpy.run_path(sys.argv[0], run_name='__main__')
