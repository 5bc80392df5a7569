//! What Tailscale's clients say to their coordinator over HTTP (tailscale: `control/controlbase`, `control/controlhttp`).

use base64ct::{Base64, Encoding as _};
use ring::aead::CHACHA20_POLY1305;

use super::{Dialect, Sealed, Session, highest_first};
use crate::{Protocol, Stream, reader::Reader};

pub(super) static DIALECT: Dialect = Dialect {
    name: "Noise_IK_25519_ChaChaPoly_BLAKE2s",
    psk: None,
    hides: true,
    first: "the first message, with the coordinator's private key: which machine had begun",
    aead: &CHACHA20_POLY1305,
    // Not as Noise has it.
    nonce: highest_first,
};

/// Where the first message stands in a request.
const FIRST: &str = "x-tailscale-handshake: ";

/// Kinds of frames.
const BEGINS: usize = 1;
const ANSWERS: usize = 2;
const CARRIES: usize = 4;

/// What a head of HTTP ends with.
const END: &[u8] = b"\r\n\r\n";

/// Those of which both directions were recorded.
pub(super) fn sessions(streams: &[Stream]) -> Vec<Session> {
    streams
        .iter()
        .filter_map(|said| {
            let back = |other: &&Stream| (other.from, other.to) == (said.to, said.from);
            session(said, streams.iter().find(back)?)
        })
        .collect()
}

fn session(said: &Stream, heard: &Stream) -> Option<Session> {
    let (request, rest) = parted(&said.bytes)?;
    let request = str::from_utf8(request).ok()?;
    let field = request
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with(FIRST))?;
    let begin = Base64::decode_vec(field.get(FIRST.len()..)?.trim()).ok()?;
    let mut begin = Reader(&begin);
    let version = begin.number(2)?;
    let one = frame(&mut begin, BEGINS)?;
    let (_, answer) = parted(&heard.bytes)?;
    let mut answer = Reader(answer);
    let two = frame(&mut answer, ANSWERS)?;
    let mut all = sealed(true, Reader(rest));
    all.extend(sealed(false, answer));
    Some(Session {
        protocol: Protocol::Coordinator,
        from: said.from,
        to: said.to,
        dialect: &DIALECT,
        prologue: format!("Tailscale Control Protocol v{version}").into_bytes(),
        one: one.to_vec(),
        two: two.to_vec(),
        said: all,
    })
}

/// A head of HTTP, and what stands behind it.
fn parted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.windows(END.len()).position(|window| window == END)?;
    Some((bytes.get(..at)?, bytes.get(at + END.len()..)?))
}

fn frame<'a>(rest: &mut Reader<'a>, kind: usize) -> Option<&'a [u8]> {
    (rest.number(1)? == kind).then_some(())?;
    Some(rest.behind(2)?.0)
}

/// All that one end says, in frames that are numbered by their order.
fn sealed(begun: bool, mut rest: Reader<'_>) -> Vec<Sealed> {
    let frames = std::iter::from_fn(|| frame(&mut rest, CARRIES));
    let numbered = (0..).zip(frames);
    numbered
        .map(|(number, content)| Sealed {
            begun,
            number,
            header: Vec::new(),
            content: content.to_vec(),
        })
        .collect()
}
