//! The example of RFC 9001, appendix A, and bytes of any kind.

use proptest::{collection::vec, prelude::*};

use super::*;

/// The connection's ID there.
const ID: [u8; 8] = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];

/// An Initial packet to a connection's ID as a client or a server sends it, with these frames, encrypted with the keys of the
/// client's first ID.
pub(crate) fn closed(to: &[u8], id: &[u8], by: Side, frames: &[u8]) -> Vec<u8> {
    let SupportedCipherSuite::Tls13(suite) = TLS13_AES_128_GCM_SHA256 else {
        panic!("it is of TLS 1.3");
    };
    let keys = Keys::initial(Version::V1, suite, suite.quic.unwrap(), id, by).local;
    let mut payload = frames.to_vec();
    payload.resize(payload.len().max(64), 0);
    let mut header = vec![0xc3];
    header.extend(FIRST.to_be_bytes());
    header.push(to.len().try_into().unwrap());
    header.extend(to);
    // No ID of its own, no token.
    header.extend([0, 0]);
    let length = u16::try_from(4 + payload.len() + 16).unwrap();
    header.extend((length | 0x4000).to_be_bytes());
    header.extend([0, 0, 0, 2]);
    let tag = keys.packet.encrypt_in_place(2, &header, &mut payload);
    payload.extend(tag.unwrap().as_ref());
    let at = header.len() - 4;
    let mut whole = [header, payload].concat();
    let sample = whole[at + 4..at + 20].to_vec();
    let (head, rest) = whole.split_at_mut(at);
    let number = &mut rest[..4];
    keys.header
        .encrypt_in_place(&sample, &mut head[0], number)
        .unwrap();
    whole
}

/// A CRYPTO frame.
pub(crate) fn frame(at: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).unwrap();
    assert!(at < 64 && length < 64);
    [&[6, at, length], bytes].concat()
}

#[test]
fn both_sides_are_opened_by_the_clients_id() {
    for side in [Side::Client, Side::Server] {
        let datagram = closed(&ID, &ID, side, &frame(0, b"hello"));
        let found = initials(&datagram);
        let frames = found[0].open(&ID).unwrap();
        assert_eq!(crypto(&frames), [(0, &b"hello"[..])]);
        assert!(found[0].open(&[1; 8]).is_none());
    }
}

/// The first bytes of the client's packet in RFC 9001, appendix A.2, by which its keys can be seen to be right: header
/// protection is derived from them and the sample.
#[test]
fn the_rfcs_header_is_opened() {
    let SupportedCipherSuite::Tls13(suite) = TLS13_AES_128_GCM_SHA256 else {
        panic!("it is of TLS 1.3");
    };
    let keys = Keys::initial(Version::V1, suite, suite.quic.unwrap(), &ID, Side::Server);
    let sample = [
        0xd1, 0xb1, 0xc9, 0x8d, 0xd7, 0x68, 0x9f, 0xb8, 0xec, 0x11, 0xd2, 0x42, 0xb1, 0x23, 0xdc,
        0x9b,
    ];
    let (mut first, mut number) = (0xc0, [0x7b, 0x9a, 0xec, 0x34]);
    keys.remote
        .header
        .decrypt_in_place(&sample, &mut first, &mut number)
        .unwrap();
    assert_eq!((first, number), (0xc3, [0, 0, 0, 2]));
}

#[test]
fn other_frames_are_passed_over() {
    let acknowledgement = [2, 5, 0, 1, 0, 1, 1];
    let frames = [&acknowledgement[..], &[0, 0, 1], &frame(9, b"x"), &[0x1c]].concat();
    assert_eq!(crypto(&frames), [(9, &b"x"[..])]);
}

proptest! {
    #[test]
    fn no_bytes_panic(mut bytes in vec(any::<u8>(), 0..200), long: bool) {
        if let Some(head) = bytes.first_chunk_mut() && long {
            *head = [0xc0, 0, 0, 0, 1];
        }
        for initial in initials(&bytes) {
            initial.open(initial.destination);
        }
        crypto(&bytes);
    }
}
