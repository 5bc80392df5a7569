"""Verifies what parties and authorities sign, from docs/identity.md alone: a second implementation.

A line of JSON on standard input holds the statements; the answer lists, for each, whether its signatures are right, and
what is derived from them.
"""

import hashlib
import json
import sys

import base58
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def head(kind, length):
    """The head of an item of deterministic CBOR (RFC 8949, section 4.2)."""
    if length < 24:
        return bytes([kind << 5 | length])
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if length < 1 << 8 * size:
            return bytes([kind << 5 | code]) + length.to_bytes(size, "big")
    raise ValueError("too long")


def cbor(item):
    if isinstance(item, int):
        return head(0, item)
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        text = item.encode()
        return head(3, len(text)) + text
    return head(4, len(item)) + b"".join(cbor(one) for one in item)


def digest(domain, form):
    return hashlib.sha256(cbor([domain, form])).digest()


def signed_by(did, domain, form, signature):
    key = base58.b58decode(did.removeprefix("did:key:z"))
    assert key[:2] == b"\xed\x01"
    try:
        Ed25519PublicKey.from_public_bytes(key[2:]).verify(signature, cbor([domain, form]))
        return True
    except InvalidSignature:
        return False


def succession(one):
    form = [one["old"], one["new"], one["time"]]
    return all(
        signed_by(one[who], "e3/succession/1", form, bytes.fromhex(one[f"{who}_signature"]))
        for who in ("old", "new")
    )


def introduction(one):
    form = [
        one["did"],
        one["key"],
        bytes.fromhex(one["session"]),
        one["name"],
        one["not_before"],
        one["not_after"],
        bytes.fromhex(one["sealing_key"]),
        [[name, bytes.fromhex(public)] for name, public in sorted(one["overlays"].items())],
        [
            [s["old"], s["new"], s["time"], bytes.fromhex(s["old_signature"]), bytes.fromhex(s["new_signature"])]
            for s in one["successions"]
        ],
    ]
    return signed_by(one["did"], "e3/introduction/2", form, bytes.fromhex(one["signature"]))


def credential_form(one):
    return [
        one["authority"],
        bytes.fromhex(one["serial"]),
        one["subject"],
        one["names"],
        one["not_before"],
        one["not_after"],
    ]


def credential(one):
    return signed_by(one["authority"], "e3/credential/1", credential_form(one), bytes.fromhex(one["signature"]))


def revocations(one):
    form = [
        one["authority"],
        one["number"],
        one["issued"],
        one["next_update"],
        [bytes.fromhex(serial) for serial in one["serials"]],
    ]
    return signed_by(one["authority"], "e3/revocations/1", form, bytes.fromhex(one["signature"]))


def endorsement_form(one):
    if isinstance(one, str):
        return [one]
    ca = one["ca"]
    return [
        "ca",
        ca["authority"],
        credential_form(ca["credential"]),
        bytes.fromhex(ca["credential"]["signature"]),
        [[name, [bytes.fromhex(der) for der in chain]] for name, chain in sorted(ca["certificates"].items())],
    ]


asked = json.load(sys.stdin)
roster = bytes.fromhex(asked["roster"])
nonces = [bytes.fromhex(nonce) for nonce in asked["nonces"]]
json.dump(
    {
        "introduction": introduction(asked["introduction"]),
        "succession": succession(asked["introduction"]["successions"][0]),
        "credential": credential(asked["endorsements"][2]["ca"]["credential"]),
        "revocations": revocations(asked["revocations"]),
        "endorsements": [digest("test", endorsement_form(one)).hex() for one in asked["endorsements"]],
        "commitments": [
            digest("e3/commitment/1", [roster, party, nonce]).hex() for party, nonce in enumerate(nonces)
        ],
        "words": digest("e3/words/1", [roster, nonces])[:4].hex(),
    },
    sys.stdout,
)
