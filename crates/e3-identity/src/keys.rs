//! The private keys of one party.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use hpke::{Kem as _, Serializable as _};
use serde::Serialize;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{Did, canonical, seal::Kem};

pub(crate) type SealingSecret = <Kem as hpke::Kem>::PrivateKey;
pub(crate) type SealingPublic = <Kem as hpke::Kem>::PublicKey;

/// A party's identity key (Ed25519) and sealing key (X25519), made on the party's own host.
///
/// They are kept in memory only, erased when dropped, and shown by nothing.
pub struct PartyKeys {
    did: Did,
    identity: SigningKey,
    sealing_secret: SealingSecret,
    sealing_public: SealingPublic,
}

/// Why there are no keys.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness to make keys from: {0}")]
    Randomness(getrandom::Error),
}

impl PartyKeys {
    /// New keys from the operating system's randomness.
    pub fn generate() -> Result<Self, KeyError> {
        let identity = SigningKey::from_bytes(&*random()?);
        let (sealing_secret, sealing_public) = Kem::derive_keypair(&*random()?);
        Ok(Self {
            did: Did::unchecked(identity.verifying_key()),
            identity,
            sealing_secret,
            sealing_public,
        })
    }

    /// Who these keys make their holder.
    pub fn did(&self) -> &Did {
        &self.did
    }

    /// The public key to which others seal messages.
    pub fn sealing_key(&self) -> [u8; 32] {
        self.sealing_public.to_bytes().into()
    }

    /// Signs `[domain, form]` in the [canonical](crate::canonical) encoding, by Ed25519 (RFC 8032).
    pub fn sign(&self, domain: &str, form: &impl Serialize) -> [u8; 64] {
        self.identity
            .sign(&canonical::bytes(domain, form))
            .to_bytes()
    }

    pub(crate) fn sealing_pair(&self) -> (SealingSecret, SealingPublic) {
        (self.sealing_secret.clone(), self.sealing_public.clone())
    }
}

impl fmt::Debug for PartyKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `identity` and `sealing_secret` stay out.
        f.debug_struct("PartyKeys")
            .field("did", &self.did)
            .finish_non_exhaustive()
    }
}

fn random() -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(KeyError::Randomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Signature;

    use super::*;

    #[test]
    fn the_did_verifies_what_the_keys_sign() {
        let keys = PartyKeys::generate().unwrap();
        let signature = Signature::from_bytes(&keys.sign("test/1", &("form", 7)));
        let verifies = |domain: &str, form: &(&str, i32)| {
            keys.did()
                .verifying_key()
                .verify_strict(&canonical::bytes(domain, form), &signature)
                .is_ok()
        };
        assert!(verifies("test/1", &("form", 7)));
        assert!(!verifies("test/2", &("form", 7)));
        assert!(!verifies("test/1", &("form", 8)));
    }

    #[test]
    fn a_made_did_is_one_that_can_be_read() {
        let keys = PartyKeys::generate().unwrap();
        assert_eq!(keys.did().as_str().parse().as_ref(), Ok(keys.did()));
        assert_ne!(PartyKeys::generate().unwrap().did(), keys.did());
    }

    #[test]
    fn debug_shows_no_secret() {
        let keys = PartyKeys::generate().unwrap();
        assert_eq!(
            format!("{keys:?}"),
            format!("PartyKeys {{ did: Did({}), .. }}", keys.did())
        );
    }
}
