//! A peer's link and ours, with two connections of the peer's program.

use std::time::Duration;

use e3_forward::link::fuzzing::claims;
use e3_resume::{Call, CarrierId, Family, Incarnation, Link, Role, Settings, StreamId};
use e3_session::types::PartyIndex;

/// Time stands still: nothing here waits for it.
const NOW: Duration = Duration::from_secs(1);

/// Bytes that carry all that any input says, more than once.
const ALL: usize = 1 << 20;

/// One connection.
struct Stream {
    id: StreamId,
    /// What the peer's program has said.
    said: Vec<u8>,
    finished: bool,
    /// How it was judged.
    judged: Option<bool>,
}

/// Both links, and what is between them.
pub struct Scene {
    peer: PartyIndex,
    theirs: Link,
    ours: Link,
    their_carrier: CarrierId,
    our_carrier: CarrierId,
    streams: [Stream; 2],
}

impl Scene {
    /// Two links without a word between them; the peer's program has made its connections.
    pub fn new(peer: PartyIndex) -> Self {
        let link = |role, own| {
            let own = Incarnation::new([own; 16]).expect("not zero");
            Link::new(Settings::new(role, [0; 32], own), NOW)
        };
        let (mut theirs, mut ours) = (link(Role::Leader, 1), link(Role::Follower, 2));
        let streams = [5000, 5001].map(|from_port| {
            let call = Call {
                port: 80,
                from_port,
                family: Family::V4,
                run: 1,
            };
            Stream {
                id: theirs.open(call, NOW).expect("a stream"),
                said: Vec::new(),
                finished: false,
                judged: None,
            }
        });
        Self {
            peer,
            their_carrier: theirs.begin(0, NOW),
            our_carrier: ours.begin(0, NOW),
            theirs,
            ours,
            streams,
        }
    }

    /// The peer's program says something.
    pub fn write(&mut self, which: usize, bytes: &[u8]) {
        let stream = &mut self.streams[which];
        if !stream.finished {
            let count = self.theirs.write(stream.id, bytes);
            stream.said.extend(&bytes[..count]);
        }
    }

    /// The peer's program has said all.
    pub fn finish(&mut self, which: usize) {
        let stream = &mut self.streams[which];
        stream.finished = true;
        self.theirs.finish(stream.id);
    }

    /// So many bytes arrive here.
    pub fn to_us(&mut self, count: usize) {
        let bytes = self.theirs.output(self.their_carrier);
        let bytes = bytes[..count.min(bytes.len())].to_vec();
        self.theirs.sent(self.their_carrier, bytes.len());
        self.ours
            .input(self.our_carrier, &bytes, NOW, &mut |_, _| 0);
    }

    /// So many bytes arrive there.
    pub fn to_peer(&mut self, count: usize) {
        let bytes = self.ours.output(self.our_carrier);
        let bytes = bytes[..count.min(bytes.len())].to_vec();
        self.ours.sent(self.our_carrier, bytes.len());
        self.theirs
            .input(self.their_carrier, &bytes, NOW, &mut |_, _| 0);
    }

    /// The carrier breaks, so many bytes were on their way; there is another one.
    pub fn cut(&mut self, lost: usize) {
        let on_its_way = lost.min(self.theirs.output(self.their_carrier).len());
        self.theirs.sent(self.their_carrier, on_its_way);
        self.theirs.ended(self.their_carrier, NOW);
        self.ours.ended(self.our_carrier, NOW);
        self.their_carrier = self.theirs.begin(0, NOW);
        self.our_carrier = self.ours.begin(0, NOW);
    }

    /// Looks at both connections, as far as they have come.
    pub fn judge(&mut self) {
        for stream in &mut self.streams {
            if !self.ours.knows(stream.id) {
                continue;
            }
            let now = claims(self.peer, &self.ours, stream.id);
            assert!(stream.judged.is_none() || now == stream.judged);
            let own = stream.said.starts_with(&self.peer.0.to_le_bytes());
            match now {
                Some(true) => assert!(own),
                Some(false) => assert!(!own && (stream.said.len() >= 2 || stream.finished)),
                None => {}
            }
            stream.judged = now;
        }
    }

    /// Everything arrives, and everybody is judged who has said enough.
    pub fn settle(&mut self) {
        self.cut(0);
        for _ in 0..8 {
            self.to_us(ALL);
            self.to_peer(ALL);
            self.judge();
        }
        for stream in &self.streams {
            let enough = stream.said.len() >= 2 || stream.finished;
            assert_eq!(stream.judged.is_some(), enough);
        }
    }
}
