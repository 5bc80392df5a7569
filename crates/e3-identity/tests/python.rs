//! Other implementations, in Python, agree: the packages `did-peer-2` and `did-peer-4` on DIDs, in both directions, and a
//! program that knows nothing but docs/identity.md on what is signed. Skipped where Python lacks their modules.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use std::collections::BTreeMap;

use common::{NOW, interpreter, introduction, party, plain, python::ask};
use e3_identity::{
    Commitment, Credential, Did, Endorsement, Identity, IdentityKey, PublicKey, Purpose,
    RevocationList, Serial, Validity, Words, canonical,
};
use serde_bytes::ByteBuf;
use serde_json::{Value, json};

fn keys() -> Vec<(Purpose, PublicKey)> {
    let signing = || PublicKey::Ed25519(IdentityKey::generate().unwrap().verifying_key());
    vec![
        (Purpose::Authentication, signing()),
        (Purpose::Assertion, signing()),
        (Purpose::Agreement, PublicKey::X25519([9; 32])),
        (Purpose::Invocation, signing()),
        (Purpose::Delegation, signing()),
        // A key of a kind (secp256k1) that is passed on as it is.
        (
            Purpose::Delegation,
            PublicKey::Multikey("zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme".to_owned()),
        ),
    ]
}

fn services() -> Vec<Value> {
    vec![
        json!({
            "type": "DIDCommMessaging",
            "serviceEndpoint": {
                "uri": "https://example.org/didcomm",
                "accept": ["didcomm/v2"],
                "routingKeys": ["did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#a"],
            },
        }),
        json!({"type": "Other", "serviceEndpoint": "https://example.org", "accept": ["ä", "t"]}),
        json!({"id": "#named", "type": "dm", "serviceEndpoint": [{"t": "s"}], "more": 7}),
    ]
}

/// A document without an id, of the same keys.
fn input(keys: &[(Purpose, PublicKey)]) -> Value {
    let methods: Vec<_> = keys
        .iter()
        .enumerate()
        .map(|(number, (_, key))| {
            json!({"id": format!("#key-{number}"), "type": "Multikey", "publicKeyMultibase": key.to_multibase()})
        })
        .collect();
    json!({
        "@context": ["https://www.w3.org/ns/did/v1"],
        "alsoKnownAs": ["https://example.org"],
        "verificationMethod": methods,
        "authentication": ["#key-0"],
        "assertionMethod": ["#key-1", "#key-0"],
        "keyAgreement": ["#key-2"],
        "service": [{"id": "#s", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://example.org"}}],
    })
}

#[test]
fn python_and_this_agree_on_did_peer() {
    let keys = keys();
    let services = services();
    let input = input(&keys);
    let made = [
        Did::peer2(&keys, &services).unwrap(),
        Did::peer4(&input).unwrap(),
    ];
    let letters: Vec<_> = keys
        .iter()
        .zip(["V", "A", "E", "I", "D", "D"])
        .map(|((_, key), letter)| json!([letter, key.to_multibase()]))
        .collect();
    let question = json!({"resolve": made, "keys": letters, "services": services, "input": input});
    let program = include_str!("python/peer.py");
    let Some(answer) = ask(program, "did_peer_2, did_peer_4", &question) else {
        return;
    };
    for (did, resolved) in made.iter().zip(answer["resolved"].as_array().unwrap()) {
        let ours = did.document().unwrap().to_json();
        assert_eq!(plain(&ours), plain(resolved));
    }
    assert_eq!(answer["short"], json!([made[1].short()]));
    let theirs = answer["made"].as_array().unwrap();
    for (text, resolved) in theirs.iter().zip(answer["documents"].as_array().unwrap()) {
        let did: Did = text.as_str().unwrap().parse().unwrap();
        let ours = did.document().unwrap().to_json();
        assert_eq!(plain(&ours), plain(resolved));
    }
}

#[test]
fn python_and_this_agree_on_what_is_signed() {
    let authority = Identity::generate().unwrap();
    let validity = Validity::starting(NOW, 70_000);
    let alice = introduction(
        &party(Identity::generate().unwrap().rotate(NOW).unwrap()),
        "älice",
    );
    let names = vec!["älice".to_owned(), "party-0".to_owned()];
    let serial = Serial::generate().unwrap();
    let credential = Credential::issue(&authority, serial, alice.did.clone(), names, validity);
    let chain = |byte: u8| vec![ByteBuf::from(vec![byte; 300]), ByteBuf::from(vec![])];
    let endorsements = [
        Endorsement::Pinned,
        Endorsement::Did,
        Endorsement::Ca {
            authority: authority.did().clone(),
            credential: Box::new(credential),
            certificates: BTreeMap::from([
                ("tls".to_owned(), chain(1)),
                ("quic".to_owned(), chain(2)),
            ]),
        },
    ];
    let revocations =
        RevocationList::issue(&authority, 300, validity, vec![serial, Serial([1; 16])]);
    let (roster, nonces) = ([3; 32], [[4; 32], [5; 32]]);
    let mut question = json!({
        "introduction": alice, "endorsements": endorsements, "revocations": revocations,
        "roster": hex::encode(roster), "nonces": nonces.map(hex::encode),
    });
    let program = include_str!("python/statements.py");
    let modules = "base58, cryptography";
    let Some(answer) = ask(program, modules, &question) else {
        return;
    };
    for what in ["introduction", "succession", "credential", "revocations"] {
        assert_eq!(answer[what], true, "{what}");
    }
    let digests = endorsements
        .each_ref()
        .map(|one| hex::encode(canonical::digest("test", &one.form())));
    assert_eq!(answer["endorsements"], json!(digests));
    let commitments: Vec<_> = (0..)
        .zip(&nonces)
        .map(|(party, nonce)| Commitment::to(&roster, party, nonce))
        .collect();
    assert_eq!(answer["commitments"], json!(commitments));
    let bytes = answer["words"].as_str().unwrap();
    assert_eq!(bytes, hex::encode(Words::of(&roster, &nonces).as_bytes()));

    // And it can say no.
    question["introduction"]["not_after"] = json!(NOW);
    let answer = ask(program, modules, &question).unwrap();
    assert_eq!(answer["introduction"], false);
}

#[test]
#[should_panic(expected = "E3_PYTHON names python3, which has no nothing_has_this")]
fn a_python_that_was_named_must_have_what_is_needed() {
    assert!(interpreter::find(None, "nothing_has_this").is_none());
    let _refused = interpreter::find(Some("python3".as_ref()), "nothing_has_this");
}
