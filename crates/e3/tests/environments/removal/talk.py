"""One end of connections between parties: `talk.py FILE listen ADDRESS` says back whatever it hears, `talk.py FILE call
ADDRESS` says something ten times a second and waits for it. FILE is told what happens, with the time."""

import socket
import sys
import threading
import time

PORT = 11599

out = open(sys.argv[1], "a", buffering=1)


def tell(what, whom):
    print(what, whom, time.time(), file=out)


def listen(address):
    server = socket.create_server((address, PORT))
    tell("listening", address)
    while True:
        connection, (caller, *_) = server.accept()
        threading.Thread(target=answer, args=(connection, caller)).start()


def answer(connection, caller):
    try:
        while heard := connection.recv(100):
            connection.sendall(heard)
    except OSError:
        pass
    tell("ended", caller)


def call(address):
    try:
        connection = socket.create_connection((address, PORT), 30)
        connection.settimeout(None)
        while True:
            connection.sendall(b"x")
            if not connection.recv(1):
                break
            tell("heard", address)
            time.sleep(0.1)
    except OSError:
        pass
    tell("ended", address)


{"listen": listen, "call": call}[sys.argv[2]](sys.argv[3])
