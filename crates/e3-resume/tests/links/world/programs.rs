//! What programs do, and what they must see.

use e3_resume::{Call, Family, StreamId};

use super::{Flow, Side, World};

impl World {
    pub(super) fn open(&mut self, side: Side) {
        let call = Call {
            port: 1,
            from_port: 2,
            family: Family::V4,
            run: 3,
        };
        if self.flows.len() < 20
            && let Some(stream) = self.links[side].open(call, self.now)
        {
            self.flows.insert(stream, <[Flow; 2]>::default());
        }
    }

    pub(super) fn knows(&self, side: Side, stream: StreamId) -> bool {
        !self.doomed[side] && self.links[side].knows(stream)
    }

    pub(super) fn write(&mut self, side: Side, stream: StreamId, count: usize) {
        let knows = self.knows(side, stream);
        let flow = &mut self.flows.get_mut(&stream).unwrap()[side];
        if flow.finished || !knows {
            return;
        }
        let bytes: Vec<u8> = (0..count)
            .map(|at| byte(stream, side, flow.written + at))
            .collect();
        flow.written += self.links[side].write(stream, &bytes);
    }

    pub(super) fn take(&mut self, side: Side, stream: StreamId, count: usize) {
        if self.doomed[side] {
            return;
        }
        let bytes = self.links[side].received(stream);
        let count = count.min(bytes.len());
        let flow = &mut self.flows.get_mut(&stream).unwrap()[1 - side];
        check(stream, 1 - side, flow, &bytes[..count]);
        self.links[side].take(stream, count);
    }

    pub(super) fn finish(&mut self, side: Side, stream: StreamId) {
        if self.knows(side, stream) {
            self.links[side].finish(stream);
            self.flows.get_mut(&stream).unwrap()[side].finished = true;
        }
    }
}

/// The byte that a side writes at this place of a stream: another at nearly every place.
fn byte(stream: StreamId, side: Side, offset: usize) -> u8 {
    let mixed = (offset as u64 + 1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(u64::from(stream.0) << 8 | side as u64)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 56) as u8
}

pub(super) fn check(stream: StreamId, from: Side, flow: &mut Flow, bytes: &[u8]) {
    for (at, got) in bytes.iter().enumerate() {
        let offset = flow.read + at;
        assert_eq!(
            *got,
            byte(stream, from, offset),
            "byte {offset} of stream {stream} from side {from}"
        );
    }
    flow.read += bytes.len();
    assert!(
        flow.read <= flow.written,
        "stream {stream} goes on behind its end"
    );
}
