//! Datagrams from the network: whose they are, and what is in them.

use std::{
    net::{IpAddr, SocketAddr},
    time::Instant,
};

use e3_reflector::message::Message;
use gotatun::{
    noise::{TunnResult, handshake::parse_handshake_anon},
    packet::WgKind,
};

use super::{Role, core::Core, peer::Way, reflect::is_wireguard, relayed};
use crate::{
    key::PublicKey,
    packet::{destination, echo, is_plausible, source},
};

impl Core {
    /// Takes a datagram; whether it says something new of how this socket is seen.
    pub(super) fn take_datagram(
        &mut self,
        from: SocketAddr,
        datagram: &[u8],
        now: Instant,
    ) -> bool {
        if !is_wireguard(datagram) {
            return Message::decode(datagram)
                .is_ok_and(|message| self.reflections.hear(now, from, &message));
        }
        self.take(Way::Direct(from), from, None, datagram, now);
        false
    }

    /// Takes a message of WireGuard that came this way; `from` is what it may be answered at only if it proves to be there.
    /// What came by a relay is taken only of the party whose message it says that it is: were it the relay's own, with
    /// another in it, there would be no end.
    fn take(
        &mut self,
        way: Way,
        from: SocketAddr,
        only: Option<PublicKey>,
        message: &[u8],
        now: Instant,
    ) {
        let message = self.room.copy(message);
        let verified = self.limiter.verify_packet(from, message);
        let message = match verified {
            Ok(message) => message,
            // Whoever begins too many handshakes has to say this cookie first.
            Err(TunnResult::WriteToNetwork(WgKind::CookieReply(cookie))) => {
                if let Way::Direct(at) = way {
                    self.post.add(at, &cookie.into_bytes());
                }
                return;
            }
            Err(_) => return,
        };
        let Some(key) = self.whose(&message) else {
            return;
        };
        if only.is_some_and(|only| only != key) {
            return;
        }
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        // Another has its session, and its messages do not come here.
        if peer.role == Role::Carried {
            return;
        }
        let cookie = matches!(message, WgKind::CookieReply(_));
        match peer.tunn.handle_incoming_packet(message) {
            TunnResult::Err(error) => tracing::trace!(?key, ?error, "a message is not taken"),
            TunnResult::Done if cookie => {}
            TunnResult::Done => peer.heard(way, now),
            TunnResult::WriteToNetwork(answer) => {
                peer.heard(way, now);
                peer.searches = 0;
                let bytes = self.bytes_of(key, answer);
                self.send(key, &bytes, way, now);
                self.send_queued(key, now);
            }
            TunnResult::WriteToTunnel(packet) => {
                peer.heard(way, now);
                peer.searches = 0;
                // An empty one only says that its sender is there.
                if packet.is_empty() {
                    self.send_queued(key, now);
                } else {
                    self.deliver(key, &packet, now);
                }
            }
        }
    }

    /// Whose message this is, by the key or the number in it.
    fn whose(&self, message: &WgKind) -> Option<PublicKey> {
        let number = match message {
            WgKind::HandshakeInit(begin) => {
                let own = self.key.public().point();
                let half = parse_handshake_anon(self.key.secret(), &own, begin).ok()?;
                let key = PublicKey(half.peer_static_public);
                return self.peers.contains_key(&key).then_some(key);
            }
            WgKind::HandshakeResp(answer) => answer.receiver_idx.get(),
            WgKind::CookieReply(cookie) => cookie.receiver_idx.get(),
            WgKind::Data(data) => data.header.receiver_idx.get(),
        };
        self.numbers.get(&number).copied()
    }

    /// What waited for a session goes.
    fn send_queued(&mut self, key: PublicKey, now: Instant) {
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        let waiting: Vec<WgKind> = peer.tunn.get_queued_packets(&mut self.mtu).collect();
        for message in waiting {
            self.dispatch(key, message, now);
        }
    }

    /// Takes a packet that a peer has sent, if it comes from an address that is the peer's own.
    fn deliver(&mut self, key: PublicKey, packet: &[u8], now: Instant) {
        let Some(packet) = is_plausible(packet).and_then(|length| packet.get(..length)) else {
            return;
        };
        let (Some(from), Some(peer)) = (source(packet), self.peers.get_mut(&key)) else {
            return;
        };
        peer.received += u64::try_from(packet.len()).unwrap_or(0);
        match peer.role {
            Role::Party if peer.allowed.contains(&from) => self.arrive(key, from, packet, now),
            Role::Relay => self.unwrap(key, packet, now),
            Role::Guest if from == IpAddr::V6(peer.relay_address) => self.forward(packet, now),
            Role::Party | Role::Guest | Role::Carried => {}
        }
    }

    /// A packet for a program, or an echo of this engine's own.
    pub(super) fn arrive(&mut self, key: PublicKey, from: IpAddr, packet: &[u8], now: Instant) {
        if !destination(packet).is_some_and(|to| self.own.contains(&to)) {
            return;
        }
        if let Some(number) = echo::answered(packet, from, self.mark) {
            // Everybody who was ever asked knows the mark; each answers for itself.
            let its = self.echoes.get(&number).is_some_and(|echo| echo.key == key);
            let awaited = its.then(|| self.echoes.remove(&number)).flatten();
            if let (Some(awaited), Some(peer)) = (awaited, self.peers.get_mut(&key)) {
                let took = now.saturating_duration_since(awaited.begun);
                peer.rtt = Some(peer.rtt.map_or(took, |rtt| rtt.min(took)));
                let _gone = awaited.answer.send(took);
            }
            return;
        }
        self.joiner.add(packet);
    }

    /// A message that came by a relay.
    fn unwrap(&mut self, relay: PublicKey, packet: &[u8], now: Instant) {
        let Some((from, message)) = relayed::unwrap(packet) else {
            return;
        };
        let mut all = self.peers.values();
        let Some(peer) = all.find(|peer| peer.relay_address == from) else {
            return;
        };
        match peer.role {
            Role::Party if is_wireguard(message) => {
                let key = peer.key;
                let from = SocketAddr::new(from.into(), 0);
                self.take(Way::Relayed(relay), from, Some(key), message, now);
            }
            Role::Carried => self.carried.push((peer.key, message.to_vec())),
            // Nothing passes two relays.
            Role::Party | Role::Relay | Role::Guest => {}
        }
    }

    /// A packet from one guest of this relay to another.
    fn forward(&mut self, packet: &[u8], now: Instant) {
        let home = destination(packet).and_then(|to| self.homes.get(&to));
        let Some(key) = home.copied() else {
            return;
        };
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        let Some(Way::Direct(at)) = peer.way(now) else {
            return;
        };
        let copy = self.room.copy(packet);
        let sent = peer.tunn.encapsulate_with_session(copy);
        if let Ok(message) = sent {
            peer.spoken = Some(now);
            peer.sent += u64::try_from(packet.len()).unwrap_or(0);
            self.post.add(at, &message.into_bytes());
        }
    }
}
