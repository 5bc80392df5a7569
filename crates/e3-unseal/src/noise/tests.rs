//! Noise of others is opened: the vectors of cacophony, and what snow says in each protocol's frames.

use std::net::SocketAddr;

use base64ct::{Base64, Encoding as _};
use proptest::{collection::vec, prelude::*};
use ring::aead::{AES_256_GCM, CHACHA20_POLY1305};

use super::*;
use crate::{Datagram, Stream, conversations};

/// The keys of all vectors of cacophony: those that stay, and those that do not, of who begins and who is called.
const STAY: [&str; 2] = [
    "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1",
    "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893",
];
const MADE: [&str; 2] = [
    "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a",
    "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b",
];

static IK: Dialect = Dialect {
    name: "Noise_IK_25519_ChaChaPoly_BLAKE2s",
    psk: None,
    hides: true,
    first: "first",
    aead: &CHACHA20_POLY1305,
    nonce: lowest_first,
};
static IX: Dialect = Dialect {
    name: "Noise_IX_25519_AESGCM_SHA256",
    hides: false,
    aead: &AES_256_GCM,
    nonce: highest_first,
    ..IK
};

/// A vector: both messages, and what both say behind them, in turn.
type Vector = (&'static Dialect, [&'static str; 2], [&'static str; 4]);

const VECTORS: [Vector; 2] = [
    (
        &IK,
        [
            "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79440b03ddc7aac5123d06a1b23b71670e32e76c28239a7ca4ac8f784de7e44c1adbfc6e83fef7352a58d9d56157400c0a737b1d171ce368229c7b752ac25b8faf4eca690f6d896f543be02c996ab2b86b76",
            "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843d9b5a8927f0ac9655ef76833bc7e5561f42e691ac8404efd6fbd6308b6a27c",
        ],
        [
            "2c256ed08fcd08c2980f954ee4beaccb61c9581340f5dd2fd1cf3b",
            "d6033f70eee20945c7c9dba304e397ee3b284ff5e00fd9efb095d3",
            "a9c068ca5d8babf72560652d8e851adbfac35c8a66e810d560863173e96adf4cfe",
            "2a09d8f459e5927e40fdd2eddc99bdafb04e13a26f145cb5cfe9e6ba34c94331ebc17d5156",
        ],
    ),
    (
        &IX,
        [
            "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79446bc3822a2aa7f4e6981d6538692b3cdf3e6df9eea6ed269eb41d93c22757b75a4c756477696720766f6e204d69736573",
            "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884381f5e7fd3177b25f05504a881c3d9abb4ceaa6e8ab72f7925bc1ecee7f533d4d83453c68b45114148f3d11c0281c89906e4c23267b3d038eeb789a7ade71edd08ef12236e741eda973e5baba4bc005",
        ],
        [
            "60faff0c912ae6003ff00295f240b28e8f68f3442e26661701cd7f",
            "746cac398c37a680d8ee7836a7826a164383f562bcac347bbde807",
            "4b5e9102aea574262f84bcb6bb32ff74447d843d389811990b5a55bd450708f2fc",
            "c70aa2cb23b02335b30b44e46da0c9ec2569bfaf389431a92566c794787ce9c7702d7f7bdb",
        ],
    ),
];

fn ends() -> [SocketAddr; 2] {
    ["192.0.2.1:4000", "192.0.2.2:443"].map(|at| at.parse().unwrap())
}

fn session((dialect, messages, said): &Vector) -> Session {
    let [from, to] = ends();
    let bytes = |hex: &str| hex::decode(hex).unwrap();
    let sealed = said
        .iter()
        .zip([(true, 0), (false, 0), (true, 1), (false, 1)]);
    Session {
        protocol: Protocol::Wireguard,
        from,
        to,
        dialect,
        prologue: b"John Galt".to_vec(),
        one: bytes(messages[0]),
        two: bytes(messages[1]),
        said: sealed
            .map(|(said, (begun, number))| Sealed {
                begun,
                number,
                header: Vec::new(),
                content: bytes(said),
            })
            .collect(),
    }
}

fn keys(hex: &[&str]) -> Keys {
    let decoded = hex.iter().map(|hex| hex::decode(hex).unwrap());
    Keys::new(decoded.map(|key| key.try_into().unwrap()))
}

/// What all the vectors say behind the handshake.
const SAID: &[u8] = b"F. A. HayekCarl MengerJean-Baptiste SayEugen B\xf6hm von Bawerk";

#[test]
fn vectors_are_opened_with_either_sides_keys_and_not_without() {
    for vector in &VECTORS {
        let session = session(vector);
        let both = [STAY[0], STAY[1]];
        let open = |more: &[&str]| session.try_all(&keys(&[&both[..], more].concat()));
        for more in [&MADE[..1], &MADE[1..]] {
            let found = open(more);
            assert_eq!(found.opened, SAID, "{}", vector.0.name);
            assert_eq!(found.handshake, ["first", "the second message"]);
        }
        // All keys that stay are not enough: one of those that do not is needed.
        let found = open(&[]);
        assert!(found.opened.is_empty());
        assert_eq!(found.handshake, ["first"]);
        assert!(found.tried > 0);
    }
    // Where the key of whoever was called is unknown, not even the first message is opened in IK.
    let found = session(&VECTORS[0]).try_all(&keys(&[STAY[0], MADE[1]]));
    assert!(found.handshake.is_empty() && found.opened.is_empty());
}

/// Both ends in snow, with keys that are known, up to the end of the handshake; and both messages.
fn shaken(dialect: &Dialect, prologue: &[u8]) -> ([HandshakeState; 2], [Vec<u8>; 2]) {
    let stay = STAY.map(|key| hex::decode(key).unwrap());
    let made = MADE.map(|key| hex::decode(key).unwrap());
    let called = keys(&STAY[1..]);
    let called = called.iter().next().unwrap().public().to_vec();
    let builder = |index: usize| {
        let builder = Builder::new(dialect.name.parse().unwrap());
        let builder = builder.prologue(prologue).unwrap();
        let builder = builder.local_private_key(&stay[index]).unwrap();
        let builder = builder.fixed_ephemeral_key_for_testing_only(&made[index]);
        match dialect.psk {
            Some(place) => builder.psk(place, &NONE).unwrap(),
            None => builder,
        }
    };
    let mut begins = builder(0);
    if dialect.hides {
        begins = begins.remote_public_key(&called).unwrap();
    }
    let mut begins = begins.build_initiator().unwrap();
    let mut answers = builder(1).build_responder().unwrap();
    let time = if dialect.psk.is_some() {
        vec![5; 12]
    } else {
        Vec::new()
    };
    let one = written(&mut begins, &time);
    read(&mut answers, &one).unwrap();
    let two = written(&mut answers, &[]);
    read(&mut begins, &two).unwrap();
    ([begins, answers], [one, two])
}

fn written(state: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let mut message = vec![0; LONGEST];
    let length = state.write_message(payload, &mut message).unwrap();
    message.truncate(length);
    message
}

fn sealed(dialect: &Dialect, key: &[u8; 32], number: u64, header: &[u8], words: &[u8]) -> Vec<u8> {
    let key = LessSafeKey::new(UnboundKey::new(dialect.aead, key).unwrap());
    let nonce = Nonce::assume_unique_for_key((dialect.nonce)(number));
    let mut sealed = words.to_vec();
    key.seal_in_place_append_tag(nonce, Aad::from(header), &mut sealed)
        .unwrap();
    sealed
}

fn found(recorded: &Recorded) -> Vec<Conversation> {
    conversations(recorded, &keys(&[STAY[0], STAY[1], MADE[1]]))
}

fn datagrams(all: [(bool, Vec<u8>); 4]) -> Recorded {
    let [near, far] = ends();
    let datagrams = all.into_iter().map(|(begun, bytes)| {
        let (from, to) = if begun { (near, far) } else { (far, near) };
        Datagram { from, to, bytes }
    });
    Recorded {
        datagrams: datagrams.collect(),
        streams: Vec::new(),
    }
}

fn wireguard() -> Recorded {
    let dialect = &super::wireguard::DIALECT;
    let ([mut begins, _], [one, two]) = shaken(dialect, super::wireguard::PROLOGUE);
    let (to_called, to_begun) = begins.dangerously_get_raw_split();
    let said = |to: &[u8], key, number: u64, words: &[u8]| {
        let sealed = sealed(dialect, key, number, &[], words);
        [&[4, 0, 0, 0], to, &number.to_le_bytes(), &sealed].concat()
    };
    datagrams([
        (true, [&[1, 0, 0, 0], &b"iiii"[..], &one, &[0; 32]].concat()),
        (
            false,
            [&[2, 0, 0, 0], &b"rrrriiii"[..], &two, &[0; 32]].concat(),
        ),
        (true, said(b"rrrr", &to_called, 7, b"question")),
        (false, said(b"iiii", &to_begun, 1, b"answer")),
    ])
}

#[test]
fn wireguard_is_recognised_and_opened() {
    let found = found(&wireguard());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].protocol, Protocol::Wireguard);
    assert_eq!(found[0].opened, b"questionanswer");
}

