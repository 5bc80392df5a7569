"""Makes and resolves did:peer with the published Python implementations, as a line of JSON on standard input asks."""

import json
import sys

import did_peer_2
import did_peer_4

asked = json.load(sys.stdin)

PURPOSES = {
    "V": did_peer_2.KeySpec.authentication,
    "A": did_peer_2.KeySpec.assertion,
    "E": did_peer_2.KeySpec.key_agreement,
    "I": did_peer_2.KeySpec.capability_invocation,
    "D": did_peer_2.KeySpec.capability_delegation,
}

# What Rust made, as Python resolves it.
resolved = [
    did_peer_2.resolve(did) if did.startswith("did:peer:2") else did_peer_4.resolve(did)
    for did in asked["resolve"]
]
short = [did_peer_4.resolve_short(did)["id"] for did in asked["resolve"] if did.startswith("did:peer:4")]

# What Python makes of the same keys and services.
keys = [PURPOSES[purpose](key) for purpose, key in asked["keys"]]
made2 = did_peer_2.generate(keys, asked["services"])
made4 = did_peer_4.encode(asked["input"])

json.dump(
    {
        "resolved": resolved,
        "short": short,
        "made": [made2, made4],
        "documents": [did_peer_2.resolve(made2), did_peer_4.resolve(made4)],
    },
    sys.stdout,
)
