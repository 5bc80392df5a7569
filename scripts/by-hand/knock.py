"""Says something to another party and hears it back, in clear or as MPyC does it with --ssl, by the certificates that both
machines have:

    knock.py answer PORT [FOLDER PARTY]                 waits for one caller
    knock.py call PORT ADDRESS [FOLDER PARTY PEER]
"""

import contextlib
import socket
import ssl
import sys
import time


def secured(purpose, connection, folder, party, **arguments):
    context = ssl.create_default_context(purpose)
    context.load_cert_chain(f'{folder}/.config/party_{party}.crt', f'{folder}/.config/party_{party}.key')
    context.load_verify_locations(f'{folder}/.config/mpyc_ca.crt')
    context.verify_mode = ssl.CERT_REQUIRED
    return context.wrap_socket(connection, **arguments)


def answer(port, *certificate):
    with socket.create_server(('', port)) as listening:
        connection, _ = listening.accept()
    if certificate:
        connection = secured(ssl.Purpose.CLIENT_AUTH, connection, *certificate, server_side=True)
    # Whoever was not believed hears nothing.
    connection.sendall(connection.recv(1))


def call(port, address, *certificate):
    heard = b''
    while not heard:
        with contextlib.suppress(ConnectionError):
            connection = socket.create_connection((address, port), timeout=5)
            if certificate:
                folder, party, peer = certificate
                connection = secured(ssl.Purpose.SERVER_AUTH, connection, folder, party, server_hostname=f'MPyC party {peer}')
            connection.sendall(b'!')
            heard = connection.recv(1)
        # It may not listen yet.
        time.sleep(0.05)


role, number, *rest = sys.argv[1:]
{'answer': answer, 'call': call}[role](int(number), *rest)
