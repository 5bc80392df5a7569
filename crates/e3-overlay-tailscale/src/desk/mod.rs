//! The coordinator's desk: where each party of the roster, and nobody else, is given a key with which to register once.
//!
//! Both ends speak TLS 1.3 (RFC 8446) with raw public keys (RFC 7250): the party proves to have the desk key that its
//! introduction names, and the desk the key that the coordinator's host has told. Whom the roster does not name is refused
//! in the handshake. A party says at which port its program listens (two bytes, 0 for any), which is opened to the others, of its
//! own node alone. The desk says one thing and closes: `+` and a key, or `-` and why there is none.

mod book;
pub(crate) mod client;
mod door;
pub(crate) mod server;

use e3_overlay::RawKeys;
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

/// What both ends name as their protocol (RFC 7301).
const ALPN: &[u8] = b"e3/tailscale-desk/2";

/// Bytes that a desk says at most.
const LONGEST: usize = 1024;

/// A key to register with; shown by nothing.
pub(crate) type AuthKey = Zeroizing<String>;

/// What a desk says.
pub(crate) fn saying(answer: &Result<AuthKey, String>) -> Zeroizing<Vec<u8>> {
    let (sign, text) = match answer {
        Ok(key) => ('+', key.as_str()),
        Err(why) => ('-', why.as_str()),
    };
    let mut said = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    said.extend_from_slice(sign.to_string().as_bytes());
    said.extend_from_slice(text.as_bytes());
    said.truncate(LONGEST);
    said
}

/// Understands what a desk has said. The error says why there is no key.
///
/// A key is what may stand in a file that `tailscale` reads: visible ASCII, and no more.
pub fn understand(said: &[u8]) -> Result<Zeroizing<String>, String> {
    let odd =
        || "it said something that is no answer: does another version of e3 run there?".to_owned();
    let text = std::str::from_utf8(said).map_err(|_| odd())?;
    match text.split_at_checked(1) {
        Some(("+", key)) if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok(Zeroizing::new(key.to_owned()))
        }
        Some(("-", why)) => Err(why.chars().filter(|c| !c.is_control()).collect()),
        _ => Err(odd()),
    }
}

/// Both ends of TLS with this key.
fn ends(key: &SigningKey) -> Result<RawKeys, rustls::Error> {
    let shown = e3_contact::shown(key.verifying_key().as_bytes());
    RawKeys::new(key.as_bytes(), shown, ALPN)
}

#[cfg(test)]
mod tests;
