//! A host's key.

use std::fmt;

use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::{KeyError, pem, reader::exactly};

/// A host's private key of X25519. Erased when it is dropped.
pub struct HostKey(StaticSecret);

impl HostKey {
    /// A new one.
    ///
    /// # Errors
    /// [`KeyError::Randomness`] if the system gives none.
    pub fn generate() -> Result<Self, KeyError> {
        let bytes = random()?;
        Ok(Self(StaticSecret::from(*bytes)))
    }

    /// Its public half, which a certificate names.
    pub fn public(&self) -> [u8; 32] {
        PublicKey::from(&self.0).to_bytes()
    }

    /// Reads it as Nebula writes it.
    ///
    /// # Errors
    /// [`KeyError::Pem`] if it is something else.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let other = || KeyError::Pem(pem::HOST_KEY);
        let (label, bytes) = pem::decode(text).map_err(|_| other())?;
        let bytes = exactly(&bytes, "key").map_err(|_| other())?;
        if label != pem::HOST_KEY {
            return Err(other());
        }
        Ok(Self(StaticSecret::from(*Zeroizing::new(bytes))))
    }

    /// As Nebula reads it.
    pub fn to_pem(&self) -> Zeroizing<String> {
        pem::encode(pem::HOST_KEY, self.0.as_bytes())
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HostKey").finish_non_exhaustive()
    }
}

pub(crate) fn random() -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(KeyError::Randomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written_and_never_shown() {
        let key = HostKey::generate().unwrap();
        let again = HostKey::from_pem(&key.to_pem()).unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(format!("{key:?}"), "HostKey(..)");
        let other = pem::encode(pem::AUTHORITY_KEY, &[7; 32]);
        assert!(HostKey::from_pem(&other).is_err());
        assert!(HostKey::from_pem(&pem::encode(pem::HOST_KEY, &[7; 31])).is_err());
    }
}
