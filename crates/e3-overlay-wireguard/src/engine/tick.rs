//! What is due by the clock: WireGuard's timers, words that keep ways open, and the search for peers that are silent.

use std::time::{Duration, Instant};

use gotatun::packet::{Packet, WgKind};

use super::{Role, core::Core, peer::Peer, peer::Way};
use crate::key::PublicKey;

/// How often the clock is looked at.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// So often a peer hears something, that ways through NATs stay open and silence means something.
const WORD: Duration = Duration::from_secs(2);

/// How long an echo is awaited.
const ECHO: Duration = Duration::from_secs(10);

/// Pauses of a search: short ones first, since both sides have to knock at one time.
pub(super) fn pause(searches: u32) -> Duration {
    Duration::from_millis(match searches {
        0..2 => 200,
        2..4 => 400,
        4..120 => 1000,
        _ => 3000,
    })
}

impl Core {
    /// Does what is due.
    pub(super) fn tick(&mut self, now: Instant) {
        self.limiter.try_reset_count();
        self.reflections.ask(now, &mut self.post);
        self.echoes
            .retain(|_, echo| now.saturating_duration_since(echo.begun) < ECHO);
        let keys: Vec<PublicKey> = self.peers.keys().copied().collect();
        for key in keys {
            self.tick_peer(key, now);
        }
    }

    fn tick_peer(&mut self, key: PublicKey, now: Instant) {
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        if peer.role == Role::Carried {
            return;
        }
        // One that has given up is looked for below.
        if let Ok(Some(message)) = peer.tunn.update_timers() {
            self.dispatch(key, message, now);
        }
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        // A guest is heard of when it comes.
        let seeks = peer.role != Role::Guest;
        let due = peer.search <= now;
        match peer.fresh(now) {
            Some(Way::Direct(_)) => peer.searches = 0,
            Some(Way::Relayed(_)) if due => self.knock(key, now),
            None if due && seeks => self.search(key, now),
            _ => {}
        }
        self.speak(key, now);
    }

    /// Begins a handshake with a peer that is silent, everywhere where it may be.
    fn search(&mut self, key: PublicKey, now: Instant) {
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        again(peer, now);
        if let Some(begin) = peer.tunn.format_handshake_initiation(true) {
            let bytes = self.bytes_of(key, WgKind::HandshakeInit(begin));
            self.send_everywhere(key, &bytes, now);
        }
    }

    /// Knocks where a peer may be that is reached by a relay: once both sides have, a NAT between them lets them through.
    fn knock(&mut self, key: PublicKey, now: Instant) {
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        again(peer, now);
        let places: Vec<_> = peer.places.iter().copied().collect();
        for at in places {
            self.say(key, Way::Direct(at), now);
        }
    }

    /// Says something where nothing was said for a while.
    fn speak(&mut self, key: PublicKey, now: Instant) {
        let Some(peer) = self.peers.get(&key) else {
            return;
        };
        let quiet = |spoken: Instant| now.saturating_duration_since(spoken) >= WORD;
        if !peer.spoken.is_none_or(quiet) {
            return;
        }
        if let Some(way) = peer.fresh(now) {
            self.say(key, way, now);
        }
    }

    /// Says nothing but that this engine is there.
    fn say(&mut self, key: PublicKey, way: Way, now: Instant) {
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        if let Ok(word) = peer.tunn.encapsulate_with_session(Packet::default()) {
            self.send(key, &word.into_bytes(), way, now);
        }
    }
}

fn again(peer: &mut Peer, now: Instant) {
    peer.search = now + pause(peer.searches);
    peer.searches = peer.searches.saturating_add(1);
}
