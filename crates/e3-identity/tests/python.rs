//! The Python packages `did-peer-2` and `did-peer-4` resolve what this makes, and the other way round. Skipped where they
//! are not installed; `E3_PYTHON` names another interpreter than `python3`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use std::{
    env,
    io::Write as _,
    process::{Command, Stdio},
};

use common::plain;
use e3_identity::{Did, IdentityKey, PublicKey, Purpose};
use serde_json::{Value, json};

/// What Python answers; nothing if it lacks the packages.
fn ask(question: &Value) -> Option<Value> {
    let python = env::var("E3_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let imports = Command::new(&python)
        .args(["-c", "import did_peer_2, did_peer_4"])
        .output();
    if !imports.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: {python} has no did-peer-2 and did-peer-4");
        return None;
    }
    let mut child = Command::new(&python)
        .args(["-c", include_str!("python/peer.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(question.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

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
    let Some(answer) = ask(&question) else {
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
