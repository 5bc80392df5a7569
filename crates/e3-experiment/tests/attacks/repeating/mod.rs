//! Overlays with ephemeral keys that are none: the same in every handshake, and kept. What they speak is what real overlays
//! speak, so that what opens it would open theirs, did they do the same.
//!
//! - [`tls`]: TLS 1.3 over TCP; [`quic`]: over QUIC; [`noise`]: `WireGuard`'s messages.

pub(crate) mod noise;
pub(crate) mod quic;
pub(crate) mod tls;

use std::{
    fs,
    sync::{Arc, OnceLock},
};

use e3_overlay::{Introducing, Overlay, testing::Twisted};
use serde_bytes::ByteBuf;

use crate::forwarding::{Carrier, Forwarding};

/// What is made of a key that is kept.
pub(crate) trait OfKey: Carrier + Sized {
    fn of(key: [u8; 32]) -> Self;

    /// What the others know it by.
    fn public(&self) -> Vec<u8>;
}

/// An overlay of that name, with a key of its own.
pub(crate) fn overlay<C: OfKey>(name: &'static str) -> Arc<dyn Overlay> {
    let carrier = Arc::new(OnceLock::<Arc<C>>::new());
    let made = Arc::clone(&carrier);
    let twisted = Twisted::new(name, move || {
        Forwarding::new(name, Arc::clone(made.get().unwrap()))
    });
    Arc::new(twisted.introducing(move |who| {
        let made = carrier.get_or_init(|| Arc::new(C::of(kept(who))));
        ByteBuf::from(made.public())
    }))
}

/// A new key, which stands in a file that outlives the session.
fn kept(who: &Introducing) -> [u8; 32] {
    let mut key = [0; 32];
    getrandom::fill(&mut key).unwrap();
    let agents = who.folder.ancestors().find(|one| one.ends_with("agents"));
    let kept = agents.unwrap().join(format!("{}.key", who.name));
    fs::write(kept, hex::encode(key)).unwrap();
    key
}
