//! What stands in the part of an introduction that belongs to an overlay: keys, requests, certificates.

use ciborium::Value as Cbor;
use e3_nebula::{Certificate, Version};
use x509_cert::{
    der::{Decode as _, Encode as _},
    request::CertReq,
    spki::SubjectPublicKeyInfoOwned,
};

use super::{Algorithm, Identifier, Kind, Value};

/// Bytes of a key, and of a signature, of Curve25519.
const KEY: usize = 32;
const SIGNATURE: usize = 64;

/// How deep CBOR may be nested before it is taken for bytes without structure.
const DEEP: usize = 4;

/// What an overlay has introduced of a party: one key after the other, a request for a certificate (PKCS #10), or
/// certificates of Nebula's in CBOR. What is none of these is looked for as a whole.
#[must_use]
pub fn introduced(party: usize, name: &str, overlay: &str, bytes: &[u8]) -> Vec<Identifier> {
    if bytes.is_empty() {
        return Vec::new();
    }
    if bytes.len() == KEY || bytes.len() == 2 * KEY {
        let keys = bytes.chunks_exact(KEY).enumerate();
        return keys
            .map(|(number, key)| {
                // The first speaks, the second signs.
                let (what, algorithm) = match number {
                    0 => ("the key", Algorithm::X25519),
                    _ => ("the second key", Algorithm::Ed25519),
                };
                let what = format!("{what} of {name} in {overlay}");
                Identifier::of(Kind::Key, party, what, Value::Key(algorithm, key.to_vec()))
            })
            .collect();
    }
    if let Ok(request) = CertReq::from_der(bytes) {
        return key_of(party, name, overlay, &request.info.public_key);
    }
    let inside = ciborium::from_reader::<Cbor, _>(bytes).map(|value| strings(value, DEEP));
    let inside = inside.unwrap_or_default();
    let found: Vec<_> = inside
        .iter()
        .flat_map(|bytes| nebula(party, name, bytes))
        .collect();
    if !found.is_empty() {
        return found;
    }
    let what = format!("what {name} has introduced for {overlay}");
    let value = Value::Bytes(bytes.to_vec());
    vec![Identifier::of(Kind::Key, party, what, value)]
}

/// A certificate of X.509 in DER: itself, its signature and its key. Nothing where it is none.
#[must_use]
pub fn x509(party: usize, name: &str, der: &[u8]) -> Vec<Identifier> {
    let Ok(read) = x509_cert::Certificate::from_der(der) else {
        return Vec::new();
    };
    let mut found = certificate(party, name, der, read.signature().raw_bytes());
    let key = read.tbs_certificate().subject_public_key_info();
    found.extend(key_of(party, name, "its certificate", key));
    found
}

/// A certificate of Nebula's in its own encoding, of either version: itself, its signature, and its key. Nothing where it
/// is none.
#[must_use]
pub fn nebula(party: usize, name: &str, bytes: &[u8]) -> Vec<Identifier> {
    let versions = [Version::V1, Version::V2].into_iter();
    let mut read = versions.filter_map(|version| Certificate::decode(version, bytes).ok());
    let Some(read) = read.next() else {
        return Vec::new();
    };
    // In both versions it is what comes last.
    let signature = bytes.last_chunk::<SIGNATURE>().map(|all| &all[..]);
    let mut found = certificate(party, name, bytes, signature.unwrap_or_default());
    let details = read.details();
    let algorithm = if details.is_ca {
        Algorithm::Ed25519
    } else {
        Algorithm::X25519
    };
    let what = format!("the key in a certificate of {name}");
    let value = Value::Key(algorithm, details.public_key.to_vec());
    found.push(Identifier::of(Kind::Key, party, what, value));
    found
}

/// A certificate as a whole, and what remains of it where a protocol leaves out what both ends know.
fn certificate(party: usize, name: &str, whole: &[u8], signature: &[u8]) -> Vec<Identifier> {
    let of = |what: &str, bytes: &[u8]| {
        let what = format!("{what} of {name}");
        let value = Value::Bytes(bytes.to_vec());
        Identifier::of(Kind::Certificate, party, what, value)
    };
    let mut found = vec![of("a certificate", whole)];
    if !signature.is_empty() {
        found.push(of("the signature in a certificate", signature));
    }
    found
}

