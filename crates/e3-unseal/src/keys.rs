//! Private keys that were found.

use std::{collections::BTreeSet, fmt};

use x25519_dalek::{PublicKey, StaticSecret};

/// Bytes of a key on Curve25519, private or public.
pub(crate) const KEY: usize = 32;

/// Private keys of X25519 (RFC 7748) that somebody has in hand.
#[derive(Clone, Default)]
pub struct Keys(Vec<Key>);

#[derive(Clone)]
pub(crate) struct Key {
    secret: StaticSecret,
    public: [u8; KEY],
}

impl Keys {
    /// These, each once.
    pub fn new(secrets: impl IntoIterator<Item = [u8; KEY]>) -> Self {
        let secrets: BTreeSet<_> = secrets.into_iter().collect();
        Self(secrets.into_iter().map(Key::new).collect())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.iter()
    }

    /// What each would have agreed upon with the owners of these public keys, in the place of one of them.
    pub(crate) fn agreements<'a>(
        &'a self,
        publics: &'a [[u8; KEY]],
    ) -> impl Iterator<Item = [u8; KEY]> + 'a {
        let pairs = self
            .iter()
            .flat_map(move |key| publics.iter().map(move |public| (key, public)));
        pairs.map(|(key, public)| key.agree(*public))
    }
}

impl Key {
    fn new(secret: [u8; KEY]) -> Self {
        let secret = StaticSecret::from(secret);
        let public = PublicKey::from(&secret).to_bytes();
        Self { secret, public }
    }

    pub(crate) fn secret(&self) -> &[u8; KEY] {
        self.secret.as_bytes()
    }

    pub(crate) fn public(&self) -> &[u8; KEY] {
        &self.public
    }

    fn agree(&self, public: [u8; KEY]) -> [u8; KEY] {
        self.secret
            .diffie_hellman(&PublicKey::from(public))
            .to_bytes()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys", self.count())
    }
}
