//! Fragments: the first shows what it belongs to, and the others follow it.
//!
//! Fragments are translated one by one and not put together. Those that come before the first of their packet are
//! dropped (RFC 4787, REQ-14, asks for those in order).

use std::collections::HashMap;
use std::net::IpAddr;

use super::Nanos;
use super::packet::Packet;

/// How long the others may come after the first: as long as hosts wait for them.
const PATIENCE: Nanos = 30_000_000_000;
/// How many packets' fragments are remembered.
const MOST: usize = 4096;

/// By sender, receiver and identification.
type Key = (IpAddr, IpAddr, u32);

/// Where the fragments of some packets go.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    known: HashMap<Key, (IpAddr, Nanos)>,
}

impl Fragments {
    /// Remembers what becomes of an end of a packet, before that is done, in case it is a first fragment.
    pub(super) fn remember(&mut self, packet: &Packet<'_>, becomes: IpAddr, now: Nanos) {
        let Some(key) = key(packet) else {
            return;
        };
        if self.known.len() >= MOST {
            self.known.retain(|_, (_, expires)| *expires > now);
        }
        if self.known.len() < MOST {
            let expires = now.saturating_add(PATIENCE);
            self.known.insert(key, (becomes, expires));
        }
    }

    /// What became of the first.
    pub(super) fn recall(&self, packet: &Packet<'_>, now: Nanos) -> Option<IpAddr> {
        let (becomes, expires) = self.known.get(&key(packet)?)?;
        (*expires > now).then_some(*becomes)
    }

    pub(super) fn forget(&mut self) {
        self.known.clear();
    }
}

fn key(packet: &Packet<'_>) -> Option<Key> {
    Some((packet.source(), packet.destination(), packet.fragment()?))
}