/// A public key as certificates and requests have it.
fn key_of(
    party: usize,
    name: &str,
    whence: &str,
    key: &SubjectPublicKeyInfoOwned,
) -> Vec<Identifier> {
    let bytes = key.subject_public_key.raw_bytes().to_vec();
    let value = match (bytes.len(), bytes.first()) {
        (KEY, _) => Value::Key(Algorithm::Ed25519, bytes),
        (65, Some(4)) => Value::Key(Algorithm::P256, bytes),
        _ => match key.to_der() {
            Ok(der) => Value::Bytes(der),
            Err(_) => return Vec::new(),
        },
    };
    let what = format!("the key of {name} in {whence}");
    vec![Identifier::of(Kind::Key, party, what, value)]
}

/// The byte strings in CBOR.
fn strings(value: Cbor, deep: usize) -> Vec<Vec<u8>> {
    match value {
        Cbor::Bytes(bytes) => vec![bytes],
        Cbor::Array(inside) if deep > 0 => {
            let inside = inside.into_iter();
            inside.flat_map(|value| strings(value, deep - 1)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use e3_nebula::{Authority, Details, HostKey, Network};
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn kinds(found: &[Identifier]) -> Vec<Kind> {
        found.iter().map(|one| one.kind).collect()
    }

    #[test]
    fn one_key_or_two() {
        assert_eq!(kinds(&introduced(0, "anna", "quic", &[7; 32])), [Kind::Key]);
        let two = introduced(0, "anna", "wireguard", &[7; 64]);
        assert_eq!(kinds(&two), [Kind::Key, Kind::Key]);
        assert!(introduced(0, "anna", "direct", &[]).is_empty());
    }

    /// A certificate of Nebula's, version 1.
    pub(crate) fn host(name: &str) -> Certificate {
        let authority = Authority::generate().unwrap();
        let details = Details {
            name: name.to_owned(),
            networks: vec![Network::new("10.9.0.1".parse().unwrap(), 24).unwrap()],
            unsafe_networks: Vec::new(),
            groups: Vec::new(),
            is_ca: false,
            not_before: 1_800_000_000,
            not_after: 1_800_003_600,
            issuer: None,
            public_key: HostKey::generate().unwrap().public(),
        };
        let own = authority.certificate(Version::V1, details.clone()).unwrap();
        authority.certify(&own, details).unwrap()
    }

    #[test]
    fn certificates_of_nebula_in_cbor() {
        let certificate = host("anna");
        let bytes = certificate.encode();
        let mut whole = Vec::new();
        let form = (
            "domain",
            vec![Cbor::Bytes(bytes.clone()), Cbor::Bytes(Vec::new())],
        );
        ciborium::into_writer(&form, &mut whole).unwrap();
        let found = introduced(2, "anna", "nebula", &whole);
        let expected = [Kind::Certificate, Kind::Certificate, Kind::Key];
        assert_eq!(kinds(&found), expected);
        assert_eq!(found[0].value, Value::Bytes(bytes));
        let public = Value::Key(Algorithm::X25519, certificate.details().public_key.to_vec());
        assert_eq!(found[2].value, public);
        assert!(found.iter().all(|one| one.party == Some(2)));
    }

    /// Whichever version its nebula reads: the other stands empty.
    #[test]
    fn authorities_of_either_version() {
        for version in [Version::V1, Version::V2] {
            let details = Details {
                unsafe_networks: vec![Network::new("0.0.0.0".parse().unwrap(), 32).unwrap()],
                ..host("anna").details().clone()
            };
            let authority = Authority::generate().unwrap();
            let own = authority.certificate(version, details).unwrap().encode();
            let mut both = [Cbor::Bytes(Vec::new()), Cbor::Bytes(Vec::new())];
            both[usize::from(version == Version::V2)] = Cbor::Bytes(own.clone());
            let mut whole = Vec::new();
            ciborium::into_writer(&("domain", both.to_vec()), &mut whole).unwrap();
            let found = introduced(0, "anna", "nebula", &whole);
            let expected = [Kind::Certificate, Kind::Certificate, Kind::Key];
            assert_eq!(kinds(&found), expected, "{version:?}");
            assert_eq!(found[0].value, Value::Bytes(own));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in vec(any::<u8>(), 0..400)) {
            let _ = introduced(0, "anna", "quic", &bytes);
            let _ = x509(0, "anna", &bytes);
            let _ = nebula(0, "anna", &bytes);
        }
    }
}
