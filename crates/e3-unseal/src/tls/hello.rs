//! The first message of each side, which everybody can read (RFC 8446, sections 4.1.2 and 4.1.3).

use crate::{keys::KEY, reader::Reader};

/// Kinds of messages.
const OFFER: u8 = 1;
const ANSWER: u8 = 2;

/// Extensions (RFC 8446, section 4.2).
const RESUMES: usize = 41;
const VERSIONS: usize = 43;
const SHARES: usize = 51;

/// The group X25519 (section 4.2.7), and the version 1.3.
const X25519: usize = 0x1d;
const NEWEST: usize = 0x0304;

/// Bytes before what is in a message: its kind, and its length.
const HEADER: usize = 4;

/// The random value of an answer that asks for another offer: SHA-256 of `HelloRetryRequest` (section 4.1.3).
const AGAIN: [u8; 8] = [0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11];

/// What a client offers.
pub(crate) struct Offer {
    /// Its public key of X25519.
    pub(crate) share: Option<[u8; KEY]>,
}

/// What a server takes of it.
pub(crate) struct Answer {
    pub(crate) suite: u16,
    pub(crate) share: Option<[u8; KEY]>,
    /// It is of a version below 1.3.
    pub(crate) is_older: bool,
    /// It wants another offer.
    pub(crate) asks_again: bool,
    /// It goes on from an earlier conversation.
    pub(crate) resumes: bool,
}

/// Messages of a handshake, each with its header.
pub(crate) fn messages(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let mut rest = Reader(bytes);
        rest.take(1)?;
        let length = rest.number(3)?;
        let (message, behind) = bytes.split_at_checked(HEADER + length)?;
        bytes = behind;
        Some(message)
    })
}

impl Offer {
    pub(crate) fn read(message: &[u8]) -> Option<Self> {
        let mut rest = body(message, OFFER)?;
        // Its version as it was called before 1.3, its random value, its session.
        rest.take(2 + 32)?;
        rest.behind(1)?;
        let _suites = rest.behind(2)?;
        let _compressions = rest.behind(1)?;
        let share = extensions(&mut rest)
            .find(|(kind, _)| *kind == SHARES)
            .and_then(|(_, mut content)| {
                let mut shares = content.behind(2)?;
                std::iter::from_fn(|| entry(&mut shares)).find_map(of_x25519)
            });
        Some(Self { share })
    }
}

impl Answer {
    pub(crate) fn read(message: &[u8]) -> Option<Self> {
        let mut rest = body(message, ANSWER)?;
        rest.take(2)?;
        let asks_again = rest.take(32)?.starts_with(&AGAIN);
        rest.behind(1)?;
        let suite = u16::try_from(rest.number(2)?).ok()?;
        let _compression = rest.take(1)?;
        let mut answer = Self {
            suite,
            share: None,
            is_older: true,
            asks_again,
            resumes: false,
        };
        for (kind, mut content) in extensions(&mut rest) {
            match kind {
                RESUMES => answer.resumes = true,
                VERSIONS => answer.is_older = content.number(2) != Some(NEWEST),
                SHARES => answer.share = entry(&mut content).and_then(of_x25519),
                _ => {}
            }
        }
        Some(answer)
    }
}

/// What is in a message of that kind.
fn body(message: &[u8], kind: u8) -> Option<Reader<'_>> {
    (message.first() == Some(&kind)).then_some(())?;
    message.get(HEADER..).map(Reader)
}

fn extensions<'a>(rest: &mut Reader<'a>) -> impl Iterator<Item = (usize, Reader<'a>)> + use<'a> {
    let mut all = rest.behind(2).unwrap_or(Reader(&[]));
    std::iter::from_fn(move || Some((all.number(2)?, all.behind(2)?)))
}

/// A group, and a public key in it.
fn entry<'a>(shares: &mut Reader<'a>) -> Option<(usize, &'a [u8])> {
    Some((shares.number(2)?, shares.behind(2)?.0))
}

fn of_x25519((group, share): (usize, &[u8])) -> Option<[u8; KEY]> {
    (group == X25519).then(|| share.try_into().ok())?
}
