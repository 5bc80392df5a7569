//! QUIC of others is opened: the packets of RFC 9001, and a handshake of rustls.

use std::{net::SocketAddr, sync::Arc};

use proptest::{collection::vec, prelude::*};
use rustls::{
    CipherSuite, Side,
    crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256,
    quic::{
        ClientConnection, Connection, DirectionalKeys, KeyChange, Keys as Sides, PacketKey,
        ServerConnection, Version,
    },
};

use super::*;
use crate::{Recorded, conversations, speakers::speakers, testing::repeating, tls::Suite};

/// RFC 9001, appendix A: the ID that a client has made up, and what its server answers.
const ID: &str = "8394c8f03e515708";
const ANSWER: &str = "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee";
const FRAMES: &str = "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c940d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304";

#[test]
fn first_packets_are_opened_as_in_the_standard() {
    let pair = Secret::initial(&hex::decode(ID).unwrap()).unwrap();
    assert_eq!(
        hex::encode(pair.client.bytes()),
        "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea"
    );
    let datagram = hex::decode(ANSWER).unwrap();
    let [packet] = &packets(&datagram)[..] else {
        panic!("it is one packet");
    };
    assert_eq!(packet.kind, Kind::Initial);
    let opened = Guard::new(&pair.server).unwrap().open(packet, 0).unwrap();
    assert_eq!(hex::encode(opened), FRAMES);
    assert!(Guard::new(&pair.client).unwrap().open(packet, 0).is_none());
}

/// RFC 9001, appendix A.5.
#[test]
fn a_short_packet_is_opened_as_in_the_standard() {
    let secret = "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b";
    let secret = Secret::of(Suite::of(0x1303).unwrap(), hex::decode(secret).unwrap());
    let datagram = hex::decode("4cfe4189655e5cd55c41f69080575d7999c25a5bfb").unwrap();
    let packet = packets(&datagram)[0];
    let mut guard = Guard::new(&secret).unwrap();
    guard.expect(654_360_564);
    assert_eq!(guard.open(&packet, 0).unwrap(), [1]);
    let following = secret.following().unwrap();
    assert_eq!(
        hex::encode(following.bytes()),
        "1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9"
    );
}

/// The IDs of a connection: made up for the server, the client's, the server's.
const IDS: [&[u8]; 3] = [&[1; 8], &[2; 5], &[3; 8]];

fn ends() -> [SocketAddr; 2] {
    ["192.0.2.1:4000", "192.0.2.2:443"].map(|at| at.parse().unwrap())
}

/// A packet with a long header of that type (RFC 9000, section 17.2), or with a short one.
fn sealed(
    keys: &DirectionalKeys,
    kind: Option<u8>,
    ids: [&[u8]; 2],
    number: u8,
    frames: &[u8],
) -> Vec<u8> {
    sealed_by(keys, &*keys.packet, kind, ids, number, frames)
}

fn sealed_by(
    keys: &DirectionalKeys,
    key: &dyn PacketKey,
    kind: Option<u8>,
    [to, from]: [&[u8]; 2],
    number: u8,
    frames: &[u8],
) -> Vec<u8> {
    let mut payload = frames.to_vec();
    payload.resize(frames.len().max(32), 0);
    let mut header = match kind {
        Some(kind) => {
            let length = u16::try_from(2 + payload.len() + 16).unwrap() | 0x4000;
            let mut header = vec![0xc0 | kind << 4 | 1, 0, 0, 0, 1];
            for id in [to, from] {
                header.push(u8::try_from(id.len()).unwrap());
                header.extend_from_slice(id);
            }
            if kind == 0 {
                header.push(0);
            }
            header.extend(length.to_be_bytes());
            header
        }
        None => [&[0x41][..], to].concat(),
    };
    let at = header.len();
    header.extend([0, number]);
    let tag = key
        .encrypt_in_place(number.into(), &header, &mut payload)
        .unwrap();
    payload.extend_from_slice(tag.as_ref());
    // What hides the number is looked at four bytes behind where it begins.
    let sample = payload[2..18].to_vec();
    let (first, rest) = header.split_at_mut(1);
    keys.header
        .encrypt_in_place(&sample, &mut first[0], &mut rest[at - 1..])
        .unwrap();
    [header, payload].concat()
}

/// What stands in a CRYPTO frame.
fn crypto(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap() | 0x4000;
    [&[6, 0][..], &length.to_be_bytes(), bytes].concat()
}

