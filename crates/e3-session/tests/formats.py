"""Reads what a run keeps and verifies it, knowing only docs/formats.md and docs/identity.md.

    formats.py VECTORS.json     the published examples: canonical bytes, digests, signatures
    formats.py RUN/             roster.json, agreement.json and outcome.json of a run

Of DIDs it knows did:key alone. Needs the package `cryptography`.
"""

import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def cbor(value):
    """Deterministic CBOR (RFC 8949, section 4.2) of integers, bytes, texts and arrays of these."""

    def head(major, number):
        if number < 24:
            return bytes([major << 5 | number])
        for size, extra in ((1, 24), (2, 25), (4, 26), (8, 27)):
            if number < 1 << 8 * size:
                return bytes([major << 5 | extra]) + number.to_bytes(size, "big")
        raise ValueError(number)

    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    return head(4, len(value)) + b"".join(map(cbor, value))


def canonical(domain, form):
    return cbor([domain, form])


def digest(domain, form):
    return hashlib.sha256(canonical(domain, form)).digest()


def key_of(did):
    """The key of a did:key: multibase base58btc of 0xed01 and 32 bytes."""
    number = 0
    for letter in did.removeprefix("did:key:z"):
        number = number * 58 + BASE58.index(letter)
    prefix, key = divmod(number, 1 << 256)
    assert prefix == 0xED01, did
    return Ed25519PublicKey.from_public_bytes(key.to_bytes(32, "big"))


def signed(did, domain, form, signature):
    key_of(did).verify(bytes.fromhex(signature), canonical(domain, form))


def succession_form(one):
    return [one["old"], one["new"], one["time"]]


def introduction_form(one):
    successions = [
        succession_form(s) + [bytes.fromhex(s["old_signature"]), bytes.fromhex(s["new_signature"])]
        for s in one["successions"]
    ]
    overlays = sorted((name.encode(), name, bytes.fromhex(facts)) for name, facts in one["overlays"].items())
    return [
        one["did"],
        one["key"],
        bytes.fromhex(one["session"]),
        one["name"],
        one["not_before"],
        one["not_after"],
        bytes.fromhex(one["sealing_key"]),
        [[name, facts] for _, name, facts in overlays],
        successions,
    ]


def credential_form(one):
    serial = bytes.fromhex(one["serial"])
    return [one["authority"], serial, one["subject"], one["names"], one["not_before"], one["not_after"]]


def revocations_form(one):
    serials = [bytes.fromhex(serial) for serial in one["serials"]]
    return [one["authority"], one["number"], one["issued"], one["next_update"], serials]


def endorsement_form(one):
    if isinstance(one, str):
        return [one]
    ca = one["ca"]
    chains = sorted((name.encode(), name, list(map(bytes.fromhex, chain))) for name, chain in ca["certificates"].items())
    signature = bytes.fromhex(ca["credential"]["signature"])
    return ["ca", ca["authority"], credential_form(ca["credential"]), signature, [list(c[1:]) for c in chains]]


def roster_form(roster):
    parties = [
        [
            entry["name"],
            entry["addresses"],
            introduction_form(entry["introduction"]),
            bytes.fromhex(entry["introduction"]["signature"]),
            endorsement_form(entry["endorsement"]),
        ]
        for entry in roster["parties"]
    ]
    return [bytes.fromhex(roster["session"]), roster["epoch"], roster["network"], parties]


def agreement_form(agreement):
    t = agreement["terms"]
    maybe = lambda value: [] if value is None else [value]
    dial = {"LowerToHigher": "lower-to-higher", "HigherToLower": "higher-to-lower", "Mesh": "mesh"}[t["dial"]]
    terms = [
        [bytes.fromhex(t["session"]), t["run"], bytes.fromhex(t["roster"]), t["epoch"]],
        [t["overlay"], t["mode"], t["identity"], t["services"]],
        [t["kind"], bytes.fromhex(t["program"]), t["entry"], t["runtime"]],
        [t["parties"], maybe(t["threshold"]), t["arguments"]],
        [t["environment"], maybe(t["input_as"])],
        [dial, t["ports"]["base"], t["ports"]["layout"]],
    ]
    return [terms, list(map(bytes.fromhex, agreement["nonces"]))]


def ending_form(ending):
    if isinstance(ending, str):
        return [ending, [], []]
    ((word, value),) = ending.items()
    return [word, [value], []] if isinstance(value, int) else [word, [], [value]]


def statement_form(one):
    """With where the program ran, but in older records."""
    ending, output = ending_form(one["ending"]), bytes.fromhex(one["output"])
    place = [one["place"]] if "place" in one else []
    return [one["party"], bytes.fromhex(one["agreement"]), ending, output, *place]


def statement_domain(one):
    return "e3/outcome/2" if "place" in one else "e3/outcome/1"


def conclusion_form(party, agreement, statements):
    seen = [[statement_form(one), bytes.fromhex(one["signature"])] for one in statements]
    return [party, agreement, digest("e3/statements/1", seen)]


