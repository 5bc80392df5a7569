//! rustls with an ephemeral key that is always the same: what forward secrecy is about.

use rustls::{
    CipherSuite, Error, NamedGroup, PeerMisbehaved,
    crypto::{ActiveKeyExchange, CryptoProvider, SharedSecret, SupportedKxGroup, ring},
};
use x25519_dalek::{PublicKey, StaticSecret};

/// Speaks that suite alone, and agrees with that private key of X25519 in every handshake.
pub fn repeating(suite: CipherSuite, secret: [u8; 32]) -> CryptoProvider {
    let mut provider = ring::default_provider();
    provider.cipher_suites.retain(|one| one.suite() == suite);
    provider.kx_groups = vec![Box::leak(Box::new(Repeating(secret)))];
    provider
}

#[derive(Debug)]
struct Repeating([u8; 32]);

struct Begun {
    secret: StaticSecret,
    public: PublicKey,
}

impl SupportedKxGroup for Repeating {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let secret = StaticSecret::from(self.0);
        let public = PublicKey::from(&secret);
        Ok(Box::new(Begun { secret, public }))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

impl ActiveKeyExchange for Begun {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        let peer: [u8; 32] = peer
            .try_into()
            .map_err(|_| PeerMisbehaved::InvalidKeyShare)?;
        let shared = self.secret.diffie_hellman(&PublicKey::from(peer));
        Ok(SharedSecret::from(&shared.as_bytes()[..]))
    }

    fn pub_key(&self) -> &[u8] {
        self.public.as_bytes()
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}
