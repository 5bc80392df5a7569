//! A data plane without I/O, and the ends that it speaks with.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Instant,
};

use bytes::BytesMut;

use super::{Member, Role, core::Core, kernel, relayed};
use crate::{
    key::PrivateKey,
    packet::{Cutter, VIRTIO},
};

/// Inside: ours, and the peer's.
pub const ADDRESSES: [Ipv4Addr; 2] = [Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2)];

/// Whose tunnel with us something passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// A party's.
    Peer,
    /// The relay's.
    Relay,
}

/// Ours, a peer and a relay, with sessions between them.
pub(crate) struct Scene {
    ours: Core,
    ends: [(Core, SocketAddr); 2],
    now: Instant,
}

const OURS: SocketAddr = at(1);

const fn at(last: u8) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)), 51820)
}

impl Scene {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        let keys = [1, 2, 3].map(|number| PrivateKey::from_bytes(&[number; 32]));
        let member = |key: &PrivateKey, role, last, allowed: &[Ipv4Addr]| Member {
            key: key.public(),
            role,
            allowed: allowed.iter().map(|address| (*address).into()).collect(),
            places: [at(last)].into(),
        };
        let core = |key: &PrivateKey, own: &[Ipv4Addr]| {
            let own = own.iter().map(|address| (*address).into()).collect();
            Core::new(key.clone(), own, vec![at(9)], [7; 8])
        };
        let [own, peer, relay] = &keys;
        let mut scene = Self {
            ours: core(own, &ADDRESSES[..1]),
            ends: [
                (core(peer, &ADDRESSES[1..]), at(2)),
                (core(relay, &[]), at(3)),
            ],
            now,
        };
        let us = member(own, Role::Party, 1, &ADDRESSES[..1]);
        for (end, _) in &mut scene.ends {
            end.set_members(vec![us.clone()], now);
        }
        let all = vec![
            member(peer, Role::Party, 2, &ADDRESSES[1..]),
            member(relay, Role::Relay, 3, &[]),
        ];
        scene.ours.set_members(all, now);
        scene.ours.tick(now);
        for _ in 0..4 {
            scene.exchange();
        }
        scene
    }

    /// Carries what waits.
    fn exchange(&mut self) {
        let mut out = Vec::new();
        self.ours
            .post
            .drain(|to, bytes| out.push((to, bytes.to_vec())));
        for (end, place) in &mut self.ends {
            for (_, bytes) in out.iter().filter(|(to, _)| to == place) {
                end.take_datagram(OURS, bytes, self.now);
            }
            let mut back = Vec::new();
            end.post.drain(|_, bytes| back.push(bytes.to_vec()));
            for bytes in back {
                self.ours.take_datagram(*place, &bytes, self.now);
            }
        }
    }

    /// A datagram from a stranger, or from where a reflector is.
    pub(crate) fn datagram(&mut self, bytes: &[u8]) {
        for from in [at(8), at(9)] {
            self.ours.take_datagram(from, bytes, self.now);
        }
        self.exchange();
    }

    /// A packet through a tunnel with us.
    pub(crate) fn tell(&mut self, whom: Whom, packet: &[u8]) {
        let own = self.ours.key.public();
        let (end, _) = &mut self.ends[usize::from(whom == Whom::Relay)];
        end.encrypt(own, packet, self.now);
        self.exchange();
    }

    /// A message that the relay says is the peer's.
    pub(crate) fn relay(&mut self, message: &[u8]) {
        self.tell(Whom::Relay, &self.as_the_peers(message));
    }

    /// The same, in a message of the relay's own session that the relay says is the peer's: it is not opened.
    pub(crate) fn nest(&mut self, message: &[u8]) {
        let own = self.ours.key.public();
        let inner = self.as_the_peers(message);
        let (relay, _) = &mut self.ends[1];
        relay.encrypt(own, &inner, self.now);
        let (mut sealed, relay) = (Vec::new(), relay.key.public());
        let post = &mut self.ends[1].0.post;
        post.drain(|_, bytes| sealed.push(bytes.to_vec()));
        for message in sealed {
            let outer = self.as_the_peers(&message);
            let received =
                |scene: &Self| scene.ours.peers.get(&relay).map_or(0, |peer| peer.received);
            let before = received(self);
            self.tell(Whom::Relay, &outer);
            let more = received(self) - before;
            assert!(usize::try_from(more).is_ok_and(|more| more <= outer.len()));
        }
    }

    fn as_the_peers(&self, message: &[u8]) -> Vec<u8> {
        let [peer, own] = [self.ends[0].0.key.public(), self.ours.key.public()];
        let [from, to] = [peer, own].map(super::relay_address);
        relayed::wrap(from, to, message)
    }

    /// What comes to programs.
    pub(crate) fn written(&mut self) -> Vec<Vec<u8>> {
        let (mut all, mut packet) = (Vec::new(), BytesMut::new());
        self.ours.joiner.drain(|piece| {
            assert!(piece.len() > VIRTIO);
            let mut piece = piece.to_vec();
            if let Some(mut cutter) = Cutter::new(&mut piece) {
                while cutter.next_into(&mut packet) {
                    all.push(packet.to_vec());
                }
            }
        });
        all
    }
}

/// What may come to the kernel's port.
pub(crate) fn knock(bytes: &[u8]) {
    kernel::knock(bytes);
}
