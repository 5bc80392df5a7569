//! Nebula, as its program does it (nebula 1.6 to 1.11: `header/header.go`, `handshake_ix.go`).

use ring::aead::{AES_256_GCM, CHACHA20_POLY1305};

use super::{Dialect, Sealed, Session, highest_first, lowest_first};
use crate::{Datagram, Protocol, reader::Reader};

const FIRST: &str = "the first message, without any key: the certificate of who had begun";

/// What a network may be set to; it does not say which.
static DIALECTS: [Dialect; 2] = [
    Dialect {
        name: "Noise_IX_25519_AESGCM_SHA256",
        psk: None,
        hides: false,
        first: FIRST,
        aead: &AES_256_GCM,
        nonce: highest_first,
    },
    Dialect {
        name: "Noise_IX_25519_ChaChaPoly_SHA256",
        psk: None,
        hides: false,
        first: FIRST,
        aead: &CHACHA20_POLY1305,
        nonce: lowest_first,
    },
];

/// Bytes of a header; what it begins with is the version and the kind of the message.
const HEADER: usize = 16;
const SHAKES: u8 = 0x10;
const CARRIES: u8 = 0x11;

/// A message of nebula's.
struct Message<'a> {
    kind: u8,
    number: u64,
    header: &'a [u8],
    content: &'a [u8],
}

impl<'a> Message<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, content) = bytes.split_at_checked(HEADER)?;
        let mut rest = Reader(header);
        let kind = *rest.take(8)?.first()?;
        let number = u64::from_be_bytes(rest.take(8)?.try_into().ok()?);
        Some(Self {
            kind,
            number,
            header,
            content,
        })
    }

    fn shakes(&self, number: u64) -> bool {
        self.kind == SHAKES && self.number == number
    }
}

/// Those of which both messages were recorded.
pub(super) fn sessions(datagrams: &[Datagram]) -> Vec<Session> {
    let all = datagrams
        .iter()
        .filter_map(|datagram| Some((datagram, Message::read(&datagram.bytes)?)));
    let all: Vec<_> = all.collect();
    let mut found = Vec::new();
    for (at, (two, answer)) in all.iter().enumerate() {
        if !answer.shakes(2) {
            continue;
        }
        let mut before = all.iter().take(at).rev();
        let begun = before
            .find(|(one, message)| message.shakes(1) && (one.from, one.to) == (two.to, two.from));
        let Some((one, first)) = begun else {
            continue;
        };
        let between = all.iter().filter(|(datagram, message)| {
            let ends = (datagram.from, datagram.to);
            message.kind == CARRIES && (ends == (one.from, one.to) || ends == (two.from, two.to))
        });
        let said = between.map(|(datagram, message)| (datagram.from == one.from, message));
        let said: Vec<_> = said.collect();
        found.extend(DIALECTS.iter().map(|dialect| {
            Session {
                protocol: Protocol::Nebula,
                from: one.from,
                to: one.to,
                dialect,
                prologue: Vec::new(),
                one: first.content.to_vec(),
                two: answer.content.to_vec(),
                said: said
                    .iter()
                    .map(|(begun, message)| sealed(*begun, message))
                    .collect(),
            }
        }));
    }
    found
}

fn sealed(begun: bool, message: &Message<'_>) -> Sealed {
    Sealed {
        begun,
        number: message.number,
        header: message.header.to_vec(),
        content: message.content.to_vec(),
    }
}
