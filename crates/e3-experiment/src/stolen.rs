//! Private keys that whoever breaks into hosts finds there, and what they open.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use base64ct::{Base64, Base64Unpadded, Encoding as _};
use ed25519_dalek::SigningKey;
use hpke::{Deserializable as _, Kem as _, OpModeR, Serializable as _};
use sha2::{Digest as _, Sha512};

type Kem = hpke::kem::X25519HkdfSha256;
type Kdf = hpke::kdf::HkdfSha256;
type Aead = hpke::aead::ChaCha20Poly1305;

/// Bytes of a key on Curve25519, and of what HPKE sends with what it seals to one (RFC 9180, section 7.1).
pub(crate) const KEY: usize = 32;

/// No file with a key is longer.
const LONGEST: u64 = 1 << 20;

/// In how many ways at most the beginning of a stream is passed over.
const BEGINNING: usize = 8;

/// Whatever could be a private key.
#[derive(Debug, Default)]
pub(crate) struct Stolen {
    /// Where it was, and what it is.
    keys: BTreeSet<(PathBuf, [u8; KEY])>,
}

impl Stolen {
    /// All that stands in the files below a folder: as it is, in hexadecimal, in Base64, in PEM.
    pub(crate) fn below(folder: &Path) -> Self {
        let mut stolen = Self::default();
        stolen.look(folder);
        stolen
    }

    fn look(&mut self, at: &Path) {
        if at.is_dir() {
            for entry in fs::read_dir(at).into_iter().flatten().flatten() {
                self.look(&entry.path());
            }
        } else if fs::symlink_metadata(at).is_ok_and(|it| it.is_file() && it.len() < LONGEST) {
            let keys = keys(&fs::read(at).unwrap_or_default());
            let found = keys.into_iter().map(|key| (at.to_owned(), key));
            self.keys.extend(found);
        }
    }

    /// Takes others to these.
    pub(crate) fn merge(&mut self, other: Self) {
        self.keys.extend(other.keys);
    }

    /// Each as a key of X25519, in both ways that it can be one.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = [u8; KEY]> {
        let keys = self.keys.iter().flat_map(|(_, key)| receivers(key));
        keys.map(|key| key.to_bytes().into())
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        let keys = self.keys.iter().map(|(_, key)| key);
        keys.collect::<BTreeSet<_>>().len()
    }

    /// Where those stand whose public halves stand in these bytes.
    pub(crate) fn belonging_to(&self, public: &[u8]) -> Vec<&Path> {
        let keys = self.keys.iter().filter(|(_, key)| {
            publics(key)
                .iter()
                .any(|half| public.windows(KEY).any(|window| window == half))
        });
        keys.map(|(path, _)| path.as_path()).collect()
    }

    /// What one of them opens of a stream that was recorded: pieces that are sealed to a key (RFC 9180), each behind its
    /// length in four bytes.
    pub(crate) fn opens(&self, stream: &[u8]) -> Vec<u8> {
        let mut opened = beginnings(stream)
            .flat_map(|stream| self.keys.iter().map(move |(_, key)| (stream, key)))
            .flat_map(|(stream, key)| receivers(key).map(|receiver| all_opened(stream, &receiver)))
            .filter(|opened| !opened.is_empty());
        opened.next().unwrap_or_default()
    }

    /// What one of them opens of a datagram that was recorded: one that is sealed to a key.
    pub(crate) fn opens_datagram(&self, datagram: &[u8]) -> Option<Vec<u8>> {
        let keys = self.keys.iter().flat_map(|(_, key)| receivers(key));
        keys.flat_map(|key| beginnings(datagram).map(move |sealed| (sealed, key.clone())))
            .find_map(|(sealed, key)| open(sealed, &key))
    }
}

/// The rest of some bytes, wherever their beginning ends.
fn beginnings(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    (0..=BEGINNING).filter_map(|passed| bytes.get(passed..))
}

/// The keys that could stand in a file.
fn keys(bytes: &[u8]) -> Vec<[u8; KEY]> {
    let mut keys: Vec<[u8; KEY]> = bytes.try_into().into_iter().collect();
    let Ok(text) = str::from_utf8(bytes) else {
        return keys;
    };
    let words =
        text.split(|letter: char| !letter.is_ascii_alphanumeric() && !"+/=".contains(letter));
    for word in words {
        let plain = hex::decode(word).unwrap_or_default();
        let coded = Base64::decode_vec(word).or_else(|_| Base64Unpadded::decode_vec(word));
        let coded = coded.unwrap_or_default();
        keys.extend(<[u8; KEY]>::try_from(plain.as_slice()).ok());
        keys.extend(<[u8; KEY]>::try_from(coded.as_slice()).ok());
        keys.extend(in_der(&coded));
    }
    for block in text.split("-----BEGIN ").skip(1) {
        let body = block.split_once("-----").map_or("", |(_, rest)| rest);
        let body = body.split_once("-----END").map_or("", |(body, _)| body);
        let line: String = body.split_whitespace().collect();
        keys.extend(in_der(&Base64::decode_vec(&line).unwrap_or_default()));
    }
    keys
}

