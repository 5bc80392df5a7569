//! Each encoding is planted and found; what is not there is not.

use std::net::IpAddr;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use proptest::{collection::vec, prelude::*};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    form::Script,
    identifier::{Algorithm, Kind, Value},
};

fn one(kind: Kind, value: Value) -> Search {
    let identifier = Identifier::of(kind, 0, "it".to_owned(), value);
    Search::new(vec![identifier]).unwrap()
}

fn text(text: &str) -> Search {
    one(Kind::Name, Value::Text(text.to_owned()))
}

fn key(algorithm: Algorithm, key: &[u8]) -> Search {
    one(Kind::Key, Value::Key(algorithm, key.to_vec()))
}

fn address(address: &str) -> Search {
    let address: IpAddr = address.parse().unwrap();
    one(Kind::Address, Value::Address(address))
}

/// As what it is found in this, in the order of places.
#[track_caller]
fn found(search: &Search, planted: &[u8]) -> Vec<String> {
    let around = [b"before ", planted, b" behind"].concat();
    let hits = search.find(&around);
    for hit in &hits {
        assert!(hit.at + hit.length <= around.len());
    }
    hits.iter().map(|hit| hit.encoding.to_string()).collect()
}

#[track_caller]
fn is_found(search: &Search, planted: &[u8], encoding: &str) {
    let found = found(search, planted);
    assert!(found.iter().any(|one| one == encoding), "{found:?}");
}

const NAME: &str = "märz/quokka.example";

#[test]
fn names_in_every_shape() {
    let search = text(NAME);
    let utf16 = |bytes: fn(u16) -> [u8; 2]| NAME.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
    let twice = BASE64.encode(HEXLOWER.encode(NAME.as_bytes()).as_bytes());
    let planted: [(&[u8], &str); 9] = [
        (NAME.as_bytes(), "plain"),
        (&utf16(u16::to_be_bytes), "UTF-16 (big end first)"),
        (&utf16(u16::to_le_bytes), "UTF-16 (little end first)"),
        ("märz\\/quokka.example".as_bytes(), "escaped as in JSON"),
        (b"m\\u00e4rz/quokka.example", "escaped as in JSON"),
        (b"m%C3%A4rz%2Fquokka.example", "escaped as in URLs"),
        (
            b"m%c3%a4rz%2fquokka.example",
            "escaped as in URLs (small letters)",
        ),
        (
            "\u{c}märz/quokka\u{7}example".as_bytes(),
            "as labels of DNS",
        ),
        (twice.as_bytes(), "hexadecimal in Base64"),
    ];
    for (planted, encoding) in planted {
        is_found(&search, planted, encoding);
    }
    assert!(found(&search, "märz/quokkb.example".as_bytes()).is_empty());
}

#[test]
fn dids_in_urls_and_tokens() {
    let did = "did:web:example.org%3A8443:anna";
    let search = text(did);
    is_found(
        &search,
        b"did%3Aweb%3Aexample.org%253A8443%3Aanna",
        "escaped as in URLs",
    );
    for before in ["", "x", "xy"] {
        let token = BASE64URL_NOPAD.encode(format!("{before}{did}").as_bytes());
        // The alphabets differ in two digits alone, which a text may not have.
        assert_eq!(found(&search, token.as_bytes()).len(), 1);
    }
}

#[test]
fn keys_in_every_shape() {
    let bytes: Vec<u8> = (100..132).collect();
    let search = key(Algorithm::Ed25519, &bytes);
    let der = [
        &[0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 33, 0][..],
        &bytes,
    ]
    .concat();
    let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
    let multicodec = [&[0xed, 1][..], &bytes].concat();
    let base58 = format!("did:key:z{}", bs58::encode(&multicodec).into_string());
    let (digits, pem) = (HEXLOWER.encode(&reversed), BASE64.encode(&der));
    let planted: [(&[u8], &str); 9] = [
        (&bytes, "plain"),
        (&der, "DER"),
        (&reversed, "in reversed byte order"),
        (digits.as_bytes(), "in reversed byte order in hexadecimal"),
        (&multicodec, "multicodec"),
        (base58.as_bytes(), "multicodec in Base58"),
        (&Sha256::digest(&bytes), "its SHA-256"),
        (&Sha256::digest(&der), "SHA-256 of its DER"),
        (pem.as_bytes(), "DER in Base64"),
    ];
    for (planted, encoding) in planted {
        is_found(&search, planted, encoding);
    }
}

