//! The peer's sequence: frames, and the data behind them.

use std::time::Duration;

use super::Link;
use crate::{Event, Over, StreamId, Violation, wire::Frame};

/// Bytes that arrive before they are acknowledged at once.
const VOLUME: u64 = 256 << 10;

impl Link {
    /// Takes bytes of the peer's sequence.
    pub(super) fn sequence(
        &mut self,
        mut bytes: &[u8],
        now: Duration,
        sink: &mut dyn FnMut(StreamId, &[u8]) -> usize,
    ) -> Result<(), Violation> {
        self.inbound.received += bytes.len() as u64;
        loop {
            if let Some((stream, left)) = self.inbound.data {
                let (these, rest) = bytes.split_at(left.min(bytes.len()));
                self.streams.arrived(stream, these, sink, &mut self.pool);
                bytes = rest;
                let left = left - these.len();
                self.inbound.data = (left > 0).then_some((stream, left));
            }
            if bytes.is_empty() {
                break;
            }
            match self.inbound.assembler.next(&mut bytes)? {
                Some(frame) => {
                    if let Frame::Reset(stream, _) = frame {
                        // What came before the reset is the program's, if it takes it.
                        self.streams.offer_rest(stream, sink, &mut self.pool);
                    }
                    self.frame(frame, now)?;
                }
                None => break,
            }
            if self.over.is_some() {
                return Ok(());
            }
        }
        self.give_credit();
        if self.inbound.unacknowledged() >= VOLUME {
            self.acknowledge();
        }
        Ok(())
    }

    fn frame(&mut self, frame: Frame, now: Duration) -> Result<(), Violation> {
        if frame.wants_acknowledgement() && self.clock.acknowledge.is_none() {
            self.clock.acknowledge = Some(now + self.settings.acknowledge_after);
        }
        match frame {
            Frame::Data(stream, count) => {
                self.streams.announced(stream, count)?;
                self.inbound.data = Some((stream, count.into()));
            }
            Frame::Open(stream, call) => match self.streams.opened(stream)? {
                Ok(()) => self.events.push_back(Event::Opened(stream, call)),
                Err(why) => self.push(Frame::Reset(stream, why)),
            },
            Frame::Credit(stream, count) => self.streams.credited(stream, count)?,
            Frame::Finish(stream) => self.streams.finished(stream)?,
            Frame::Reset(stream, why) => {
                if self.streams.was_reset(stream, &mut self.pool)? {
                    self.events.push_back(Event::Reset(stream, why));
                }
            }
            Frame::Acknowledge(offset) => {
                if !self.replay.acknowledge(offset, &mut self.pool) {
                    return Err(Violation::Offset(offset));
                }
            }
            Frame::Ping(token) => self.push(Frame::Pong(token)),
            Frame::Pong(token) => self.ponged(token, now),
            Frame::Bye => self.end(Over::PeerLeft),
        }
        Ok(())
    }
}
