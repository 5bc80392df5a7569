//! Messages survive the way through bytes, and bytes that are no messages do no harm.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use ciborium::{Value, cbor};
use common::strategies::{to_agent, to_controller};
use e3_session::{
    frame::{Decoder, FrameError, MAX_FRAME, Message, encode},
    message::{Reply, Request, ToAgent, ToController},
};
use proptest::prelude::*;
use serde_bytes::ByteBuf;

/// A frame with this content.
fn framed(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    [&length.to_be_bytes(), content].concat()
}

fn cbor_bytes(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// What a decoder yields for these bytes at once.
fn decoded<T: Message>(bytes: &[u8]) -> Vec<Result<T, FrameError>> {
    let mut decoder = Decoder::new();
    decoder.push(bytes);
    decoder.collect()
}

/// What a decoder yields where the bytes come in pieces cut at these places.
fn decoded_in_pieces<T: Message>(
    bytes: &[u8],
    cuts: &[prop::sample::Index],
) -> Vec<Result<T, FrameError>> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    let mut decoder = Decoder::new();
    let mut found = Vec::new();
    for piece in places.windows(2) {
        decoder.push(&bytes[piece[0]..piece[1]]);
        found.extend(decoder.by_ref());
    }
    found
}

fn leave(id: u32) -> ToAgent {
    ToAgent {
        id,
        request: Request::Leave,
    }
}

fn unreadable_id<T>(result: &Result<T, FrameError>) -> Option<u32> {
    match result {
        Err(FrameError::Unreadable { id, .. }) => *id,
        Err(other) => panic!("expected an unreadable message, found {other}"),
        Ok(_) => panic!("expected an unreadable message, found a readable one"),
    }
}

#[test]
fn an_unknown_request_keeps_its_number_and_the_stream() {
    let unknown = cbor!({ "id" => 7, "request" => { "teleport" => { "to" => "mars" } } }).unwrap();
    let mut stream = framed(&cbor_bytes(&unknown));
    stream.extend(encode(&leave(8)).unwrap());
    let found = decoded::<ToAgent>(&stream);
    assert_eq!(unreadable_id(&found[0]), Some(7));
    assert!(found[0].as_ref().is_err_and(FrameError::is_recoverable));
    assert_eq!(found[1], Ok(leave(8)));
}

#[test]
fn the_number_is_found_behind_other_fields_and_before_garbage() {
    let late = cbor!({ "request" => "teleport", "more" => [1, 2], "id" => 9 }).unwrap();
    assert_eq!(
        unreadable_id(&decoded::<ToAgent>(&framed(&cbor_bytes(&late)))[0]),
        Some(9)
    );
    let mut cut = encode(&ToController {
        re: 11,
        reply: Reply::Left,
    })
    .unwrap();
    cut.truncate(cut.len() - 2);
    assert_eq!(
        unreadable_id(&decoded::<ToController>(&framed(&cut[4..]))[0]),
        Some(11)
    );
}

#[test]
fn without_a_number_the_stream_still_goes_on() {
    for content in [
        &b""[..],
        b"\xff",
        b"hello",
        &cbor_bytes(&cbor!({ "id" => -1 }).unwrap()),
    ] {
        let mut stream = framed(content);
        stream.extend(encode(&leave(8)).unwrap());
        let found = decoded::<ToAgent>(&stream);
        assert_eq!(unreadable_id(&found[0]), None);
        assert_eq!(found[1], Ok(leave(8)));
    }
}

#[test]
fn bytes_behind_a_message_in_its_frame_are_an_error() {
    let mut content = encode(&leave(3)).unwrap().split_off(4);
    content.push(0);
    assert_eq!(
        unreadable_id(&decoded::<ToAgent>(&framed(&content))[0]),
        Some(3)
    );
}

#[test]
fn another_protocol_is_recognised_at_its_first_bytes() {
    let mut decoder = Decoder::<ToAgent>::new();
    decoder.push(b"Last login: Sun Nov 22");
    let error = decoder.next().unwrap().unwrap_err();
    assert!(!error.is_recoverable());
    assert!(error.to_string().contains("\"Last\""), "{error}");
    decoder.push(&encode(&leave(1)).unwrap());
    assert_eq!(decoder.next(), None);
}