/// Octet strings of the length of a key (X.690, section 8.7), as PKCS#8 and SEC 1 have them.
fn in_der(bytes: &[u8]) -> Vec<[u8; KEY]> {
    let strings = bytes
        .windows(2 + KEY)
        .filter(|window| window.starts_with(&[4, 32]));
    strings
        .filter_map(|window| window.get(2..)?.try_into().ok())
        .collect()
}

/// Its public halves: of a key of X25519, and of one of Ed25519.
pub(crate) fn publics(key: &[u8; KEY]) -> Vec<Vec<u8>> {
    let signs = SigningKey::from_bytes(key)
        .verifying_key()
        .to_bytes()
        .to_vec();
    let agrees = receivers(key).map(|key| Kem::sk_to_pk(&key).to_bytes().to_vec());
    agrees.chain([signs]).collect()
}

type Receiver = <Kem as hpke::Kem>::PrivateKey;

/// As a key of X25519; and the one that a seed of Ed25519 makes (RFC 8032, section 5.1.5, whose first half is also used
/// as one).
fn receivers(key: &[u8; KEY]) -> impl Iterator<Item = Receiver> {
    let hash = Sha512::digest(key);
    let own = Receiver::from_bytes(key).ok();
    let made = hash
        .get(..KEY)
        .and_then(|half| Receiver::from_bytes(half).ok());
    own.into_iter().chain(made)
}

/// All pieces one after another, up to the first that is none.
fn all_opened(mut stream: &[u8], receiver: &Receiver) -> Vec<u8> {
    let mut opened = Vec::new();
    while let Some((piece, rest)) = piece(stream) {
        let Some(content) = open(piece, receiver) else {
            break;
        };
        opened.extend(content);
        stream = rest;
    }
    opened
}

fn piece(stream: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = stream.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

fn open(piece: &[u8], receiver: &Receiver) -> Option<Vec<u8>> {
    let (encapped, sealed) = piece.split_at_checked(KEY)?;
    let encapped = <Kem as hpke::Kem>::EncappedKey::from_bytes(encapped).ok()?;
    let mode = OpModeR::Base;
    hpke::single_shot_open::<Aead, Kdf, Kem>(&mode, receiver, &encapped, &[], sealed, &[]).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_are_found_however_they_are_kept() {
        let key = [7; KEY];
        let der = [&[0x30, 0x2e, 4, 34, 4, 32][..], &key].concat();
        let pem = Base64::encode_string(&der);
        let texts = [
            key.to_vec(),
            hex::encode(key).into_bytes(),
            format!("{{\"key\": \"privkey:{}\"}}", hex::encode(key)).into_bytes(),
            Base64::encode_string(&key).into_bytes(),
            format!(
                "-----BEGIN PRIVATE KEY-----\n{}\n{}\n-----END PRIVATE KEY-----\n",
                &pem[..20],
                &pem[20..]
            )
            .into_bytes(),
        ];
        for text in texts {
            assert_eq!(keys(&text), [key], "{}", String::from_utf8_lossy(&text));
        }
        assert!(keys(b"nothing of the kind").is_empty());
    }

    #[test]
    fn a_key_opens_what_was_sealed_to_it_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let key = [7; KEY];
        fs::write(folder.path().join("key"), hex::encode(key)).unwrap();
        let stolen = Stolen::below(folder.path());
        assert_eq!(stolen.count(), 1);
        let sealed_to = |key: &[u8; KEY]| {
            let receiver = Receiver::from_bytes(key).unwrap();
            let public = Kem::sk_to_pk(&receiver);
            let mode = hpke::OpModeS::Base;
            let (encapped, sealed) =
                hpke::single_shot_seal::<Aead, Kdf, Kem>(&mode, &public, &[], b"word", &[])
                    .unwrap();
            let length = u32::try_from(KEY + sealed.len()).unwrap().to_be_bytes();
            [&[1][..], &length, &encapped.to_bytes(), &sealed].concat()
        };
        assert_eq!(stolen.opens(&sealed_to(&key)), b"word");
        assert!(stolen.opens(&sealed_to(&[8; KEY])).is_empty());
        let whole = sealed_to(&key);
        assert_eq!(stolen.opens_datagram(&whole[5..]).unwrap(), b"word");
        assert_eq!(stolen.opens_datagram(&sealed_to(&[8; KEY])[5..]), None);
        let public = publics(&key).concat();
        assert_eq!(stolen.belonging_to(&public).len(), 1);
        assert!(stolen.belonging_to(&[9; 100]).is_empty());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = keys(&bytes);
            let _ = all_opened(&bytes, &Receiver::from_bytes(&[7; KEY]).unwrap());
        }
    }
}
