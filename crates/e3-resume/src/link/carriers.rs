//! Carriers, as whoever drives a link sees them.

use std::time::Duration;

use super::Link;
use crate::{
    CarrierId, Closed, Event, Incarnation, StreamId,
    wire::{Assembler, Greeting, Hello, VERSION},
};

/// Carriers that a link has at a time. Whoever has more than one is between two, and dialled from both sides.
const MOST: usize = 8;

/// A carrier of a link.
#[derive(Debug)]
pub(super) struct Carrier {
    pub(super) phase: Phase,
    pub(super) rank: u8,
    /// Since when it is in this phase.
    pub(super) since: Duration,
    /// The beginning of a message.
    pub(super) assembler: Assembler,
    /// The other end, once it has said hello.
    pub(super) peer: Option<Incarnation>,
    /// What is to be said before the sequence, and how much of it has been.
    out: Vec<u8>,
    taken: usize,
}

/// How far a carrier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The peer's hello has not come.
    Greeting,
    /// It could be attached.
    Ready,
    /// The leader has attached it, and waits for the follower to agree.
    Attaching(u64),
    /// The sequences go over it.
    Attached,
    /// What is left is sent, and nothing heard.
    Closing,
}

impl Carrier {
    pub(super) fn say(&mut self, greeting: Greeting) {
        if self.taken == self.out.len() {
            self.out.clear();
            self.taken = 0;
        }
        greeting.encode(&mut self.out);
    }

    fn unsaid(&self) -> &[u8] {
        self.out.get(self.taken..).unwrap_or_default()
    }
}

impl Link {
    /// Takes a fresh carrier. The leader moves to one of a higher rank than that of the one it has.
    pub fn begin(&mut self, rank: u8, now: Duration) -> CarrierId {
        let carrier = CarrierId(self.next_carrier);
        self.next_carrier += 1;
        let mut fresh = Carrier {
            phase: Phase::Greeting,
            rank,
            since: now,
            assembler: Assembler::default(),
            peer: None,
            out: Vec::new(),
            taken: 0,
        };
        fresh.say(Greeting::Hello(Hello {
            version: VERSION,
            role: self.settings.role,
            context: self.settings.context,
            own: self.settings.incarnation,
            known: self.peer,
        }));
        self.carriers.insert(carrier, fresh);
        if let Some(over) = self.over {
            self.close(carrier, Closed::Over(over));
        }
        if self.carriers.len() > MOST {
            let attached = self.attached;
            let mut idle = self
                .carriers
                .iter()
                .filter(|(carrier, it)| it.phase != Phase::Closing && Some(**carrier) != attached);
            if let Some(oldest) = idle.next().map(|(carrier, _)| *carrier) {
                self.close(oldest, Closed::Slow);
            }
        }
        carrier
    }

    /// Takes bytes that have arrived on a carrier. Data of a stream with none before them are offered to `sink`, which
    /// says how many of them it has taken; the rest waits in [`Self::received`]. What waits there is offered once more
    /// before a reset of the peer's ends the stream.
    pub fn input(
        &mut self,
        carrier: CarrierId,
        mut bytes: &[u8],
        now: Duration,
        sink: &mut dyn FnMut(StreamId, &[u8]) -> usize,
    ) {
        while !bytes.is_empty() && self.over.is_none() {
            if self.attached == Some(carrier) {
                self.heard(now);
            }
            let Some(it) = self.carriers.get_mut(&carrier) else {
                return;
            };
            match it.phase {
                Phase::Closing => return,
                Phase::Attached => {
                    let outcome = self.sequence(bytes, now, sink);
                    if let Err(violation) = outcome {
                        self.end(violation.into());
                    }
                    return;
                }
                Phase::Greeting | Phase::Ready | Phase::Attaching(_) => {
                    match it.assembler.next::<Greeting>(&mut bytes) {
                        Ok(Some(greeting)) => self.greeted(carrier, greeting, now),
                        Ok(None) => {}
                        Err(violation) => {
                            self.drop_carrier(carrier, Closed::Violation(violation), now);
                        }
                    }
                }
            }
        }
    }

    /// The next bytes for a carrier, as many as lie together; none if there is nothing to send now.
    pub fn output(&self, carrier: CarrierId) -> &[u8] {
        let Some(it) = self.carriers.get(&carrier) else {
            return &[];
        };
        match it.unsaid() {
            [] if it.phase == Phase::Attached => self.replay.unsent(),
            unsaid => unsaid,
        }
    }

    /// The carrier has taken the first `count` bytes of [`Self::output`].
    pub fn sent(&mut self, carrier: CarrierId, count: usize) {
        let Some(it) = self.carriers.get_mut(&carrier) else {
            return;
        };
        let unsaid = it.unsaid().len();
        if unsaid > 0 {
            it.taken += count.min(unsaid);
        } else if it.phase == Phase::Attached {
            self.replay.advance(count);
        }
    }

    /// A carrier is gone, whoever ended it.
    pub fn ended(&mut self, carrier: CarrierId, now: Duration) {
        if self.carriers.remove(&carrier).is_some() && self.attached == Some(carrier) {
            self.detach(now);
        }
    }

    /// Stops to use a carrier.
    pub(super) fn close(&mut self, carrier: CarrierId, why: Closed) {
        if let Some(it) = self.carriers.get_mut(&carrier)
            && it.phase != Phase::Closing
        {
            it.phase = Phase::Closing;
            self.events.push_back(Event::Close(carrier, why));
        }
    }

    /// Stops to use a carrier, even if it is the one that is being attached.
    pub(super) fn drop_carrier(&mut self, carrier: CarrierId, why: Closed, now: Duration) {
        self.close(carrier, why);
        if self.attached == Some(carrier) {
            self.detach(now);
        }
    }
}
