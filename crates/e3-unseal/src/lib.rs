//! What private keys open of conversations that somebody has recorded, by trying.
//!
//! A protocol is forward secret where the keys that are left after a conversation do not open it. Here is what somebody
//! would do who has kept all packets, and later gets hold of private keys: recognise the handshakes, put each key into the
//! place of every key that was agreed with, derive what both ends derived, and try to open what they said. Cryptography is
//! not broken, and nothing is guessed.
//!
//! - `tls`: TLS 1.3 (RFC 8446) over TCP; `quic`: the same within QUIC (RFC 9001), whose first packets anybody can open;
//! - `noise`: handshakes of Noise, as WireGuard, Nebula and Tailscale's coordinators have them;
//! - [`Keys`]: what was found; [`Recorded`]: what was kept; [`Conversation`]: what became of it.
//!
//! Pure: whatever was recorded, it is opened or it is not.

mod conversation;
mod keys;
mod noise;
mod quic;
mod reader;
#[cfg(test)]
mod speakers;
#[doc(hidden)]
pub mod testing;
mod tls;

pub use conversation::{Conversation, Datagram, Protocol, Recorded, Stream};
pub use keys::Keys;

/// All conversations that are recognised in what was recorded, and what these keys open of each.
pub fn conversations(recorded: &Recorded, keys: &Keys) -> Vec<Conversation> {
    let mut found = tls::conversations(&recorded.streams, keys);
    found.extend(quic::conversations(&recorded.datagrams, keys));
    found.extend(noise::conversations(recorded, keys));
    found
}
