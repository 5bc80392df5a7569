//! Documents as a web server may give them: who may sign by them, and which are refused.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may panic as tests may"
)]

use e3_identity::{Did, DidDocument, DocumentError, IdentityKey, KeyId, PublicKey, VerifyError};
use proptest::prelude::*;
use serde_json::{Value, json};

const ED25519: &str = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
const X25519: &str = "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc";

fn alice() -> Did {
    "did:web:example.org".parse().unwrap()
}

fn read(document: &Value) -> Result<DidDocument, DocumentError> {
    DidDocument::from_json(document.to_string().as_bytes(), &alice())
}

/// A document with one key of that name, listed for these purposes.
fn with_key(method: &Value, purposes: &[&str]) -> Value {
    let mut document = json!({"id": alice(), "verificationMethod": [method]});
    for purpose in purposes {
        document[purpose] = json!([method["id"]]);
    }
    document
}

fn multikey() -> Value {
    json!({
        "id": "did:web:example.org#a", "controller": alice(),
        "type": "Multikey", "publicKeyMultibase": ED25519,
    })
}

fn signers(document: &Value) -> Vec<String> {
    let document = read(document).unwrap();
    document
        .signing_keys()
        .map(|(name, _)| name.to_string())
        .collect()
}

#[test]
fn only_keys_for_authentication_or_assertion_sign() {
    assert_eq!(signers(&with_key(&multikey(), &["authentication"])), ["a"]);
    assert_eq!(signers(&with_key(&multikey(), &["assertionMethod"])), ["a"]);
    let both = with_key(&multikey(), &["authentication", "assertionMethod"]);
    assert_eq!(signers(&both), ["a"]);
    for purposes in [
        &[][..],
        &["keyAgreement"],
        &["capabilityInvocation", "capabilityDelegation"],
    ] {
        assert!(signers(&with_key(&multikey(), purposes)).is_empty());
    }
    let sealing = json!({"id": "#b", "type": "Multikey", "publicKeyMultibase": X25519});
    assert!(signers(&with_key(&sealing, &["authentication"])).is_empty());
}

#[test]
fn a_key_may_be_written_in_every_form_that_is_in_use() {
    let PublicKey::Ed25519(key) = PublicKey::from_multibase(ED25519).unwrap() else {
        panic!("an Ed25519 key");
    };
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(key.as_bytes())});
    for written in [
        json!({"type": "Multikey", "publicKeyMultibase": ED25519}),
        json!({"type": "Ed25519VerificationKey2020", "publicKeyMultibase": ED25519}),
        json!({
            "type": "Ed25519VerificationKey2018",
            "publicKeyBase58": bs58::encode(key.as_bytes()).into_string(),
        }),
        json!({"type": "JsonWebKey2020", "publicKeyJwk": jwk}),
        json!({"type": "JsonWebKey", "publicKeyJwk": jwk}),
    ] {
        let mut method = written;
        method["id"] = json!("#a");
        let document = read(&with_key(&method, &["authentication"])).unwrap();
        let (_, found) = document.signing_keys().next().expect("a key that signs");
        assert_eq!(*found, key);
    }
}

#[test]
fn a_key_may_stand_where_it_is_used() {
    let document = json!({"id": alice(), "authentication": [multikey()]});
    assert_eq!(signers(&document), ["a"]);
}

#[test]
fn a_name_of_no_key_gives_nobody_a_signature() {
    let document = with_key(&multikey(), &["keyAgreement"]);
    for name in ["#nobody", "did:web:bob.example#a", "did:web:example.org#"] {
        let mut document = document.clone();
        document["authentication"] = json!([name]);
        assert!(signers(&document).is_empty());
    }
}

#[test]
fn keys_of_others_do_not_sign() {
    let bob = "did:web:bob.example";
    let mut foreign_id = multikey();
    foreign_id["id"] = json!(format!("{bob}#a"));
    let mut foreign_controller = multikey();
    foreign_controller["controller"] = json!(bob);
    for method in [foreign_id.clone(), foreign_controller.clone()] {
        let mut document = with_key(&method, &["authentication"]);
        assert!(signers(&document).is_empty());
        document["authentication"] = json!([method]);
        assert!(signers(&document).is_empty());
    }
}

#[test]
fn another_subject_is_refused() {
    for id in [
        json!("did:web:example.org:alice"),
        json!(null),
        json!(["did:web:example.org"]),
    ] {
        let mut document = with_key(&multikey(), &["authentication"]);
        document["id"] = id;
        let error = read(&document).unwrap_err();
        assert!(matches!(error, DocumentError::OtherId { .. }), "{error}");
    }
}