#[test]
fn nebula_is_recognised_and_opened() {
    let dialect = &IX;
    let ([mut begins, _], [one, two]) = shaken(dialect, &[]);
    let (to_called, to_begun) = begins.dangerously_get_raw_split();
    let header =
        |kind: u8, number: u64| [&[kind, 0, 0, 0, 9, 9, 9, 9][..], &number.to_be_bytes()].concat();
    let said = |key, number, words: &[u8]| {
        let header = header(0x11, number);
        let sealed = sealed(dialect, key, number, &header, words);
        [header, sealed].concat()
    };
    let recorded = datagrams([
        (true, [header(0x10, 1), one].concat()),
        (false, [header(0x10, 2), two].concat()),
        (true, said(&to_called, 3, b"question")),
        (false, said(&to_begun, 300, b"answer")),
    ]);
    let found = found(&recorded);
    let opened: Vec<_> = found.iter().map(|found| found.opened.as_slice()).collect();
    // Of the two ciphers that a network may be set to, it is the first.
    assert_eq!(opened, [&b"questionanswer"[..], b""]);
    assert!(found.iter().all(|found| found.protocol == Protocol::Nebula));
}

#[test]
fn a_coordinators_protocol_is_recognised_and_opened() {
    let dialect = &super::coordinator::DIALECT;
    let ([mut begins, _], [one, two]) = shaken(dialect, b"Tailscale Control Protocol v113");
    let (to_called, to_begun) = begins.dangerously_get_raw_split();
    let frame = |kind: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[kind][..], &length, content].concat()
    };
    let begin = [&[0, 113][..], &frame(1, &one)].concat();
    let begin = Base64::encode_string(&begin);
    let head = format!("POST /ts2021 HTTP/1.1\r\nX-Tailscale-Handshake: {begin}\r\n\r\n");
    let said = |key, number, words: &[u8]| frame(4, &sealed(dialect, key, number, &[], words));
    let client = [
        head.into_bytes(),
        said(&to_called, 0, b"which "),
        said(&to_called, 1, b"nodes?"),
    ]
    .concat();
    let server = [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n".to_vec(),
        frame(2, &two),
        said(&to_begun, 0, b" these"),
    ]
    .concat();
    let [near, far] = ends();
    let recorded = Recorded {
        streams: vec![
            Stream {
                from: near,
                to: far,
                bytes: client,
            },
            Stream {
                from: far,
                to: near,
                bytes: server,
            },
        ],
        datagrams: Vec::new(),
    };
    let found = found(&recorded);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].protocol, Protocol::Coordinator);
    assert_eq!(found[0].opened, b"which nodes? these");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_datagrams_panic(more in vec(vec(any::<u8>(), 0..160), 0..4), at in 0_usize..140, byte: u8) {
        let mut recorded = wireguard();
        for datagram in &mut recorded.datagrams {
            if let Some(place) = datagram.bytes.get_mut(at) {
                *place ^= byte;
            }
        }
        let [from, to] = ends();
        recorded.datagrams.extend(more.iter().map(|bytes| Datagram { from, to, bytes: bytes.clone() }));
        recorded.streams.extend(more.into_iter().map(|bytes| Stream { from, to, bytes }));
        let _ = found(&recorded);
    }
}
