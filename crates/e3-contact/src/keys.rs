//! Parties' keys (Ed25519, RFC 8032) in others' bytes.

use ed25519_dalek::VerifyingKey;

/// What stands before the 32 bytes of an Ed25519 key where it is shown (RFC 8410, section 4).
const SHOWN: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The key that a party has introduced: its 32 bytes. `None` for bytes that are no key.
pub fn introduced(bytes: &[u8]) -> Option<VerifyingKey> {
    let bytes: &[u8; 32] = bytes.try_into().ok()?;
    VerifyingKey::from_bytes(bytes).ok()
}

/// A key as it is shown in a handshake: a `SubjectPublicKeyInfo` (RFC 7250, section 3).
pub fn shown(key: &[u8; 32]) -> Vec<u8> {
    [&SHOWN[..], key].concat()
}

/// The key that was shown in a handshake; `None` for anything else than an Ed25519 key in its one encoding.
pub fn key_in(shown: &[u8]) -> Option<VerifyingKey> {
    introduced(shown.strip_prefix(&SHOWN)?)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;

    use super::*;

    #[test]
    fn a_key_is_known_again() {
        let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
        assert_eq!(introduced(key.as_bytes()), Some(key));
        assert_eq!(key_in(&shown(key.as_bytes())), Some(key));
    }

    #[test]
    fn other_bytes_are_no_key() {
        // No point of the curve has this ordinate (RFC 8032, section 5.1.3).
        let mut none = [0; 32];
        none[0] = 2;
        for bytes in [&[][..], &[1; 33], &none] {
            assert_eq!(introduced(bytes), None);
            assert_eq!(key_in(&[&SHOWN[..], bytes].concat()), None);
        }
        let mut other = shown(SigningKey::from_bytes(&[7; 32]).verifying_key().as_bytes());
        // Of X25519 (RFC 8410, section 3).
        other[8] = 0x6e;
        assert_eq!(key_in(&other), None);
    }
}
