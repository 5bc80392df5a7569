//! Any bytes as what a peer says on its carriers: a link neither panics, nor keeps more than it may, nor wants to be
//! called for ever.

#![no_main]

use std::time::Duration;

use e3_resume::{Event, Incarnation, Link, ResetWhy, Role, Settings};
use libfuzzer_sys::fuzz_target;

/// What a link may keep to be sent: what it is told, and as much for answers as the specification says.
const MOST: usize = 9 << 20;

fuzz_target!(|bytes: &[u8]| {
    let Some((&[way, piece], mut bytes)) = bytes.split_first_chunk() else {
        return;
    };
    let leads = way & 1 == 0;
    let role = if leads { Role::Leader } else { Role::Follower };
    let own = Incarnation::new([1; 16]).expect("not zero");
    let mut now = Duration::from_secs(1);
    let mut link = Link::new(Settings::new(role, [0; 32], own), now);
    let mut carrier = link.begin(0, now);
    if way & 2 == 0 {
        // A peer that begins as it should, so that its frames are looked at.
        let mut hello = b"e3-link\x01".to_vec();
        hello.push(u8::from(leads));
        hello.extend([0; 32]);
        hello.extend([2; 16]);
        hello.extend([0; 16]);
        hello.extend(if leads {
            b"\x42\0\0\0\0\0\0\0\x01"
        } else {
            b"\x41\0\0\0\0\0\0\0\x01"
        });
        hello.extend([0; 8]);
        link.input(carrier, &hello, now, &mut |_, _| 0);
        assert!(link.attached().is_some());
    }
    while !bytes.is_empty() {
        let (piece, rest) = bytes.split_at(bytes.len().min(usize::from(piece) + 1));
        bytes = rest;
        link.input(carrier, piece, now, &mut |_, bytes| bytes.len() / 2);
        let output = link.output(carrier).len();
        link.sent(carrier, output.div_ceil(2));
        while let Some(event) = link.event() {
            if let Event::Opened(stream, _) = event
                && stream.0 % 8 == 1
            {
                link.reset(stream, ResetWhy::NoListener);
            }
        }
        while let Some(stream) = link.readable() {
            let count = link.received(stream).len();
            link.take(stream, count / 2);
        }
        match piece.first() {
            Some(0..8) => {
                link.ended(carrier, now);
                carrier = link.begin(0, now);
            }
            Some(8..16) => now += Duration::from_secs(2),
            _ => {}
        }
        for _ in 0..20 {
            if link.deadline().is_some_and(|at| at <= now) {
                link.tick(now);
            }
        }
        assert!(link.deadline().is_none_or(|at| at > now));
        assert!(link.unacknowledged() <= MOST + 100);
        assert!(link.streams() <= 1024);
    }
});
