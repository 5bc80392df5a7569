//! DIDs of each method: those that were published, those that are malformed, and whatever else a peer may send.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use common::plain;
use e3_identity::{Did, DidError, IdentityKey, METHODS, PublicKey, PublicKeyError, Purpose};
use ed25519_dalek::VerifyingKey;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Ed25519 examples of the did:key specification (W3C CCG, v0.9).
const PUBLISHED: [&str; 3] = [
    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
    "did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG",
];

fn did(text: &str) -> Did {
    text.parse().unwrap()
}

fn refused(text: &str) -> DidError {
    text.parse::<Did>().expect_err(text)
}

fn published_peers() -> Value {
    serde_json::from_str(include_str!("vectors/did-peer.json")).unwrap()
}

#[test]
fn published_keys_are_read_and_written() {
    for text in PUBLISHED {
        let did = did(text);
        assert_eq!(did.to_string(), text);
        let document = did.document().unwrap();
        let (name, key) = document.signing_keys().next().unwrap();
        assert_eq!(format!("did:key:{name}"), text);
        assert_eq!(Did::of(key).unwrap(), did);
    }
}

/// RFC 8032, section 7.1, test 1, with its did:key as another encoder writes it.
#[test]
fn a_known_key_has_its_known_did() {
    let bytes = hex::decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    let key = VerifyingKey::from_bytes(&bytes.unwrap().try_into().unwrap()).unwrap();
    assert_eq!(
        Did::of(&key).unwrap().as_str(),
        "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"
    );
}

#[test]
fn the_published_did_peer_2_is_resolved() {
    let published = &published_peers()["peer2"];
    let did = did(published["did"].as_str().unwrap());
    let document = did.document().unwrap();
    assert_eq!(plain(&document.to_json()), plain(&published["document"]));
    let services: Vec<_> = published["document"]["service"].as_array().unwrap().clone();
    let keys = [
        (Purpose::Authentication, document.methods()[0].key.clone()),
        (Purpose::Agreement, document.methods()[1].key.clone()),
    ];
    let unnamed = services.into_iter().map(|mut service| {
        service.as_object_mut().unwrap().remove("id");
        service
    });
    let made = Did::peer2(&keys, &unnamed.collect::<Vec<_>>()).unwrap();
    assert_eq!(
        made.document().unwrap().services(),
        document.services(),
        "{made}"
    );
}

#[test]
fn the_published_did_peer_3_is_known_of_a_did_peer_2() {
    let published = &published_peers()["peer3"];
    let document = did(published["did"].as_str().unwrap()).document().unwrap();
    assert_eq!(
        document.also_known_as(),
        [published["also"].as_str().unwrap()]
    );
}

#[test]
fn every_published_did_peer_4_is_resolved() {
    let published = published_peers();
    let examples = published["peer4"]["examples"].as_array().unwrap();
    assert_eq!(examples.len(), 8);
    for example in examples {
        let long = did(example["did"].as_str().unwrap());
        let document = long.document().unwrap();
        // One has its keys under a name of before DID Core, and so none that sign.
        if let Some(outdated) = example["document"].get("publicKey") {
            assert!(outdated.is_array() && document.signing_keys().count() == 0);
        } else if let Some(expected) = example.get("document") {
            assert_eq!(plain(&document.to_json()), plain(expected));
        }
        let short = did(example["short"]["id"].as_str().unwrap());
        assert_eq!(long.short(), short);
        assert!(long.is(&short) && short.is(&long) && long != short);
        assert_eq!(long.fingerprint(), short.fingerprint());
        assert!(short.document().is_err());
    }
    let hello = did(published["peer4_hello"]["did"].as_str().unwrap());
    assert_eq!(Did::peer4(&json!({"hello": "world"})).unwrap(), hello);
}

/// The examples of the did:web specification (W3C CCG).
#[test]
fn a_did_web_says_where_its_document_is() {
    for (text, place, url) in [
        (
            "did:web:w3c-ccg.github.io",
            "w3c-ccg.github.io",
            "https://w3c-ccg.github.io/.well-known/did.json",
        ),
        (
            "did:web:w3c-ccg.github.io:user:alice",
            "https://w3c-ccg.github.io/user/alice/",
            "https://w3c-ccg.github.io/user/alice/did.json",
        ),
        (
            "did:web:example.com%3A3000:user:alice",
            "example.com:3000/user/alice",
            "https://example.com:3000/user/alice/did.json",
        ),
    ] {
        assert_eq!(did(text).url().as_deref(), Some(url));
        assert_eq!(Did::web(place).unwrap().as_str(), text);
        assert!(did(text).document().is_err());
    }
    assert_eq!(did(PUBLISHED[0]).url(), None);
}

