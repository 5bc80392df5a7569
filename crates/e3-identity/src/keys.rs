//! The private keys of one party in one session.

use std::fmt;

use hpke::{Kem as _, Serializable as _};
use serde::Serialize;

use crate::{Did, Identity, KeyError, Signature, seal::Kem, secret::random};

pub(crate) type SealingSecret = <Kem as hpke::Kem>::PrivateKey;
pub(crate) type SealingPublic = <Kem as hpke::Kem>::PublicKey;

/// A party's identity and its sealing key (X25519), which is made anew for every session.
///
/// Both are erased when dropped, and shown by nothing.
pub struct PartyKeys {
    identity: Identity,
    sealing_secret: SealingSecret,
    sealing_public: SealingPublic,
}

impl PartyKeys {
    /// Keys for one session of this identity.
    pub fn of(identity: Identity) -> Result<Self, KeyError> {
        let (sealing_secret, sealing_public) = Kem::derive_keypair(&*random()?);
        Ok(Self {
            identity,
            sealing_secret,
            sealing_public,
        })
    }

    /// Keys of a new `did:key`.
    pub fn generate() -> Result<Self, KeyError> {
        Self::of(Identity::generate()?)
    }

    /// Who these keys make their holder.
    pub fn did(&self) -> &Did {
        self.identity.did()
    }

    /// The identity behind them.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The public key to which others seal messages.
    pub fn sealing_key(&self) -> [u8; 32] {
        self.sealing_public.to_bytes().into()
    }

    /// Signs `[domain, form]` for the DID in the [canonical](crate::canonical) encoding, by Ed25519 (RFC 8032).
    pub fn sign(&self, domain: &str, form: &impl Serialize) -> Signature {
        self.identity.sign(domain, form)
    }

    pub(crate) fn sealing_pair(&self) -> (SealingSecret, SealingPublic) {
        (self.sealing_secret.clone(), self.sealing_public.clone())
    }
}

impl fmt::Debug for PartyKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `sealing_secret` stays out, and the identity shows no secret either.
        f.debug_struct("PartyKeys")
            .field("did", self.did())
            .finish_non_exhaustive()
    }
}