#[test]
fn the_longest_frame_is_read_and_a_longer_one_not_written() {
    let feed = |length| ToAgent {
        id: 1,
        request: Request::Feed {
            to: 1,
            data: ByteBuf::from(vec![0; length]),
        },
    };
    let envelope = encode(&feed(100_000)).unwrap().len() - 4 - 100_000;
    let longest = feed(MAX_FRAME - envelope);
    let bytes = encode(&longest).unwrap();
    assert_eq!(bytes.len(), 4 + MAX_FRAME);
    assert_eq!(decoded(&bytes), [Ok(longest)]);
    assert_eq!(
        encode(&feed(MAX_FRAME - envelope + 1)),
        Err(FrameError::TooLong {
            length: MAX_FRAME + 1
        })
    );
}

#[test]
fn a_stream_may_end_between_frames_only() {
    let bytes = encode(&leave(1)).unwrap();
    let mut decoder = Decoder::<ToAgent>::new();
    assert_eq!(decoder.finish(), Ok(()));
    decoder.push(&bytes[..2]);
    assert_eq!(decoder.finish(), Err(FrameError::Truncated { missing: 2 }));
    decoder.push(&bytes[2..bytes.len() - 3]);
    assert_eq!(decoder.next(), None);
    assert_eq!(decoder.finish(), Err(FrameError::Truncated { missing: 3 }));
    decoder.push(&bytes[bytes.len() - 3..]);
    assert_eq!(decoder.next(), Some(Ok(leave(1))));
    assert_eq!(decoder.finish(), Ok(()));
}

/// Claims of lengths and depths that are not there must cost neither memory nor stack.
#[test]
fn claims_are_not_believed() {
    let prefix = [0xa2, 0x62, b'i', b'd', 0x05, 0x67];
    let bombs: [Vec<u8>; 5] = [
        // An array, a text, bytes and a map of 2^62 items.
        [&prefix[..], b"request", &[0x9b, 0x40, 0, 0, 0, 0, 0, 0, 0]].concat(),
        [&prefix[..], b"request", &[0x7b, 0x40, 0, 0, 0, 0, 0, 0, 0]].concat(),
        [&prefix[..], b"request", &[0x5b, 0x40, 0, 0, 0, 0, 0, 0, 0]].concat(),
        [&prefix[..], b"request", &[0xbb, 0x40, 0, 0, 0, 0, 0, 0, 0]].concat(),
        // Arrays in arrays, half a million deep.
        [&prefix[..], b"request", &vec![0x81; 500_000]].concat(),
    ];
    for bomb in bombs {
        assert_eq!(
            unreadable_id(&decoded::<ToAgent>(&framed(&bomb))[0]),
            Some(5)
        );
    }
    // The same, where even the number stands behind them.
    for tower in [0x81, 0xa1, 0xc1, 0xd9] {
        let content = [&[0xa2, 0x61, b'x'][..], &vec![tower; 500_000]].concat();
        assert_eq!(
            unreadable_id(&decoded::<ToAgent>(&framed(&content))[0]),
            None
        );
    }
}

proptest! {
    #[test]
    fn requests_survive(
        messages in prop::collection::vec(to_agent(), 1..4),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let bytes: Vec<u8> = messages.iter().flat_map(|message| encode(message).unwrap()).collect();
        let found = decoded_in_pieces::<ToAgent>(&bytes, &cuts);
        prop_assert_eq!(found, messages.into_iter().map(Ok).collect::<Vec<_>>());
    }

    #[test]
    fn replies_survive(
        messages in prop::collection::vec(to_controller(), 1..4),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let bytes: Vec<u8> = messages.iter().flat_map(|message| encode(message).unwrap()).collect();
        let found = decoded_in_pieces::<ToController>(&bytes, &cuts);
        prop_assert_eq!(found, messages.into_iter().map(Ok).collect::<Vec<_>>());
    }

    #[test]
    fn any_bytes_are_read_alike_in_one_piece_and_in_many(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let content = framed(&bytes);
        prop_assert_eq!(decoded_in_pieces::<ToAgent>(&bytes, &cuts), decoded(&bytes));
        prop_assert_eq!(decoded::<ToAgent>(&content).len(), 1);
        prop_assert_eq!(decoded::<ToController>(&content).len(), 1);
    }

    #[test]
    fn a_damaged_message_leaves_the_next_one_readable(
        message in to_agent(),
        at: prop::sample::Index,
        byte: u8,
    ) {
        let mut stream = encode(&message).unwrap();
        let place = 4 + at.index(stream.len() - 4);
        stream[place] = byte;
        stream.extend(encode(&leave(8)).unwrap());
        let found = decoded::<ToAgent>(&stream);
        prop_assert_eq!(found.len(), 2);
        prop_assert_eq!(&found[1], &Ok(leave(8)));
    }
}
