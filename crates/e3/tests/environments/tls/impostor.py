"""What a member can do with its own certificate, because MPyC believes the index that a caller names.

Of three parties, party 1 is honest, has a secret and runs MPyC. Party 2 has a certificate as party 2 and calls party 1 as
party 0. Party 0 is honest and late. Every party prints what it has seen. The threshold is 1: no single party should learn
anything about the secret.
"""
import asyncio
import os
import ssl
import struct

from mpyc.runtime import mpc

ME = int(os.environ["E3_PARTY"])
PEERS = [peer.rsplit(":", 1) for peer in os.environ["E3_PEERS"].split(",")]
SECRET = 4711
SECINT = mpc.SecInt(32)


def context(purpose):
    made = ssl.create_default_context(purpose)
    made.load_cert_chain(f".config/party_{ME}.crt", keyfile=f".config/party_{ME}.key")
    made.load_verify_locations(cafile=".config/mpyc_ca.crt")
    made.verify_mode = ssl.CERT_REQUIRED
    return made


def call(party):
    host, port = PEERS[party]
    return asyncio.open_connection(
        host, port, ssl=context(ssl.Purpose.SERVER_AUTH), server_hostname=f"MPyC party {party}"
    )


async def first_message(reader):
    _, size = struct.unpack("<qI", await reader.readexactly(12))
    return SECINT.field.from_bytes(await reader.readexactly(size))[0]


async def honest():
    """Party 1, with an unchanged MPyC."""
    await mpc.start()
    certificate = mpc.parties[0].protocol.transport.get_extra_info("peercert")
    name = dict(entry[0] for entry in certificate["subject"])["commonName"]
    print(f"party 1 takes for party 0 whoever holds the certificate of {name}")
    mpc.input(SECINT(SECRET), senders=1)
    await asyncio.sleep(3)
    os._exit(0)


async def member():
    """Party 2, which also says that it is party 0."""
    own = asyncio.get_running_loop().create_future()

    async def take(reader, _writer):
        await reader.readexactly(2)
        own.set_result(await first_message(reader))

    _server = await asyncio.start_server(take, port=int(PEERS[2][1]), ssl=context(ssl.Purpose.CLIENT_AUTH))
    while True:
        try:
            reader, writer = await call(1)
            break
        except OSError:
            await asyncio.sleep(0.05)
    writer.write((0).to_bytes(2, "little"))
    of_party_0, of_party_2 = await asyncio.gather(first_message(reader), own)
    # Shares are points of a line, of party i at i + 1; the secret is where it meets 0.
    secret = int(SECINT.field(3 * of_party_0 - of_party_2) / 2)
    print(f"party 2 has learnt the secret of party 1 from two shares: {secret}")
    await asyncio.sleep(5)
    os._exit(0)


async def late():
    """Party 0, which comes when its place is taken."""
    await asyncio.sleep(2)
    try:
        await call(1)
        print("party 0 still gets in")
    except OSError as error:
        print(f"party 0 is kept out: {type(error).__name__}")
    os._exit(0)


mpc._loop.run_until_complete([late, honest, member][ME]())
