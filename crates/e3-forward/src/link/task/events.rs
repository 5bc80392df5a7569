//! What happens to a link.

use e3_resume::{CarrierId, Event, Over, ResetWhy, StreamId};
use std::time::Duration;

use super::{Task, fresh};
use crate::link::{Incident, LinkState};

/// Round-trip times that count.
const MEASURED: usize = 8;

impl Task {
    pub(super) fn take_events(&mut self) {
        while let Some(event) = self.link.event() {
            match event {
                Event::Attached(id) => self.attached(id),
                Event::Recovered => {
                    if let Some(id) = self.link.attached() {
                        self.tell_attached(id);
                    }
                }
                Event::Suspect(silent) => {
                    self.search(&format!(
                        "nothing was heard for {:.1} s",
                        silent.as_secs_f64()
                    ));
                }
                Event::Close(id, why) => {
                    tracing::debug!(peer = %self.peer, "a carrier ends: {why}");
                    self.end_carrier(id);
                }
                Event::Opened(stream, call) => self.hold(stream, call),
                Event::Reset(stream, why) => {
                    self.tell_of_reset(stream, why);
                    self.drop_local(stream);
                }
                Event::Measured(rtt) => self.measured(rtt),
                Event::Over(over) => self.over(over),
            }
        }
        while self.link.readable().is_some() {}
    }

    /// Tells that the peer has reset a connection, unless its program did, or has ended: that is told elsewhere.
    fn tell_of_reset(&self, stream: StreamId, why: ResetWhy) {
        if matches!(why, ResetWhy::Program | ResetWhy::RunEnded) {
            return;
        }
        let mut locals = self.locals.iter();
        if let Some(local) = locals.find(|local| local.stream == stream) {
            let called = local.called;
            self.shared
                .notice(self.peer, Incident::Reset { called, why });
        }
    }

    fn attached(&mut self, id: CarrierId) {
        self.measured.clear();
        self.tell_attached(id);
        let mut seldom = self.shared.seldom();
        seldom.resumptions = self.resumptions + self.link.resumptions();
        seldom.rtt = None;
    }

    fn tell_attached(&self, id: CarrierId) {
        if let Some(riding) = self.carriers.iter().find(|riding| riding.id == id) {
            self.shared.seldom().carrier = Some(riding.facts.clone());
            let facts = riding.facts.borrow().clone();
            self.shared
                .state
                .send_replace(LinkState::Attached { facts });
        }
    }

    fn measured(&mut self, rtt: Duration) {
        if self.measured.len() == MEASURED {
            self.measured.pop_front();
        }
        self.measured.push_back(rtt);
        self.shared.seldom().rtt = self.measured.iter().min().copied();
        for asking in self.asking.drain(..) {
            // Whoever has given up does not mind.
            _ = asking.send(rtt);
        }
    }

    /// The link has ended: programs are told, and where both agents go on, another begins.
    fn over(&mut self, over: Over) {
        let lost = self.locals.len();
        for local in self.locals.drain(..) {
            local.reset();
        }
        self.count_streams();
        // That a peer leaves whom no connection needs is nothing to speak of.
        if lost > 0 && over != Over::Left || matches!(over, Over::Violation(_)) {
            let connections = lost;
            self.shared
                .notice(self.peer, Incident::Ended { connections, over });
        }
        match over {
            Over::PeerForgot | Over::Outage(_) => {
                self.renew();
                self.search(&over.to_string());
            }
            Over::PeerLeft | Over::Violation(_) | Over::Left => {
                self.shared.seldom().carrier = None;
                let reason = over.to_string();
                self.shared.state.send_replace(LinkState::Over { reason });
            }
        }
    }

    /// The peer that has left may be back. One that does what is wrong stays cut off, or it could begin as often as it likes.
    pub(super) fn begin_anew(&mut self) {
        match self.link.over() {
            None | Some(Over::Violation(_)) => {}
            Some(over) => {
                self.renew();
                self.search(&over.to_string());
            }
        }
    }

    /// Begins a link without a past, for which the peer's next carrier will do.
    fn renew(&mut self) {
        // None of them can be used: each belongs to the link of before.
        let ids: Vec<CarrierId> = self.carriers.iter().map(|riding| riding.id).collect();
        for id in ids {
            self.end_carrier(id);
        }
        self.resumptions += self.link.resumptions();
        let now = self.now();
        self.link = fresh(self.role, &self.settings, now);
    }
}
