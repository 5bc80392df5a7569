//! Packets and messages on their way to peers.

use std::{net::SocketAddr, time::Instant};

use gotatun::packet::{Packet, WgKind};

use super::{
    core::{Awaited, Core},
    peer::Way,
    relayed,
};
use crate::{
    key::PublicKey,
    packet::{Cutter, VIRTIO, destination, echo, unreachable},
};

/// Echoes that are awaited at one time.
const ECHOES: usize = 1024;

impl Core {
    /// Takes what was read from the interface: its packets go to whoever has the addresses to which they go.
    pub(super) fn take_read(&mut self, read: &mut [u8], now: Instant) {
        let whole = read.get(VIRTIO..).unwrap_or_default();
        let home = destination(whole).and_then(|to| self.homes.get(&to));
        // What is sent is most likely lost, and TCP would wait longer and longer.
        if let Some(peer) = home.and_then(|key| self.peers.get(key))
            && peer.fresh(now).is_none()
            && let Some(told) = unreachable(whole)
        {
            self.joiner.add(&told);
        }
        // Whatever a piece is cut into goes where the piece goes.
        let Some(key) = home.copied() else {
            return;
        };
        let Some(mut cutter) = Cutter::new(read) else {
            return;
        };
        while let Some(packet) = self.room.padded(|bytes| cutter.next_into(bytes)) {
            self.seal(key, packet, now);
        }
    }

    /// Sends a packet through the tunnel with a peer; one that has none yet waits while a handshake is tried.
    pub(super) fn encrypt(&mut self, key: PublicKey, packet: &[u8], now: Instant) {
        let packet = self.room.padded(|bytes| {
            bytes.extend_from_slice(packet);
            true
        });
        if let Some(packet) = packet {
            self.seal(key, packet, now);
        }
    }

    /// The same with one that is padded, and was so long before.
    fn seal(&mut self, key: PublicKey, (length, packet): (usize, Packet), now: Instant) {
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        peer.sent += u64::try_from(length).unwrap_or(0);
        match peer.tunn.encapsulate_with_session(packet) {
            Ok(message) => {
                let Some(way @ Way::Direct(at)) = peer.way(now) else {
                    self.dispatch(key, message.into(), now);
                    return;
                };
                // As nearly all go.
                peer.says(way, now);
                self.post.add(at, &message.into_bytes());
            }
            Err(packet) => {
                // It waits, and is not to keep the memory of others.
                let packet = Packet::copy_from(&*packet);
                if let Some(message) = peer.tunn.handle_outgoing_packet(packet, None) {
                    self.dispatch(key, message, now);
                }
            }
        }
    }

    /// Sends a message to a peer: the way that it is reached, or every way, where none is known.
    pub(super) fn dispatch(&mut self, key: PublicKey, message: WgKind, now: Instant) {
        let way = self.peers.get(&key).and_then(|peer| {
            let handshake = matches!(message, WgKind::HandshakeInit(_));
            if handshake {
                peer.fresh(now)
            } else {
                peer.way(now)
            }
        });
        let bytes = self.bytes_of(key, message);
        match way {
            Some(way) => self.send(key, &bytes, way, now),
            None => self.send_everywhere(key, &bytes, now),
        }
    }

    /// The bytes of a message; the number of a session that it begins is remembered.
    pub(super) fn bytes_of(&mut self, key: PublicKey, message: WgKind) -> Packet {
        match &message {
            WgKind::HandshakeInit(begin) => self.remember(begin.sender_idx.get(), key),
            WgKind::HandshakeResp(answer) => self.remember(answer.sender_idx.get(), key),
            WgKind::CookieReply(_) | WgKind::Data(_) => {}
        }
        match message {
            WgKind::HandshakeInit(message) => message.into_bytes(),
            WgKind::HandshakeResp(message) => message.into_bytes(),
            WgKind::CookieReply(message) => message.into_bytes(),
            WgKind::Data(message) => message.into_bytes(),
        }
    }

    /// Sends a message one way.
    pub(super) fn send(&mut self, key: PublicKey, message: &[u8], way: Way, now: Instant) {
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        peer.says(way, now);
        match way {
            Way::Direct(at) => self.post.add(at, message),
            Way::Relayed(by) => {
                let (from, to) = (super::relay_address(self.key.public()), peer.relay_address);
                self.send_by(by, &relayed::wrap(from, to, message), now);
            }
        }
    }

    /// Takes a message to a peer whose session another has, by whichever relay is there.
    pub(super) fn carry(&mut self, key: PublicKey, message: &[u8], now: Instant) {
        let relays = self.relays();
        let fresh = |by: &&PublicKey| {
            let peer = self.peers.get(by);
            peer.is_some_and(|peer| peer.fresh(now).is_some())
        };
        if let Some(by) = relays.iter().find(fresh).or(relays.first()).copied() {
            self.send(key, message, Way::Relayed(by), now);
        }
    }

    /// Sends a packet through the tunnel with a relay, if there is one.
    fn send_by(&mut self, relay: PublicKey, packet: &[u8], now: Instant) {
        let Some(peer) = self.peers.get_mut(&relay) else {
            return;
        };
        let Some(Way::Direct(at)) = peer.way(now) else {
            return;
        };
        let packet = self.room.copy(packet);
        let sent = peer.tunn.encapsulate_with_session(packet);
        if let Ok(message) = sent {
            peer.spoken = Some(now);
            self.post.add(at, &message.into_bytes());
        }
    }

    /// Sends a message wherever a peer may be, and by every relay.
    pub(super) fn send_everywhere(&mut self, key: PublicKey, message: &[u8], now: Instant) {
        let Some(peer) = self.peers.get(&key) else {
            return;
        };
        let heard = peer.direct.map(|(at, _)| at);
        let mut places: Vec<SocketAddr> = peer.places.iter().copied().collect();
        places.extend(heard.filter(|at| !peer.places.contains(at)));
        let party = peer.role == super::Role::Party;
        for at in places {
            self.send(key, message, Way::Direct(at), now);
        }
        if party {
            for by in self.relays() {
                self.send(key, message, Way::Relayed(by), now);
            }
        }
    }

    /// The relays.
    pub(super) fn relays(&self) -> Vec<PublicKey> {
        let all = self.peers.values();
        let relays = all.filter(|peer| peer.role == super::Role::Relay);
        relays.map(|peer| peer.key).collect()
    }

    /// Sends an echo to a peer's interface; whoever asks hears when it comes back.
    pub(super) fn ping(
        &mut self,
        key: PublicKey,
        answer: tokio::sync::oneshot::Sender<std::time::Duration>,
        now: Instant,
    ) {
        let Some(peer) = self.peers.get(&key) else {
            return;
        };
        let mut pairs = self.own.iter().flat_map(|from| {
            let all = peer.allowed.iter();
            all.map(move |to| (*from, *to))
        });
        self.echo_number = self.echo_number.wrapping_add(1);
        let echo = echo::Echo {
            number: self.echo_number,
            mark: self.mark,
        };
        let request = pairs.find_map(|(from, to)| echo::request(from, to, echo));
        let Some(request) = request else {
            return;
        };
        if self.echoes.len() >= ECHOES {
            self.echoes.pop_first();
        }
        let awaited = Awaited {
            key,
            begun: now,
            answer,
        };
        self.echoes.insert(self.echo_number, awaited);
        self.encrypt(key, &request, now);
    }
}
