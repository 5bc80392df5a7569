//! The streams of a link.

use std::collections::{BTreeMap, VecDeque};

use crate::{ResetWhy, Role, Settings, StreamId, Violation, storage::Pool};

mod api;
mod stream;

use stream::{FIRST_WINDOW, Opened, Stream};

/// Bytes that are offered to the program directly. Fewer are gathered, and given to it with those behind them.
const DIRECT: usize = 4096;

/// The streams of a link.
#[derive(Debug)]
pub(super) struct Streams {
    list: BTreeMap<StreamId, Stream>,
    /// The next one that this end opens, and the next one that the peer does.
    own: u32,
    peers: u32,
    /// The most that one window may be, and all of them together; and what they are.
    window: u32,
    most: u64,
    windows: u64,
    /// Those that have received something since they were named last.
    readable: VecDeque<StreamId>,
    /// Those whose peers may be given more credit.
    owing: Vec<StreamId>,
}

impl Streams {
    pub(super) fn new(settings: &Settings) -> Self {
        let (own, peers) = match settings.role {
            Role::Leader => (0, 1),
            Role::Follower => (1, 0),
        };
        Self {
            list: BTreeMap::new(),
            own,
            peers,
            window: settings.window.max(FIRST_WINDOW),
            most: settings.windows,
            windows: 0,
            readable: VecDeque::new(),
            owing: Vec::new(),
        }
    }

    /// The peer opens a stream.
    pub(super) fn opened(&mut self, id: StreamId) -> Result<Opened, Violation> {
        if id.0 != self.peers {
            let expected = StreamId(self.peers);
            return Err(Violation::OutOfTurn { got: id, expected });
        }
        // Two thousand million streams are enough for any link; the last two stay closed.
        self.peers = self.peers.saturating_add(2);
        Ok(self.insert(id).ok_or(ResetWhy::TooMany))
    }

    fn insert(&mut self, id: StreamId) -> Option<()> {
        let windows = self.windows + u64::from(FIRST_WINDOW);
        (windows <= self.most).then(|| {
            self.windows = windows;
            self.list.insert(id, Stream::new());
        })
    }

    fn remove(&mut self, id: StreamId, pool: &mut Pool) -> bool {
        let Some(mut stream) = self.list.remove(&id) else {
            return false;
        };
        self.windows -= u64::from(stream.window);
        stream.clear(pool);
        true
    }

    /// A stream that is there; none if it has ended.
    fn find(&mut self, id: StreamId) -> Result<Option<&mut Stream>, Violation> {
        let next = if id.0 % 2 == self.own % 2 {
            self.own
        } else {
            self.peers
        };
        if id.0 >= next {
            return Err(Violation::UnknownStream(id));
        }
        Ok(self.list.get_mut(&id))
    }

    /// The peer sends so many bytes.
    pub(super) fn announced(&mut self, id: StreamId, count: u16) -> Result<(), Violation> {
        match self.find(id)? {
            Some(stream) => stream.announced(id, count),
            // They crossed this end's reset.
            None => Ok(()),
        }
    }

    /// These are some of them.
    pub(super) fn arrived(
        &mut self,
        id: StreamId,
        bytes: &[u8],
        sink: &mut dyn FnMut(StreamId, &[u8]) -> usize,
        pool: &mut Pool,
    ) {
        let Some(stream) = self.list.get_mut(&id).filter(|_| !bytes.is_empty()) else {
            return;
        };
        let direct = stream.queue.is_empty() && bytes.len() >= DIRECT;
        let taken = if direct {
            sink(id, bytes).min(bytes.len())
        } else {
            0
        };
        let rest = bytes.get(taken..).unwrap_or_default();
        stream.queue.push(rest, pool);
        if taken > 0 && stream.owed().is_some() {
            self.owing.push(id);
        }
        if !rest.is_empty() {
            self.list_readable(id);
        }
    }

    /// Offers all that has arrived.
    pub(super) fn offer_rest(
        &mut self,
        id: StreamId,
        sink: &mut dyn FnMut(StreamId, &[u8]) -> usize,
        pool: &mut Pool,
    ) {
        let Some(stream) = self.list.get_mut(&id) else {
            return;
        };
        while !stream.queue.is_empty() {
            let offered = stream.queue.front();
            let taken = sink(id, offered).min(offered.len());
            if taken == 0 {
                return;
            }
            stream.queue.forget(taken, pool);
        }
    }

    /// The peer takes more.
    pub(super) fn credited(&mut self, id: StreamId, count: u32) -> Result<(), Violation> {
        let Some(stream) = self.find(id)? else {
            return Ok(());
        };
        // Nobody needs more than can be counted in 32 bits.
        let credit = stream.credit + u64::from(count);
        stream.credit = Some(credit)
            .filter(|credit| *credit <= u32::MAX.into())
            .ok_or(Violation::OverCounted(id))?;
        Ok(())
    }

    /// The peer has said all.
    pub(super) fn finished(&mut self, id: StreamId) -> Result<(), Violation> {
        let Some(stream) = self.find(id)? else {
            return Ok(());
        };
        if std::mem::replace(&mut stream.heard_all, true) {
            return Err(Violation::BehindEnd(id));
        }
        self.list_readable(id);
        Ok(())
    }

    /// The peer has given a stream up. Says whether it was there.
    pub(super) fn was_reset(&mut self, id: StreamId, pool: &mut Pool) -> Result<bool, Violation> {
        self.find(id)?;
        Ok(self.remove(id, pool))
    }

    /// What one more stream's peer may send; its window grows while there is memory for it, as one that is used.
    pub(super) fn owed(&mut self) -> Option<(StreamId, u32)> {
        while let Some(id) = self.owing.pop() {
            let Some(stream) = self
                .list
                .get_mut(&id)
                .filter(|stream| stream.owed().is_some())
            else {
                continue;
            };
            let wider = stream.window.saturating_mul(2).min(self.window);
            let grown = self.windows + u64::from(wider - stream.window);
            // The other half is for streams that are yet to come.
            if grown <= self.most / 2 {
                stream.window = wider;
                self.windows = grown;
            }
            if let Some(owed) = stream.owed() {
                stream.allowance += owed;
                return Some((id, owed));
            }
        }
        None
    }

    pub(super) fn readable(&mut self) -> Option<StreamId> {
        while let Some(id) = self.readable.pop_front() {
            if let Some(stream) = self.list.get_mut(&id) {
                stream.listed = false;
                return Some(id);
            }
        }
        None
    }

    fn list_readable(&mut self, id: StreamId) {
        if let Some(stream) = self.list.get_mut(&id)
            && !std::mem::replace(&mut stream.listed, true)
        {
            self.readable.push_back(id);
        }
    }

    pub(super) fn clear(&mut self, pool: &mut Pool) {
        while let Some((id, _)) = self.list.first_key_value() {
            self.remove(*id, pool);
        }
        self.readable.clear();
        self.owing.clear();
    }
}
