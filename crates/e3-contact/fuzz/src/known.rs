//! A party's record, and its key.

use e3_contact::Record;
use e3_session::types::SessionId;
use ed25519_dalek::SigningKey;

/// The session.
pub const SESSION: SessionId = SessionId([5; 16]);

/// The party's key.
pub fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// A record that names one address of each kind.
pub fn record() -> Record {
    Record {
        session: SESSION,
        sequence: 3,
        tcp: vec!["192.0.2.7:4000".parse().expect("an address")],
        quic: vec!["[2001:db8::7]:4001".parse().expect("an address")],
        relays: vec!["https://relay-1.invalid:443/".to_owned()],
    }
}