#[test]
fn points_of_p256() {
    let point: Vec<u8> = [4].into_iter().chain(60..124).collect();
    let search = key(Algorithm::P256, &point);
    is_found(&search, &point, "plain");
    // The last byte is odd.
    let compressed = [&[3][..], &point[1..33]].concat();
    is_found(&search, &compressed, "as a compressed point");
    is_found(&search, &point[1..33], "as a coordinate");
}

#[test]
fn addresses_in_every_shape() {
    let search = address("198.18.7.33");
    let planted: [(&[u8], &str); 8] = [
        (b"198.18.7.33", "as text"),
        (&[198, 18, 7, 33], "as bytes"),
        (&[33, 7, 18, 198], "as bytes in reversed order"),
        (
            b"\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x12\x07\x21",
            "as an address of IPv6",
        ),
        (&[0xe7, 0x00, 0xa3, 0x63], "as STUN hides it"),
        (
            &[0xa1, 0x8e, 0xc8, 0xb0, 0x0c],
            "as a number of Protocol Buffers",
        ),
        (
            b"33.7.18.198.in-addr.arpa",
            "as a name for a reverse look-up",
        ),
        (
            b"\x0233\x017\x0218\x03198\x07in-addr\x04arpa",
            "as labels for a reverse look-up",
        ),
    ];
    for (planted, encoding) in planted {
        is_found(&search, planted, encoding);
    }
    for longer in [&b"198.18.7.331"[..], b"1198.18.7.33"] {
        assert!(found(&search, longer).is_empty());
    }
    is_found(&address("2001:2::1"), b"[2001:2::1]", "as text");
    assert!(found(&address("2001:2::1"), b"2001:2::1f").is_empty());
}

#[test]
fn a_pem_is_written_in_lines() {
    let bytes: Vec<u8> = (0..90).collect();
    let search = one(Kind::Certificate, Value::Bytes(bytes.clone()));
    let text = BASE64.encode(&bytes).into_bytes();
    for end in [&b"\n"[..], b"\r\n", br"\n", br"\r\n"] {
        let lines: Vec<&[u8]> = text.chunks(64).collect();
        let pem = lines.join(end);
        assert_eq!(found(&search, &pem), ["Base64"], "{end:?}");
        let hits = search.find(&pem);
        assert_eq!((hits[0].at, hits[0].length), (0, pem.len()));
    }
}

#[test]
fn one_pass_finds_several() {
    let name = Identifier::text(Kind::Name, 0, "a name".into(), "quokka-17");
    let longer = Identifier::text(Kind::Did, 1, "a DID".into(), "did:web:quokka-17.example");
    let search = Search::new(vec![name, longer]).unwrap();
    let hits = search.find(b"did:web:quokka-17.example");
    let found: Vec<_> = hits.iter().map(|hit| (hit.identifier, hit.at)).collect();
    assert_eq!(found, [(0, 8), (1, 0)]);
}

proptest! {
    // To build a search takes longer than to search.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_script_is_found_wherever_it_begins(
        secret in vec(any::<u8>(), 32),
        before in vec(any::<u8>(), 0..9),
        after in vec(any::<u8>(), 0..9),
    ) {
        let search = one(Kind::Key, Value::Bytes(secret.clone()));
        let whole = [&before[..], &secret, &after].concat();
        let texts = [
            (Script::Plain, whole.clone()),
            (Script::HexLower, HEXLOWER.encode(&whole).into_bytes()),
            (Script::Base64, BASE64.encode(&whole).into_bytes()),
            (Script::Base58, bs58::encode(&secret).into_vec()),
        ];
        for (script, text) in texts {
            let hits = search.find(&text);
            // What two alphabets write alike is called by the first.
            prop_assert!(hits.iter().any(|hit| hit.encoding.script == script), "{script}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found(other in vec(any::<u8>(), 0..2000)) {
        let search = one(Kind::Key, Value::Key(Algorithm::X25519, (7..39).collect()));
        prop_assert!(search.find(&other).is_empty());
        prop_assert!(search.find(BASE64.encode(&other).as_bytes()).is_empty());
    }
}