fn configured(secret: [u8; 32]) -> (Connection, Connection) {
    let repeating = repeating(CipherSuite::TLS13_AES_128_GCM_SHA256, secret);
    let (client, server) = speakers(rustls::crypto::ring::default_provider(), repeating);
    let name = "server.invalid".try_into().unwrap();
    let client = ClientConnection::new(Arc::new(client), Version::V1, name, vec![1]).unwrap();
    let server = ServerConnection::new(Arc::new(server), Version::V1, vec![2]).unwrap();
    (client.into(), server.into())
}

/// A connection of rustls, of which the server's ephemeral key is that; both say something, the client with its next keys.
fn spoken(secret: [u8; 32]) -> Vec<Datagram> {
    let (mut client, mut server) = configured(secret);
    let rustls::SupportedCipherSuite::Tls13(suite) = TLS13_AES_128_GCM_SHA256 else {
        panic!("it is of 1.3");
    };
    let initial = |side| Sides::initial(Version::V1, suite, suite.quic.unwrap(), IDS[0], side);
    let [near, far] = ends();
    let mut datagrams = Vec::new();
    let mut send = |(from, to), bytes| datagrams.push(Datagram { from, to, bytes });
    let mut flight = Vec::new();
    assert!(client.write_hs(&mut flight).is_none());
    server.read_hs(&flight).unwrap();
    send(
        (near, far),
        sealed(
            &initial(Side::Client).local,
            Some(0),
            [IDS[0], IDS[1]],
            0,
            &crypto(&flight),
        ),
    );

    let mut answer = Vec::new();
    let Some(KeyChange::Handshake { keys }) = server.write_hs(&mut answer) else {
        panic!("the hello ends with new keys");
    };
    client.read_hs(&answer).unwrap();
    let first = sealed(
        &initial(Side::Server).local,
        Some(0),
        [IDS[1], IDS[2]],
        0,
        &crypto(&answer),
    );
    let mut flight = Vec::new();
    let Some(KeyChange::OneRtt { keys: said, .. }) = server.write_hs(&mut flight) else {
        panic!("the handshake ends with new keys");
    };
    client.read_hs(&flight).unwrap();
    let second = sealed(&keys.local, Some(2), [IDS[1], IDS[2]], 0, &crypto(&flight));
    send((far, near), [first, second].concat());
    send(
        (far, near),
        sealed(
            &said.local,
            None,
            [IDS[1], &[]],
            0,
            b"\x08what a server says to a client",
        ),
    );

    let mut none = Vec::new();
    assert!(matches!(
        client.write_hs(&mut none),
        Some(KeyChange::Handshake { .. })
    ));
    let Some(KeyChange::OneRtt { keys, mut next }) = client.write_hs(&mut none) else {
        panic!("the handshake ends with new keys");
    };
    send(
        (near, far),
        sealed(
            &keys.local,
            None,
            [IDS[2], &[]],
            0,
            b"\x08what a client says to a server",
        ),
    );
    let following = next.next_packet_keys();
    let packet = sealed_by(
        &keys.local,
        &*following.local,
        None,
        [IDS[2], &[]],
        1,
        b"\x08and with keys that follow",
    );
    send((near, far), packet);
    datagrams
}

fn opened(datagrams: Vec<Datagram>, keys: &Keys) -> Vec<u8> {
    let recorded = Recorded {
        datagrams,
        streams: Vec::new(),
    };
    let found = conversations(&recorded, keys);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].handshake[0], HELLOS);
    found[0].opened.clone()
}

#[test]
fn what_is_said_is_opened_where_a_key_is_repeated() {
    let opened = |key| String::from_utf8(opened(spoken([9; 32]), &Keys::new([key]))).unwrap();
    let said = opened([9; 32]);
    for words in [
        "what a server says",
        "what a client says",
        "keys that follow",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(opened([8; 32]).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_datagrams_panic(datagrams in vec(vec(any::<u8>(), 0..200), 0..5), at in 0_usize..150, byte: u8) {
        let [from, to] = ends();
        let mut datagrams: Vec<_> = datagrams
            .into_iter()
            .map(|bytes| Datagram { from, to, bytes })
            .collect();
        let mut real = spoken([9; 32]);
        for datagram in &mut real {
            if let Some(place) = datagram.bytes.get_mut(at) {
                *place ^= byte;
            }
        }
        datagrams.extend(real);
        let recorded = Recorded { datagrams, streams: Vec::new() };
        let _ = conversations(&recorded, &Keys::new([[9; 32]]));
    }
}
