"""Opens a message sealed by A for B and seals an answer, knowing only the page on the format."""

import sys

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey


def text(value):
    data = value.encode()
    return (bytes([0x60 | len(data)]) if len(data) < 24 else bytes([0x78, len(data)])) + data


def info(session, sender, receiver):
    """CBOR of ["e3/sealed/1", [session, sender, receiver]]."""
    return b"\x82" + text("e3/sealed/1") + b"\x83\x50" + session + text(sender) + text(receiver)


session, a, b = bytes.fromhex(sys.argv[1]), sys.argv[2], sys.argv[3]
key_of_a, secret_of_b, sealed = map(bytes.fromhex, sys.argv[4:7])

suite = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.CHACHA20_POLY1305)
public_a = KEMKey.from_pyca_cryptography_key(X25519PublicKey.from_public_bytes(key_of_a))
private_b = KEMKey.from_pyca_cryptography_key(X25519PrivateKey.from_private_bytes(secret_of_b))

counter, encapsulated, ciphertext = sealed[:8], sealed[8:40], sealed[40:]
recipient = suite.create_recipient_context(encapsulated, private_b, info(session, a, b), pks=public_a)
opened = recipient.open(ciphertext, counter)

counter = (1).to_bytes(8, "big")
encapsulated, sender = suite.create_sender_context(public_a, info(session, b, a), sks=private_b)
answer = counter + encapsulated + sender.seal(b"from Python", counter)
print(opened.hex(), answer.hex())
