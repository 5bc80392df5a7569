//! Keys: by which WireGuard knows its peers (X25519, RFC 7748).

use std::fmt;

use gotatun::x25519;
use zeroize::Zeroizing;

/// Bytes of a key.
pub const LENGTH: usize = 32;

/// A private key of WireGuard; erased from memory when dropped.
#[derive(Clone)]
pub struct PrivateKey(x25519::StaticSecret);

/// What peers know a key by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; LENGTH]);

impl PrivateKey {
    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// The system gives none.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        getrandom::fill(&mut *bytes)?;
        Ok(Self::from_bytes(&bytes))
    }

    /// The key of these bytes: any 32 are one.
    pub fn from_bytes(bytes: &[u8; LENGTH]) -> Self {
        Self(x25519::StaticSecret::from(*bytes))
    }

    /// Its bytes, for the kernel or a file of this host (0600), and for nothing else.
    pub fn to_bytes(&self) -> Zeroizing<[u8; LENGTH]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// What peers know it by.
    pub fn public(&self) -> PublicKey {
        PublicKey(x25519::PublicKey::from(&self.0).to_bytes())
    }

    pub(crate) fn secret(&self) -> &x25519::StaticSecret {
        &self.0
    }
}

impl PublicKey {
    pub(crate) fn point(self) -> x25519::PublicKey {
        x25519::PublicKey::from(self.0)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {:?})", self.public())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.iter().take(5) {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_key_is_public() {
        let key = PrivateKey::generate().unwrap();
        let secret: String = key
            .to_bytes()
            .iter()
            .take(4)
            .fold(String::new(), |all, byte| all + &format!("{byte:02x}"));
        let shown = format!("{key:?}");
        assert!(!shown.contains(&secret), "{shown}");
        assert_eq!(
            PrivateKey::from_bytes(&key.to_bytes()).public(),
            key.public()
        );
    }
}
