//! Streams, as whoever drives a link sees them.

use std::time::Duration;

use super::Streams;
use crate::{
    Call, Link, ResetWhy, StreamId,
    wire::{DATA_HEADER, Frame, MAX_DATA, Message as _},
};

/// Room that is worth reading into, where there is so much.
const WORTH: usize = 4096;

impl Link {
    /// Opens a stream, which can be written to at once. None if there are too many, too much waits for the peer, or the
    /// link has ended.
    pub fn open(&mut self, call: Call, now: Duration) -> Option<StreamId> {
        if self.over.is_some() || self.replay.len() >= self.settings.replay {
            return None;
        }
        let is_first = self.streams() == 0;
        let stream = StreamId(self.streams.own);
        let next = self.streams.own.checked_add(2)?;
        self.streams.insert(stream)?;
        self.streams.own = next;
        if is_first {
            self.clock.wanted = Some(now);
        }
        self.push(Frame::Open(stream, call));
        Some(stream)
    }

    /// Whether there is such a stream, and one of its directions at least has not ended.
    pub fn knows(&self, stream: StreamId) -> bool {
        self.streams.list.contains_key(&stream)
    }

    /// How many streams there are.
    pub fn streams(&self) -> usize {
        self.streams.list.len()
    }

    /// Memory to read into what is to be sent on a stream; none where the peer takes no more now, or too much waits for
    /// it; something will arrive when there is room again.
    pub fn space(&mut self, stream: StreamId) -> &mut [u8] {
        let free = self.settings.replay.saturating_sub(self.replay.len());
        let credit = match self.streams.list.get(&stream) {
            Some(stream) if !stream.finished => {
                usize::try_from(stream.credit).unwrap_or(usize::MAX)
            }
            _ => 0,
        };
        let room = credit.min(free).min(MAX_DATA);
        if room == 0 || self.over.is_some() {
            return &mut [];
        }
        let least = DATA_HEADER + room.min(WORTH);
        let spare = self.replay.spare(least, &mut self.pool);
        let end = spare.len().min(DATA_HEADER + room);
        spare.get_mut(DATA_HEADER..end).unwrap_or_default()
    }

    /// The first `count` bytes of [`Self::space`], asked for right before, hold what is to be sent.
    pub fn filled(&mut self, stream: StreamId, count: usize) {
        let room = self.space(stream).len();
        let count = count.min(room);
        let Ok(length @ 1..) = u16::try_from(count) else {
            return;
        };
        let mut buffer = [0; Frame::LONGEST];
        let header = Frame::Data(stream, length).encode(&mut buffer);
        let spare = self.replay.spare(DATA_HEADER + room, &mut self.pool);
        if let Some(place) = spare.get_mut(..header.len()) {
            place.copy_from_slice(header);
        }
        self.replay.fill(DATA_HEADER + count);
        if let Some(stream) = self.streams.list.get_mut(&stream) {
            stream.credit = stream.credit.saturating_sub(count as u64);
        }
    }

    /// Takes bytes to be sent on a stream; says how many.
    pub fn write(&mut self, stream: StreamId, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while let Some(left) = bytes.get(taken..).filter(|left| !left.is_empty()) {
            let space = self.space(stream);
            let count = space.len().min(left.len());
            let (Some(space), Some(left)) = (space.get_mut(..count), left.get(..count)) else {
                break;
            };
            if count == 0 {
                break;
            }
            space.copy_from_slice(left);
            self.filled(stream, count);
            taken += count;
        }
        taken
    }

    /// The program has said all on a stream; what it was sent still goes on.
    pub fn finish(&mut self, stream: StreamId) {
        let Some(it) = self.streams.list.get_mut(&stream) else {
            return;
        };
        if !std::mem::replace(&mut it.finished, true) {
            self.push(Frame::Finish(stream));
            self.remove_if_over(stream);
        }
    }

    /// Gives a stream up, whatever is on its way.
    pub fn reset(&mut self, stream: StreamId, why: ResetWhy) {
        if self.streams.remove(stream, &mut self.pool) {
            self.push(Frame::Reset(stream, why));
        }
    }

    /// What was received on a stream and not taken, as much as lies together.
    pub fn received(&self, stream: StreamId) -> &[u8] {
        let stream = self.streams.list.get(&stream);
        stream.map(|it| it.queue.front()).unwrap_or_default()
    }

    /// The same, piece by piece.
    pub fn received_pieces(&self, stream: StreamId) -> impl Iterator<Item = &[u8]> {
        let stream = self.streams.list.get(&stream);
        stream.into_iter().flat_map(|it| it.queue.pieces())
    }

    /// The program has taken the first `count` bytes of what was received.
    pub fn take(&mut self, stream: StreamId, count: usize) {
        let Some(it) = self.streams.list.get_mut(&stream) else {
            return;
        };
        it.queue.forget(count.min(it.queue.len()), &mut self.pool);
        if it.owed().is_some() {
            self.streams.owing.push(stream);
            self.give_credit();
        }
        self.remove_if_over(stream);
    }

    /// Whether the program has taken all that there will ever be on a stream.
    pub fn heard_all(&self, stream: StreamId) -> bool {
        let stream = self.streams.list.get(&stream);
        stream.is_none_or(super::Stream::has_ended)
    }

    /// Whether the peer has said all on a stream, taken or not.
    pub fn said_all(&self, stream: StreamId) -> bool {
        let stream = self.streams.list.get(&stream);
        stream.is_none_or(|it| it.heard_all)
    }

    pub(in crate::link) fn give_credit(&mut self) {
        while let Some((stream, count)) = self.streams.owed() {
            self.push(Frame::Credit(stream, count));
        }
    }

    /// The next stream that has received bytes, or its end, since it was named last.
    pub fn readable(&mut self) -> Option<StreamId> {
        let stream = self.streams.readable()?;
        self.remove_if_over(stream);
        Some(stream)
    }

    fn remove_if_over(&mut self, stream: StreamId) {
        let Streams { list, .. } = &self.streams;
        if list.get(&stream).is_some_and(super::Stream::is_over) {
            self.streams.remove(stream, &mut self.pool);
        }
    }
}