def verify(kept_roster, kept_agreement, kept_outcome):
    """Everything that parties have signed; gives the canonical bytes by their names."""
    roster, seen = kept_roster["roster"], {}
    dids = [entry["introduction"]["did"] for entry in roster["parties"]]

    for entry in roster["parties"]:
        one = entry["introduction"]
        assert (one["session"], one["name"]) == (roster["session"], entry["name"])
        signed(one["did"], "e3/introduction/2", introduction_form(one), one["signature"])
        seen["introduction " + one["name"]] = canonical("e3/introduction/2", introduction_form(one))
        if entry["endorsement"] not in ("pinned", "did"):
            credential = entry["endorsement"]["ca"]["credential"]
            assert credential["subject"] == one["did"] and entry["name"] in credential["names"]
            signed(credential["authority"], "e3/credential/1", credential_form(credential), credential["signature"])

    seen["roster"] = canonical("e3/roster/3", roster_form(roster))
    roster_hash = digest("e3/roster/3", roster_form(roster))
    assert kept_roster["hash"] == roster_hash.hex()

    nonces = list(map(bytes.fromhex, kept_roster["nonces"]))
    assert len(kept_roster["admissions"]) == len(nonces) == len(dids)
    for index, (admission, nonce) in enumerate(zip(kept_roster["admissions"], nonces)):
        commitment = bytes.fromhex(admission["commitment"])
        assert admission["party"] == index
        assert commitment == digest("e3/commitment/1", [roster_hash, index, nonce])
        form = [roster_hash, index, commitment]
        signed(dids[index], "e3/admission/1", form, admission["signature"])
        seen[f"admission {index}"] = canonical("e3/admission/1", form)
    seen["words"] = canonical("e3/words/1", [roster_hash, nonces])

    agreement = kept_agreement["agreement"]
    form = agreement_form(agreement)
    agreement_hash = digest("e3/agreement/3", form)
    assert kept_agreement["hash"] == kept_outcome["agreement"] == agreement_hash.hex()
    assert agreement["terms"]["roster"] == roster_hash.hex()
    assert len(agreement["signatures"]) == len(dids)
    for did, signature in zip(dids, agreement["signatures"]):
        signed(did, "e3/agreement/3", form, signature)
    seen["agreement"] = canonical("e3/agreement/3", form)

    statements = kept_outcome["statements"]
    for one in statements:
        assert one["agreement"] == agreement_hash.hex()
        signed(dids[one["party"]], statement_domain(one), statement_form(one), one["signature"])
        seen[f"statement {one['party']}"] = canonical(statement_domain(one), statement_form(one))
        opening = kept_outcome["openings"].get(str(one["party"]))
        if opening is not None:
            form = [bytes.fromhex(opening["salt"]), bytes.fromhex(opening["sha256"]), opening["length"]]
            assert one["output"] == digest("e3/output/1", form).hex()
    for one in kept_outcome["conclusions"]:
        form = conclusion_form(one["party"], agreement_hash, statements)
        signed(dids[one["party"]], "e3/conclusion/1", form, one["signature"])
        seen[f"conclusion {one['party']}"] = canonical("e3/conclusion/1", form)
    return seen


def examples(path):
    given = json.loads(path.read_text())
    seen = verify(given["roster"], given["agreement"], given["outcome"])
    earlier = verify(given["roster"], given["agreement"], given["earlier_outcome"])
    ends = {name: value for name, value in earlier.items() if name.startswith(("statement", "conclusion"))}
    seen |= {"earlier " + name: value for name, value in ends.items()}
    certified = given["certified"]
    seen["certified roster"] = canonical("e3/roster/3", roster_form(certified["roster"]))
    assert certified["hash"] == digest("e3/roster/3", roster_form(certified["roster"])).hex()

    credential = given["credential"]
    signed(credential["authority"], "e3/credential/1", credential_form(credential), credential["signature"])
    seen["credential"] = canonical("e3/credential/1", credential_form(credential))
    revocations = given["revocations"]
    signed(revocations["authority"], "e3/revocations/1", revocations_form(revocations), revocations["signature"])
    seen["revocations"] = canonical("e3/revocations/1", revocations_form(revocations))
    succession = given["succession"]
    for who in ("old", "new"):
        signed(succession[who], "e3/succession/1", succession_form(succession), succession[who + "_signature"])
    seen["succession"] = canonical("e3/succession/1", succession_form(succession))

    for ending, form in given["endings"]:
        assert cbor(ending_form(ending)).hex() == form, ending
    assert {name: value.hex() for name, value in seen.items()} == given["canonical"]
    return len(seen)


def run(folder):
    read = lambda name: json.loads((folder / name).read_text())
    outcome = read("outcome.json")
    seen = verify(read("roster.json"), read("agreement.json"), outcome)
    for party, opening in outcome["openings"].items():
        output = (folder / f"party-{party}.out").read_bytes()
        assert (hashlib.sha256(output).hexdigest(), len(output)) == (opening["sha256"], opening["length"])
    return len(seen)


if __name__ == "__main__":
    path = pathlib.Path(sys.argv[1])
    print(run(path) if path.is_dir() else examples(path))
