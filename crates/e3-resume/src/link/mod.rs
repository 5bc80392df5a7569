//! One end of a link.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use crate::{
    CarrierId, Closed, Event, Incarnation, Over, Settings, Violation,
    storage::{Pool, Replay},
    wire::{Frame, Message as _},
};

mod attach;
mod carriers;
mod inbound;
mod opening;
mod sequence;
mod streams;
mod time;

use carriers::Carrier;
use inbound::Inbound;
use streams::Streams;
use time::Clock;

/// Frames that the peer's own cause may go beyond the bytes that are kept for it. A peer that acknowledges what it gets
/// never needs a hundredth of it.
const BEYOND: usize = 1 << 20;

/// One end of a link. Every time that it is given is counted from the same moment, whichever that is.
///
/// After each call, whoever drives it sends what [`Self::output`] has, takes the [`events`](Self::event) and the streams
/// that have [received](Self::readable) something, and calls [`Self::tick`] at [`Self::deadline`].
#[derive(Debug)]
pub struct Link {
    settings: Settings,
    /// The other end, once both have agreed to carry on together.
    peer: Option<Incarnation>,
    carriers: BTreeMap<CarrierId, Carrier>,
    next_carrier: u64,
    /// The carrier that the sequences go over.
    attached: Option<CarrierId>,
    /// How many carriers were chosen by the leader so far.
    number: u64,
    resumptions: u64,
    replay: Replay,
    inbound: Inbound,
    streams: Streams,
    clock: Clock,
    events: VecDeque<Event>,
    over: Option<Over>,
    pool: Pool,
}

impl Link {
    /// One end, without a carrier.
    pub fn new(settings: Settings, now: Duration) -> Self {
        Self {
            streams: Streams::new(&settings),
            settings,
            peer: None,
            carriers: BTreeMap::new(),
            next_carrier: 0,
            attached: None,
            number: 0,
            resumptions: 0,
            replay: Replay::default(),
            inbound: Inbound::default(),
            clock: Clock::new(now),
            events: VecDeque::new(),
            over: None,
            pool: Pool::default(),
        }
    }

    /// What has happened since, one by one.
    pub fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Why it has ended, once it has.
    pub fn over(&self) -> Option<Over> {
        self.over
    }

    /// The carrier that it goes over, if any.
    pub fn attached(&self) -> Option<CarrierId> {
        self.attached
    }

    /// How often it went on over another carrier.
    pub fn resumptions(&self) -> u64 {
        self.resumptions
    }

    /// Bytes that are kept because the peer has not acknowledged them.
    pub fn unacknowledged(&self) -> usize {
        self.replay.len()
    }

    /// Ends the link in good order: the peer is told as soon as what was written before has arrived. Drive it for as
    /// long as [`Self::unsent`] and you care.
    pub fn leave(&mut self) {
        if self.over.is_none() {
            self.push(Frame::Bye);
            self.over = Some(Over::Left);
            self.streams.clear(&mut self.pool);
            self.events.push_back(Event::Over(Over::Left));
        }
    }

    /// Bytes that wait to be taken by the carrier; all of them while there is none.
    pub fn unsent(&self) -> usize {
        self.replay.waiting()
    }

    /// Puts a frame into the sequence.
    fn push(&mut self, frame: Frame) {
        let mut buffer = [0; Frame::LONGEST];
        self.replay.push(frame.encode(&mut buffer), &mut self.pool);
        let most = self.settings.replay + BEYOND;
        if self.replay.len() > most {
            self.end(Violation::NeverAcknowledges(most).into());
        }
    }

    /// Ends it now.
    fn end(&mut self, over: Over) {
        if self.over.is_some() {
            return;
        }
        self.over = Some(over);
        self.streams.clear(&mut self.pool);
        self.attached = None;
        let carriers: Vec<CarrierId> = self.carriers.keys().copied().collect();
        for carrier in carriers {
            self.close(carrier, Closed::Over(over));
        }
        self.events.push_back(Event::Over(over));
    }
}