#[test]
fn malformed_documents_are_refused() {
    let bytes = |bytes: &[u8]| DidDocument::from_json(bytes, &alice()).unwrap_err();
    assert!(matches!(bytes(b""), DocumentError::Json { .. }));
    assert!(matches!(bytes(b"\xff"), DocumentError::Json { .. }));
    let nested = "[".repeat(100_000);
    assert!(matches!(
        bytes(nested.as_bytes()),
        DocumentError::Json { .. }
    ));
    for (part, value) in [
        ("verificationMethod", json!({})),
        ("verificationMethod", json!(["a"])),
        ("verificationMethod", json!([{"type": "Multikey"}])),
        ("verificationMethod", json!([{"id": "a"}])),
        ("verificationMethod", json!([{"id": "#"}])),
        ("verificationMethod", json!([{"id": "#a b"}])),
        ("verificationMethod", json!([{"id": "#a", "controller": 7}])),
        ("authentication", json!("#a")),
        ("authentication", json!([7])),
        ("alsoKnownAs", json!([7])),
        ("service", json!([{"id": "#s"}])),
        (
            "service",
            json!([{"id": "#s", "type": "t", "serviceEndpoint": 7}]),
        ),
        ("verificationMethod", json!(vec![json!({}); 65])),
    ] {
        let mut document = json!({"id": alice()});
        document[part] = value;
        read(&document).expect_err(&document.to_string());
    }
    let twice = json!({"id": alice(), "verificationMethod": [multikey(), multikey()]});
    assert!(matches!(read(&twice), Err(DocumentError::SameName { .. })));
    let embedded =
        json!({"id": alice(), "verificationMethod": [multikey()], "authentication": [multikey()]});
    assert!(matches!(
        read(&embedded),
        Err(DocumentError::SameName { .. })
    ));
    let mut weak = multikey();
    weak["publicKeyMultibase"] = json!(format!(
        "z{}",
        bs58::encode([&[0xed, 0x01][..], &[0; 32]].concat()).into_string()
    ));
    let weak = with_key(&weak, &["authentication"]);
    assert!(matches!(read(&weak), Err(DocumentError::Key { .. })));
}

#[test]
fn a_signature_verifies_by_the_key_that_made_it() {
    let keys = [(); 2].map(|()| IdentityKey::generate().unwrap());
    let methods: Vec<Value> = keys
        .iter()
        .zip(["a", "b"])
        .map(|(key, name)| {
            let multikey = PublicKey::Ed25519(key.verifying_key()).to_multibase();
            json!({"id": format!("#{name}"), "type": "Multikey", "publicKeyMultibase": multikey})
        })
        .collect();
    let document = json!({
        "id": alice(), "verificationMethod": methods,
        "authentication": ["#a"], "assertionMethod": ["#b"],
    });
    let document = read(&document).unwrap();
    let name = |name: &str| KeyId::try_from(name.to_owned()).unwrap();
    let signature = keys[1].sign("test/1", &("form", 7));
    assert_eq!(
        document.verify("test/1", &("form", 7), &signature),
        Ok(name("b"))
    );
    let by = |name: &KeyId| document.verify_by(name, "test/1", &("form", 7), &signature);
    assert_eq!(by(&name("b")), Ok(()));
    assert!(matches!(by(&name("a")), Err(VerifyError::Signature { .. })));
    assert!(matches!(by(&name("c")), Err(VerifyError::NotItsKey { .. })));
    // The empty name is that of an only key.
    assert!(matches!(by(&name("")), Err(VerifyError::NotItsKey { .. })));
    assert!(document.verify("test/2", &("form", 7), &signature).is_err());
    assert!(document.verify("test/1", &("form", 8), &signature).is_err());
    let nobody = read(&json!({"id": alice()})).unwrap();
    assert!(matches!(
        nobody.verify("test/1", &("form", 7), &signature),
        Err(VerifyError::NoKey { .. })
    ));
}

fn base64url(bytes: &[u8]) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    Base64UrlUnpadded::encode_string(bytes)
}

/// Any JSON, with the words of documents in it.
fn json_value() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "id",
        "did:web:example.org",
        "did:web:example.org#a",
        "#a",
        "verificationMethod",
        "authentication",
        "type",
        "Multikey",
        "publicKeyMultibase",
        "publicKeyJwk",
        "service",
        "serviceEndpoint",
        ED25519,
    ]);
    let leaf = prop_oneof![
        word.clone().prop_map(|word| json!(word)),
        any::<i64>().prop_map(|number| json!(number)),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::hash_map(word.clone().prop_map(str::to_owned), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_refused_or_written_as_it_was_read(mut value in json_value()) {
        if let Some(map) = value.as_object_mut() {
            map.insert("id".to_owned(), json!(alice()));
        }
        if let Ok(document) = read(&value) {
            let again = read(&document.to_json()).unwrap();
            prop_assert_eq!(again.signing_keys().collect::<Vec<_>>(), document.signing_keys().collect::<Vec<_>>());
        }
    }
}
