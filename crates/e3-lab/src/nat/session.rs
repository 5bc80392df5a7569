//! One peer of a mapping: until when it may answer.

use super::Nanos;
use super::behaviour::Timeouts;
use super::shape::{Flags, Protocol};

/// Which way a packet goes through the NAT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Out,
    In,
}

/// One peer of a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) expires: Nanos,
    /// What has been seen of a TCP connection in each direction.
    out: Seen,
    back: Seen,
    reset: bool,
}

/// What has been seen in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Seen {
    syn: bool,
    fin: bool,
}

impl Session {
    /// With a peer of which nothing has been seen.
    pub(super) fn new() -> Self {
        Self {
            expires: 0,
            out: Seen::default(),
            back: Seen::default(),
            reset: false,
        }
    }

    /// Whether its time is not over.
    pub(super) fn lives(&self, now: Nanos) -> bool {
        self.expires > now
    }

    /// Notes a packet.
    pub(super) fn pass(
        &mut self,
        protocol: Protocol,
        way: Way,
        flags: Flags,
        now: Nanos,
        timeouts: &Timeouts,
    ) {
        let timeout = match (protocol, way) {
            (Protocol::Udp, Way::Out) => timeouts.udp,
            (Protocol::Echo, Way::Out) => timeouts.icmp,
            // RFC 4787, REQ-6: what comes in keeps nothing alive, or strangers could.
            (Protocol::Udp | Protocol::Echo, Way::In) => return,
            (Protocol::Tcp, _) => {
                self.follow(way, flags);
                if self.is_established() {
                    timeouts.tcp_established
                } else {
                    timeouts.tcp_transitory
                }
            }
        };
        let timeout = u64::try_from(timeout.as_nanos()).unwrap_or(Nanos::MAX);
        self.expires = now.saturating_add(timeout);
    }

    fn follow(&mut self, way: Way, flags: Flags) {
        if flags.syn && self.has_ended() {
            *self = Self::new();
        }
        let seen = match way {
            Way::Out => &mut self.out,
            Way::In => &mut self.back,
        };
        seen.syn |= flags.syn;
        seen.fin |= flags.fin;
        self.reset |= flags.rst;
    }

    fn is_established(&self) -> bool {
        self.out.syn && self.back.syn && !self.has_ended()
    }

    fn has_ended(&self) -> bool {
        self.reset || (self.out.fin && self.back.fin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Nanos = 1_000_000_000;

    fn flags(syn: bool, fin: bool, rst: bool) -> Flags {
        Flags { syn, fin, rst }
    }

    fn left(session: &Session) -> Nanos {
        session.expires / SECOND
    }

    #[test]
    fn a_connection_begins_lasts_and_ends() {
        let timeouts = Timeouts::DEFAULT;
        let mut session = Session::new();
        let mut pass = |way, flags| {
            session.pass(Protocol::Tcp, way, flags, 0, &timeouts);
            left(&session)
        };
        let (syn, fin, data) = (
            flags(true, false, false),
            flags(false, true, false),
            Flags::default(),
        );
        assert_eq!(pass(Way::Out, syn), 240);
        assert_eq!(pass(Way::In, syn), 7440);
        assert_eq!(pass(Way::Out, data), 7440);
        assert_eq!(pass(Way::Out, fin), 7440, "the other half is still open");
        assert_eq!(pass(Way::In, fin), 240);
        assert_eq!(pass(Way::Out, syn), 240, "another connection begins");
        assert_eq!(pass(Way::In, syn), 7440);
        assert_eq!(pass(Way::In, flags(false, false, true)), 240);
    }

    #[test]
    fn what_comes_in_keeps_no_datagrams_alive() {
        let mut session = Session::new();
        let none = Flags::default();
        session.pass(Protocol::Udp, Way::Out, none, 0, &Timeouts::DEFAULT);
        session.pass(
            Protocol::Udp,
            Way::In,
            none,
            100 * SECOND,
            &Timeouts::DEFAULT,
        );
        assert_eq!(left(&session), 120);
        assert!(session.lives(119 * SECOND) && !session.lives(120 * SECOND));
    }
}
