"""Two ends of TLS, set up as MPyC sets them up, joined in memory: mutual.py SERVER CLIENT NAME

SERVER and CLIENT are the beginnings of the names of a .crt and a .key file, NAME is what the client wants the server to be
called. The authority's certificate is authority.pem. Prints the protocol and both names, or why there is no connection.
"""
import ssl
import sys


def context(purpose, who):
    made = ssl.create_default_context(purpose)
    made.load_cert_chain(f"{who}.crt", keyfile=f"{who}.key")
    made.load_verify_locations(cafile="authority.pem")
    made.verify_mode = ssl.CERT_REQUIRED
    return made


def name(connection):
    return dict(entry[0] for entry in connection.getpeercert()["subject"])["commonName"]


def main(server, client, wanted):
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    serving = context(ssl.Purpose.CLIENT_AUTH, server).wrap_bio(up, down, server_side=True)
    calling = context(ssl.Purpose.SERVER_AUTH, client).wrap_bio(down, up, server_hostname=wanted)
    open_ends = [calling, serving]
    for _ in range(20):
        for end in list(open_ends):
            try:
                end.do_handshake()
                open_ends.remove(end)
            except ssl.SSLWantReadError:
                pass
    assert not open_ends, "no end to the handshake"
    print(f"{calling.version()}: {name(calling)} with {name(serving)}")


try:
    main(*sys.argv[1:])
except ssl.SSLError as error:
    print(f"refused: {error.reason} {getattr(error, 'verify_message', '')}")
