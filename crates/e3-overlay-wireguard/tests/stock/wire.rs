//! What is on the wire.

use std::{
    collections::BTreeSet,
    io::Cursor,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use e3_overlay_wireguard::engine::MTU;
use e3_reflector::message::{Class, Message};
use pcap_file::pcapng::{Block, PcapNgReader};

/// Where the relay is asked how sockets are seen (RFC 8489, section 18.6).
pub(crate) const REFLECTOR: u16 = 3478;

/// A datagram of UDP: from where to where, and what is in it.
pub(crate) struct Datagram {
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
}

/// What one end is to have said to the other.
pub(crate) struct Said {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) what: What,
}

pub(crate) enum What {
    /// WireGuard's messages, of these types at least.
    WireGuard(&'static [u8]),
    Stun(Class),
}

/// The socket from which something came from there first.
pub(crate) fn socket(all: &[Datagram], address: IpAddr) -> SocketAddr {
    let first = all.iter().find(|datagram| datagram.from.ip() == address);
    first.unwrap().from
}

/// All of that was said, and nothing else by anybody.
pub(crate) fn hold(all: &[Datagram], expected: &[Said]) {
    let mut seen = 0;
    for Said { from, to, what } in expected {
        let messages = all.iter().filter(|one| (one.from, one.to) == (*from, *to));
        let messages: Vec<_> = messages.map(|one| &one.bytes[..]).collect();
        seen += messages.len();
        match what {
            What::WireGuard(kinds) => {
                let found = are_wireguards(&messages);
                let all = kinds.iter().all(|kind| found.contains(kind));
                assert!(all, "{from} to {to}: {found:?}");
            }
            What::Stun(class) => are_stuns(&messages, *class),
        }
    }
    let is_expected = |one: &&Datagram| {
        let mut expected = expected.iter();
        expected.any(|said| (said.from, said.to) == (one.from, one.to))
    };
    let other = all.iter().find(|one| !is_expected(one));
    let other = other.map(|one| (one.from, one.to));
    assert_eq!(seen, all.len(), "{other:?}");
}

/// Each is a message of STUN (RFC 8489, section 5), and a question says nothing else.
fn are_stuns(messages: &[&[u8]], class: Class) {
    assert!(!messages.is_empty(), "none is {class:?}");
    for bytes in messages {
        let message = Message::decode(bytes).unwrap();
        assert_eq!(message.class, class);
        assert_eq!(message.attributes.is_empty(), class == Class::Request);
    }
}

/// Each has a type of WireGuard's, three zeros behind it, and the length that this type has. Gives the types.
fn are_wireguards(messages: &[&[u8]]) -> BTreeSet<u8> {
    let mut kinds = BTreeSet::new();
    for message in messages {
        let reserved = &message[1..4];
        assert_eq!(reserved, [0; 3], "reserved bytes of type {}", message[0]);
        match (message[0], message.len()) {
            (1, 148) | (2, 92) | (3, 64) => {}
            // A header, what is carried, padded, and a tag.
            (4, length) => assert!(
                length >= 32 && (length % 16 == 0 || length == usize::from(MTU) + 32),
                "a message of data has {length} bytes"
            ),
            (kind, length) => panic!("type {kind} with {length} bytes"),
        }
        kinds.insert(message[0]);
    }
    kinds
}

/// The datagrams of UDP between the sites; everything must be one.
pub(crate) fn datagrams(file: &[u8]) -> Vec<Datagram> {
    let mut reader = PcapNgReader::new(Cursor::new(file)).unwrap();
    let mut found = Vec::new();
    while let Some(block) = reader.next_block() {
        let (Block::EnhancedPacket(packet), _) = block.unwrap() else {
            continue;
        };
        let data = &packet.data;
        let six = data[0] >> 4 == 6;
        // A kernel may say that nobody listens there any more (ICMP).
        if matches!(
            (six, data[if six { 6 } else { 9 }]),
            (true, 58) | (false, 1)
        ) {
            continue;
        }
        assert!(!six, "a packet of IPv6, which nobody was told of");
        assert_eq!(data[9], 17, "a packet of another protocol than UDP");
        let address = |at: usize| Ipv4Addr::from(<[u8; 4]>::try_from(&data[at..at + 4]).unwrap());
        let header = usize::from(data[0] & 15) * 4;
        let port = |at: usize| u16::from_be_bytes([data[header + at], data[header + at + 1]]);
        found.push(Datagram {
            from: (address(12), port(0)).into(),
            to: (address(16), port(2)).into(),
            bytes: data[header + 8..].to_vec(),
        });
    }
    found
}
