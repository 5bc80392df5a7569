//! What fuzz targets reach: whatever reads the bytes of peers, relays' hosts and strangers.

use std::net::IpAddr;

use e3_contact::Signed;
use e3_session::types::{ServiceFacts, SessionId};

use crate::{
    engine::fuzzing::{Scene, knock},
    guests::{introduced, introduction},
    packet::fuzzing::{cut_and_join, look},
    service::Told,
};

pub use crate::engine::fuzzing::{ADDRESSES, Whom};

/// Lets a peer, a relay and a stranger say things: each begins with a byte that says who speaks, and how, and one that says
/// how many bytes follow. Gives how many packets came to programs, all from an address that is the peer's own.
pub fn speak(bytes: &[u8]) -> usize {
    let mut scene = Scene::new();
    let mut rest = bytes;
    while let Some((&[how, length, more], after)) = rest.split_first_chunk::<3>() {
        let length = usize::from(length) + usize::from(more % 8) * 256;
        let (said, after) = after.split_at(length.min(after.len()));
        rest = after;
        match how % 5 {
            0 => scene.datagram(said),
            1 => scene.tell(Whom::Peer, said),
            2 => scene.tell(Whom::Relay, said),
            3 => scene.relay(said),
            _ => scene.nest(said),
        }
    }
    let written = scene.written();
    for packet in &written {
        let from = crate::packet::source(packet);
        assert!(from.is_some_and(|from| from == IpAddr::from(ADDRESSES[1])));
    }
    written.len()
}

/// Cuts what an interface may give, and joins the packets of a peer's: nothing is lost or made up.
pub fn pieces(bytes: &[u8]) {
    cut_and_join(bytes);
    look(bytes);
}

/// Reads what parties introduce, what relays' hosts tell, and what comes to the kernel's port.
pub fn told(bytes: &[u8]) {
    if let Some((key, signs)) = introduced(bytes) {
        assert_eq!(introduction(key, &signs), bytes);
    }
    if let Ok(signed) = Signed::decode(bytes) {
        let _ = signed.verify(SessionId([7; 16]));
    }
    knock(bytes);
    let mut facts = ServiceFacts {
        name: "relay".to_owned(),
        kind: "relay".to_owned(),
        host: "hub".to_owned(),
        addresses: vec![[192, 0, 2, 1].into()],
        ports: Vec::new(),
        told: std::collections::BTreeMap::new(),
    };
    let (key, rest) = bytes.split_at(bytes.len().min(32));
    let told = [("wireguard key", key), (e3_reflector::TOLD, rest)];
    let told = told.map(|(name, said)| (name.to_owned(), serde_bytes::ByteBuf::from(said)));
    facts.told = told.into();
    let _ = Told::read(&facts);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_peer_says_comes_to_programs_and_nothing_else_does() {
        let echo = |from: [u8; 4]| {
            let mut packet = vec![0x45, 0, 0, 28, 0, 0, 0x40, 0, 64, 17, 0, 0];
            packet.extend(from);
            packet.extend(ADDRESSES[0].octets());
            packet.extend([0, 80, 0, 80, 0, 8, 0, 0]);
            packet
        };
        let own = echo(ADDRESSES[1].octets());
        let said = |how: u8, packet: &[u8]| [&[how, 28, 0], packet].concat();
        assert_eq!(speak(&said(1, &own)), 1);
        // Of another, by the relay, or in clear.
        assert_eq!(speak(&said(1, &echo([10, 0, 0, 3]))), 0);
        for how in [0, 2, 3, 4] {
            assert_eq!(speak(&said(how, &own)), 0);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_heard(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            speak(&bytes);
            pieces(&bytes);
            told(&bytes);
        }
    }
}
