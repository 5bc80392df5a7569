//! Peers that do not keep to the protocol: they are found out, and cost little memory until then.

use std::time::Duration;

use e3_resume::{CarrierId, Event, Link, Over, ResetWhy, Role, StreamId, Violation};

use crate::ends::{CALL, settings};

const NOW: Duration = Duration::from_secs(1);

/// A leader whose follower is ourselves.
fn victim() -> (Link, CarrierId) {
    let mut link = Link::new(settings(Role::Leader, 1), NOW);
    let carrier = link.begin(0, NOW);
    let mut hello = b"e3-link\x01\x01".to_vec();
    hello.extend([0; 32]);
    hello.extend([2; 16]);
    hello.extend([0; 16]);
    say(&mut link, carrier, &hello);
    say(
        &mut link,
        carrier,
        b"\x42\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0",
    );
    assert_eq!(link.attached(), Some(carrier));
    (link, carrier)
}

fn say(link: &mut Link, carrier: CarrierId, bytes: &[u8]) {
    link.input(carrier, bytes, NOW, &mut |_, _| 0);
}

const OPEN: &[u8] = b"\x01\0\0\0\x01\0\x50\0\x50\x04\0\0\0\0";

#[test]
fn are_found_out() {
    let two_openings = [OPEN, OPEN].concat();
    let data = [OPEN, b"\x02\0\0\0\x01\0\0"].concat();
    let credit = [OPEN, b"\x03\0\0\0\x01\xff\xff\xff\xff"].concat();
    let behind = [OPEN, b"\x04\0\0\0\x01\x02\0\0\0\x01\0\x01x"].concat();
    let again = [OPEN, b"\x04\0\0\0\x01\x04\0\0\0\x01"].concat();
    for (bytes, violation) in [
        (&b"\x2a"[..], Violation::UnknownFrame(42)),
        (
            &b"\x05\0\0\0\x01\x02"[..],
            Violation::UnknownStream(StreamId(1)),
        ),
        (&b"\x04\0\0\0\0"[..], Violation::UnknownStream(StreamId(0))),
        (
            &b"\x01\0\0\0\0\0\x50\0\x50\x04\0\0\0\0"[..],
            Violation::OutOfTurn {
                got: StreamId(0),
                expected: StreamId(1),
            },
        ),
        (
            &two_openings[..],
            Violation::OutOfTurn {
                got: StreamId(1),
                expected: StreamId(3),
            },
        ),
        (
            &b"\x01\0\0\0\x01\0\x50\0\x50\x05\0\0\0\0"[..],
            Violation::UnknownFamily(5),
        ),
        (&b"\x06\0\0\0\0\0\0\xff\xff"[..], Violation::Offset(65535)),
        (&data[..], Violation::Nothing(StreamId(1))),
        (&credit[..], Violation::OverCounted(StreamId(1))),
        (&behind[..], Violation::BehindEnd(StreamId(1))),
        (&again[..], Violation::BehindEnd(StreamId(1))),
        (
            &[OPEN, b"\x05\0\0\0\x01\x63"].concat()[..],
            Violation::UnknownReset(99),
        ),
    ] {
        let (mut link, carrier) = victim();
        say(&mut link, carrier, bytes);
        assert_eq!(link.over(), Some(Over::Violation(violation)), "{bytes:x?}");
        assert_eq!(link.streams(), 0);
    }
}

#[test]
fn cannot_send_more_than_there_is_credit_for() {
    let (mut link, carrier) = victim();
    say(&mut link, carrier, OPEN);
    let mut piece = b"\x02\0\0\0\x01\x80\0".to_vec();
    piece.resize(7 + 0x8000, 0);
    for _ in 0..4 {
        say(&mut link, carrier, &piece);
    }
    assert_eq!(link.over(), None);
    say(&mut link, carrier, &piece);
    assert_eq!(
        link.over(),
        Some(Over::Violation(Violation::OverCredit(StreamId(1))))
    );
}

#[test]
fn cannot_open_streams_without_end() {
    let (mut link, carrier) = victim();
    for number in 0..2000_u32 {
        let mut open = OPEN.to_vec();
        open[1..5].copy_from_slice(&(2 * number + 1).to_be_bytes());
        say(&mut link, carrier, &open);
    }
    assert_eq!(link.over(), None);
    assert!(link.streams() <= 1024, "{} streams", link.streams());
    assert_eq!(link.open(CALL, NOW), None);
    let opened =
        std::iter::from_fn(|| link.event()).filter(|event| matches!(event, Event::Opened(..)));
    assert_eq!(opened.count(), link.streams());
    // A stream that is given up makes room for another.
    link.reset(StreamId(1), ResetWhy::Program);
    assert!(link.open(CALL, NOW).is_some());
}

#[test]
fn cannot_make_it_keep_answers_without_end() {
    let (mut link, carrier) = victim();
    let pings = b"\x07pingping".repeat(1000);
    for _ in 0..10_000 {
        say(&mut link, carrier, &pings);
        if link.over().is_some() {
            break;
        }
    }
    let most = (8 << 20) + (1 << 20);
    assert_eq!(
        link.over(),
        Some(Over::Violation(Violation::NeverAcknowledges(most)))
    );
    assert!(link.unacknowledged() <= most + 100);
}

#[test]
fn cannot_attach_what_was_not_agreed() {
    let (mut link, carrier) = victim();
    let other = link.begin(9, NOW);
    // Data before anything else; then somebody else's attachment.
    say(&mut link, other, OPEN);
    assert_eq!(link.attached(), Some(carrier));
    let third = link.begin(9, NOW);
    say(&mut link, third, b"\x42\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0");
    assert_eq!(link.attached(), Some(carrier));
    assert_eq!(link.over(), None);
}