#[test]
fn what_is_no_did_web_is_refused() {
    for text in [
        "did:web:",
        "did:web::a",
        "did:web:Example.org",
        "did:web:exa_mple.org",
        "did:web:-a.org",
        "did:web:a..org",
        "did:web:127.0.0.1",
        "did:web:1.2.3.4%3A443",
        "did:web:[::1]",
        "did:web:me@example.org",
        "did:web:example.org/path",
        "did:web:example.org?query",
        "did:web:example.org#key-1",
        "did:web:example.org%3A",
        "did:web:example.org%3A0",
        "did:web:example.org%3A065",
        "did:web:example.org%3A65536",
        "did:web:example.org%3a8443",
        "did:web:example.org%2Fpath",
        "did:web:example.org:",
        "did:web:example.org:..",
        "did:web:example.org:a::b",
        "did:web:example.org:a%2Fb",
        "did:web:exämple.org",
    ] {
        assert!(matches!(refused(text), DidError::Web { .. }), "{text}");
    }
    for place in ["", "example.org%3A1", "http://example.org", "a b"] {
        assert!(Did::web(place).is_err(), "{place}");
    }
}

#[test]
fn other_methods_are_refused_by_name() {
    assert_eq!(
        refused("did:ion:EiClkZMDxPKqC9c").to_string(),
        "the DID method \"ion\" is not known here: expected one of key, peer, web"
    );
    assert_eq!(METHODS, ["key", "peer", "web"]);
    for text in [
        "did:peer:0z6Mk",
        "did:peer:1zQm",
        "did:peer:3zQm",
        "did:peer:",
        "did:peer:é",
    ] {
        assert!(matches!(refused(text), DidError::Variant { .. }), "{text}");
    }
}

#[test]
fn what_is_no_did_is_refused() {
    let good = PUBLISHED[0];
    for text in [
        "",
        "did:",
        "did::z6Mk",
        "DID:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "did:Key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        " did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    ] {
        assert!(matches!(refused(text), DidError::Form { .. }), "{text}");
    }
    for text in [
        format!("{good}#z6Mk"),
        format!("{good} "),
        good.replace(":z", ":"),
        good.replace(":z", ":m"),
        "did:key:z0OIl".to_owned(),
    ] {
        assert!(matches!(refused(&text), DidError::Key { .. }), "{text}");
    }
    // X25519 (0xec) and secp256k1 (0xe7) examples, an empty one, and lengths other than 32.
    for text in [
        "did:key:z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F",
        "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
        "did:key:z",
        &good[..good.len() - 2],
        &format!("{good}1"),
    ] {
        assert!(matches!(refused(text), DidError::KeyType { .. }), "{text}");
    }
    assert!(matches!(
        refused(&"x".repeat(10_000)),
        DidError::TooLong { found: 10_000 }
    ));
}

#[test]
fn weak_keys_and_second_spellings_are_refused() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    // y = p + 3, which a lenient decoder reads as y = 3.
    let mut second_spelling = [0xff; 32];
    second_spelling[0] = 0xf0;
    second_spelling[31] = 0x7f;
    for key in [neutral, second_spelling, [0; 32]] {
        let bytes = [&[0xed, 0x01], &key[..]].concat();
        let multikey = format!("z{}", bs58::encode(bytes).into_string());
        assert!(
            matches!(
                refused(&format!("did:key:{multikey}")),
                DidError::Key {
                    source: PublicKeyError::Weak,
                    ..
                }
            ),
            "{multikey}"
        );
        assert!(matches!(
            refused(&format!("did:peer:2.V{multikey}")),
            DidError::Part { part: 1, .. }
        ));
        let input = json!({"verificationMethod": [
            {"id": "#a", "type": "Multikey", "publicKeyMultibase": multikey}
        ]});
        assert!(matches!(Did::peer4(&input), Err(DidError::Document(_))));
    }
}

