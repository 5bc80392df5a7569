//! Decentralized identifiers (W3C DID Core 1.0), as far as E³ knows their methods.
//!
//! `did:key` is the only method for now: the identifier is the public key itself, so there is nothing to look up.

use std::{cmp::Ordering, fmt, str::FromStr, sync::Arc};

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Methods that [`Did`] can be of.
pub const METHODS: [&str; 1] = ["key"];

/// Multicodec of an Ed25519 public key, 0xed, as a variable-length integer.
const ED25519: [u8; 2] = [0xed, 0x01];

/// Multibase prefix of base58 in Bitcoin's alphabet.
const BASE58BTC: char = 'z';

/// Bytes that a DID's text may have; the longest of ours has 56.
const MAX_TEXT: usize = 256;

/// A DID whose key is known and sound, such as `did:key:z6Mk…`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Did(Arc<Inner>);

#[derive(PartialEq, Eq, Hash)]
struct Inner {
    key: VerifyingKey,
    /// The only text that stands for this key.
    text: String,
}

/// Why a text is no DID of a known method.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DidError {
    /// No DID at all.
    #[error("{text:?} is no DID: expected did:METHOD:IDENTIFIER, such as did:key:z6Mk…")]
    Form {
        /// What was found, cut short.
        text: String,
    },
    /// A method that E³ does not know.
    #[error("the DID method {method:?} is not known here: expected one of {}", METHODS.join(", "))]
    Method {
        /// The method's name.
        method: String,
    },
    /// No base58 text behind `did:key:`.
    #[error(
        "{text:?} is no did:key: expected `z` and base58 behind `did:key:`, without path or fragment"
    )]
    Encoding {
        /// What was found.
        text: String,
    },
    /// A key of another kind.
    #[error(
        "{text:?} holds no Ed25519 key: expected 32 bytes behind the prefix ed01 (did:key:z6Mk…)"
    )]
    KeyType {
        /// What was found.
        text: String,
    },
    /// A key with which anybody can sign, or one written in another way than its own.
    #[error("{text:?} holds no sound Ed25519 key: make a new one")]
    WeakKey {
        /// What was found.
        text: String,
    },
}

impl Did {
    /// The `did:key` of an Ed25519 key.
    pub fn of(key: &VerifyingKey) -> Result<Self, DidError> {
        let did = Self::unchecked(*key);
        // What the decoder of curve points forgives, two spellings of one key, would make two DIDs of one party.
        let canonical = key.to_edwards().compress().to_bytes() == key.to_bytes();
        if key.is_weak() || !canonical {
            return Err(DidError::WeakKey {
                text: did.0.text.clone(),
            });
        }
        Ok(did)
    }

    /// The DID of a key that this crate has made itself.
    pub(crate) fn unchecked(key: VerifyingKey) -> Self {
        let mut bytes = ED25519.to_vec();
        bytes.extend_from_slice(key.as_bytes());
        let text = format!("did:key:{BASE58BTC}{}", bs58::encode(bytes).into_string());
        Self(Arc::new(Inner { key, text }))
    }

    /// The DID's text.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The key that verifies this DID's signatures.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.0.key
    }
}

impl FromStr for Did {
    type Err = DidError;

    fn from_str(text: &str) -> Result<Self, DidError> {
        let form = || DidError::Form {
            text: text.chars().take(MAX_TEXT).collect(),
        };
        if text.len() > MAX_TEXT {
            return Err(form());
        }
        let (method, identifier) = text
            .strip_prefix("did:")
            .and_then(|rest| rest.split_once(':'))
            .ok_or_else(form)?;
        if method.is_empty() || !method.bytes().all(is_method_byte) {
            return Err(form());
        }
        if method != "key" {
            return Err(DidError::Method {
                method: method.to_owned(),
            });
        }
        let text = text.to_owned();
        let Some(Ok(bytes)) = identifier
            .strip_prefix(BASE58BTC)
            .map(|encoded| bs58::decode(encoded).into_vec())
        else {
            return Err(DidError::Encoding { text });
        };
        let Some(Ok(key)) = bytes
            .strip_prefix(&ED25519)
            .map(<[u8; ed25519_dalek::PUBLIC_KEY_LENGTH]>::try_from)
        else {
            return Err(DidError::KeyType { text });
        };
        let key = VerifyingKey::from_bytes(&key).map_err(|_| DidError::WeakKey { text })?;
        Self::of(&key)
    }
}

fn is_method_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

impl TryFrom<String> for Did {
    type Error = DidError;

    fn try_from(text: String) -> Result<Self, DidError> {
        text.parse()
    }
}

impl From<Did> for String {
    fn from(did: Did) -> Self {
        did.0.text.clone()
    }
}

impl Ord for Did {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.text.cmp(&other.0.text)
    }
}

impl PartialOrd for Did {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.text)
    }
}

impl fmt::Debug for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Did({})", self.0.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Ed25519 examples of the did:key specification (W3C CCG, v0.9).
    const PUBLISHED: [&str; 3] = [
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
        "did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG",
    ];

    #[test]
    fn published_dids_are_read_and_written() {
        for text in PUBLISHED {
            let did: Did = text.parse().unwrap();
            assert_eq!(did.to_string(), text);
            assert_eq!(Did::of(did.verifying_key()).unwrap(), did);
        }
    }

    /// RFC 8032, section 7.1, test 1, with its did:key as another encoder writes it.
    #[test]
    fn a_known_key_has_its_known_did() {
        let bytes: [u8; 32] =
            hex::decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
                .unwrap()
                .try_into()
                .unwrap();
        let key = VerifyingKey::from_bytes(&bytes).unwrap();
        assert_eq!(
            Did::of(&key).unwrap().as_str(),
            "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"
        );
    }

    #[test]
    fn other_methods_are_refused_by_name() {
        let error = "did:web:example.org".parse::<Did>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the DID method \"web\" is not known here: expected one of key"
        );
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
            assert!(
                matches!(text.parse::<Did>(), Err(DidError::Form { .. })),
                "{text}"
            );
        }
        for text in [
            format!("{good}#z6Mk"),
            format!("{good} "),
            good.replace(":z", ":"),
            good.replace(":z", ":m"),
            "did:key:z0OIl".to_owned(),
        ] {
            assert!(
                matches!(text.parse::<Did>(), Err(DidError::Encoding { .. })),
                "{text}"
            );
        }
        // X25519 (0xec) and secp256k1 (0xe7) examples, and an empty one.
        for text in [
            "did:key:z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F",
            "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
            "did:key:z",
            &good[..good.len() - 2],
            &format!("{good}1"),
        ] {
            assert!(
                matches!(text.parse::<Did>(), Err(DidError::KeyType { .. })),
                "{text}"
            );
        }
        assert!(matches!(
            "x".repeat(10_000).parse::<Did>(),
            Err(DidError::Form { .. })
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
        for key in [neutral, second_spelling] {
            let bytes = [&ED25519[..], &key].concat();
            let text = format!("did:key:z{}", bs58::encode(bytes).into_string());
            assert!(
                matches!(text.parse::<Did>(), Err(DidError::WeakKey { .. })),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_written_as_it_was_read(text in "(did:)?(key:)?z?[ -~]{0,60}") {
            if let Ok(did) = text.parse::<Did>() {
                prop_assert_eq!(did.as_str(), text);
            }
        }
    }
}
