//! What parties say on a connection: a kind, a length, and so many bytes.
//!
//! ```text
//! kind 1 byte | length 4 bytes, little-endian | content
//! ```

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Bytes of a frame before its content.
pub(super) const HEAD: usize = 5;

/// Bytes of a question that is as long as the messages by which networks are usually compared.
const BALL: usize = 64;

/// The longest content.
pub(super) const LONGEST: u32 = 64 * 1024 * 1024;

/// Kinds of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// To party 0: this party is connected to all.
    Ready,
    /// From party 0: all are.
    Go,
    /// A question that is answered at once; the content is its number.
    Ping,
    /// The answer, with the same content.
    Pong,
    /// Bytes that are counted.
    Data,
    /// The last of them was sent.
    End,
    /// The next pair may begin; the content is its number.
    Token,
    /// A message of a replayed round.
    Round,
}

const KINDS: [Kind; 8] = [
    Kind::Ready,
    Kind::Go,
    Kind::Ping,
    Kind::Pong,
    Kind::Data,
    Kind::End,
    Kind::Token,
    Kind::Round,
];

/// The beginning of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: Kind,
    pub(super) length: u32,
}

impl Head {
    fn parse([kind, length @ ..]: [u8; HEAD]) -> io::Result<Self> {
        let found = KINDS.iter().find(|known| **known as u8 == kind);
        let length = u32::from_le_bytes(length);
        match found {
            Some(kind) if length <= LONGEST => Ok(Self {
                kind: *kind,
                length,
            }),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("a frame of kind {kind} with {length} bytes is none of a probe's"),
            )),
        }
    }
}

/// Reads the next frame's beginning; `None` at the connection's end.
pub(super) async fn read_head(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Head>> {
    let mut head = [0; HEAD];
    let [first, rest @ ..] = &mut head;
    if from.read(std::slice::from_mut(first)).await? == 0 {
        return Ok(None);
    }
    from.read_exact(rest).await?;
    Head::parse(head).map(Some)
}

/// Reads a short content: a number, and what fills it up.
pub(super) async fn read_number(
    from: &mut (impl AsyncRead + Unpin),
    head: Head,
) -> io::Result<u32> {
    let mut content = [0; BALL - HEAD];
    let content = usize::try_from(head.length)
        .ok()
        .and_then(|length| content.get_mut(..length));
    let Some(content) = content.filter(|content| content.len() >= 4) else {
        let text = format!("a number of {} bytes", head.length);
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    };
    from.read_exact(content).await?;
    Ok(content.first_chunk().copied().map_or(0, u32::from_le_bytes))
}

/// A whole frame.
pub(super) fn frame(kind: Kind, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(HEAD + content.len());
    bytes.push(kind as u8);
    bytes.extend(length.to_le_bytes());
    bytes.extend(content);
    bytes
}

/// Sends a frame whose content is a number.
pub(super) async fn send_number(
    to: &mut (impl AsyncWrite + Unpin),
    kind: Kind,
    number: u32,
) -> io::Result<()> {
    to.write_all(&frame(kind, &number.to_le_bytes())).await
}

/// A frame of 64 bytes with a number.
pub(super) fn ball(kind: Kind, number: u32) -> [u8; BALL] {
    let content = u32::try_from(BALL - HEAD).unwrap_or_default();
    let mut bytes = [0; BALL];
    let parts = [
        &[kind as u8][..],
        &content.to_le_bytes(),
        &number.to_le_bytes(),
    ];
    for (place, byte) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
        *place = *byte;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_frame_is_read_as_it_was_written(kind in 0usize..KINDS.len(), content in prop::collection::vec(any::<u8>(), 0..100)) {
            let kind = KINDS[kind];
            let bytes = frame(kind, &content);
            let head = Head::parse(*bytes.first_chunk().unwrap()).unwrap();
            prop_assert_eq!(head.kind, kind);
            prop_assert_eq!(&bytes[HEAD..], content.as_slice());
            prop_assert_eq!(head.length as usize, content.len());
        }

        #[test]
        fn no_bytes_panic(bytes in any::<[u8; HEAD]>()) {
            let _ = Head::parse(bytes);
        }
    }
}