#[test]
fn malformed_did_peers_are_refused() {
    let key = "z6Mkj3PUd1WjvaDhNZhhhXQdz5UnZXmS7ehtx8bsPpD47kKc";
    for (text, part) in [
        ("did:peer:2", 1),
        ("did:peer:2.", 1),
        ("did:peer:2.V", 1),
        (&format!("did:peer:2.X{key}"), 1),
        (&format!("did:peer:2.V{key}."), 2),
        (&format!("did:peer:2.V{key}.V{key}#key-1"), 2),
        (&format!("did:peer:2.V{key}.S"), 2),
        (&format!("did:peer:2.V{key}.SeyJ0IjoiZG0ifQ=="), 2),
        // No object; no type; no endpoint.
        (&format!("did:peer:2.V{key}.SW10"), 2),
        (&format!("did:peer:2.V{key}.Se30"), 2),
        (&format!("did:peer:2.V{key}.SeyJ0IjoiZG0ifQ"), 2),
        (&format!("did:peer:2{}", format!(".V{key}").repeat(65)), 65),
    ] {
        let error = refused(text);
        assert!(
            matches!(&error, DidError::Part { part: found, .. } if *found == part),
            "{text}: {error}"
        );
    }
    let long = Did::peer4(&json!({"service": []})).unwrap().to_string();
    let (hash, document) = long.rsplit_once(':').unwrap();
    for text in [
        "did:peer:4".to_owned(),
        "did:peer:4zQm".to_owned(),
        format!("did:peer:4z{document}"),
        format!("{hash}1"),
    ] {
        assert!(
            matches!(refused(&text), DidError::PeerForm { .. }),
            "{text}"
        );
    }
    for text in [
        format!("{hash}:"),
        format!("{long}1"),
        format!("{hash}:z6Mk"),
    ] {
        assert!(matches!(refused(&text), DidError::PeerHash), "{text}");
    }
    for input in [
        json!({"id": "did:key:z"}),
        json!([]),
        json!({"authentication": "#a"}),
    ] {
        assert!(Did::peer4(&input).is_err(), "{input}");
    }
}

/// Neither nesting nor length of what a peer sends costs more than a refusal.
#[test]
fn deep_and_long_documents_are_refused() {
    let deep = format!(
        r#"{{"t":"dm","s":{}"x"{}}}"#,
        "[".repeat(60),
        "]".repeat(60)
    );
    let encoded = Base64UrlUnpadded::encode_string(deep.as_bytes());
    assert!(matches!(
        refused(&format!("did:peer:2.S{encoded}")),
        DidError::Part { part: 1, .. }
    ));
    let long = json!({"alsoKnownAs": vec!["x"; 65]});
    assert!(matches!(Did::peer4(&long), Err(DidError::Document(_))));
}

#[test]
fn a_made_did_is_one_that_can_be_read() {
    for _ in 0..20 {
        let key = IdentityKey::generate().unwrap().verifying_key();
        let key = PublicKey::Ed25519(key);
        let peer = Did::peer2(&[(Purpose::Assertion, key)], &[]).unwrap();
        assert_eq!(did(peer.as_str()), peer);
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_or_written_as_it_was_read(
        text in "(did:)?(key:|web:|peer:2|peer:4)?[.:zVS]{0,2}[ -~]{0,60}"
    ) {
        if let Ok(did) = text.parse::<Did>() {
            prop_assert_eq!(did.as_str(), &text);
            let _ = did.document();
            prop_assert_eq!(did.short().short(), did.short());
        }
    }

    #[test]
    fn a_did_web_that_is_read_has_a_plain_url(text in "did:web:[a-z0-9.%3A:_-]{1,40}") {
        if let Ok(did) = text.parse::<Did>() {
            let url = did.url().unwrap();
            prop_assert!(url.starts_with("https://") && url.ends_with("/did.json"));
            prop_assert!(!url.contains('%') && !url.contains("/../") && !url.contains('@'));
        }
    }

    #[test]
    fn any_changed_character_of_a_long_did_peer_4_is_noticed(at: prop::sample::Index, to in "[1-9A-HJ-NP-Za-km-z]") {
        let long = Did::peer4(&json!({"service": []})).unwrap().to_string();
        let at = at.index(long.len());
        let mut changed = long.clone();
        changed.replace_range(at..=at, &to);
        if let Ok(did) = changed.parse::<Did>() {
            prop_assert!(changed == long || !did.is(&long.parse().unwrap()));
            prop_assert!(changed == long || did.document().is_err());
        }
    }
}
