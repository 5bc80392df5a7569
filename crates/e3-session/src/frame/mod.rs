//! Messages as bytes in a stream: four bytes of length, most significant first, then one CBOR item (RFC 8949).

mod decoder;

pub use decoder::Decoder;

use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

use crate::message::{ToAgent, ToController};

/// Greatest length of a frame's content, in bytes.
pub const MAX_FRAME: usize = 4 * 1024 * 1024;

/// Greatest length of a piece of a file ([`SendBlob`](crate::message::SendBlob)), in bytes.
pub const MAX_BLOB: usize = 256 * 1024;

/// Bytes of length before a frame's content.
const HEADER: usize = 4;

/// What went wrong with a frame.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameError {
    /// A message to be sent does not fit.
    #[error(
        "a message of {length} bytes does not fit into a frame of {MAX_FRAME}: send less at once"
    )]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// A message to be sent has no encoding.
    #[error("a message could not be encoded: {reason}")]
    Unwritable {
        /// What the encoder said.
        reason: String,
    },
    /// A frame claims to be longer than any. The stream cannot go on.
    #[error(
        "expected a frame of at most {MAX_FRAME} bytes, found the length {length} (its bytes as text: \"{}\"): \
         the other end does not speak this protocol, or something else writes to the stream",
        length.to_be_bytes().escape_ascii()
    )]
    Claimed {
        /// The length that it claims.
        length: u32,
    },
    /// A frame's content is no message. The stream goes on behind it.
    #[error("a message could not be read: {reason}")]
    Unreadable {
        /// The message's number, where that much could be read.
        id: Option<u32>,
        /// What the decoder said.
        reason: String,
    },
    /// The stream ended within a frame.
    #[error("the stream ended {missing} bytes before the end of a message")]
    Truncated {
        /// At least so many bytes are missing.
        missing: usize,
    },
}

impl FrameError {
    /// Whether what follows in the stream can still be read.
    pub fn is_recoverable(&self) -> bool {
        match self {
            Self::TooLong { .. } | Self::Unwritable { .. } | Self::Unreadable { .. } => true,
            Self::Claimed { .. } | Self::Truncated { .. } => false,
        }
    }
}

/// What travels in frames.
pub trait Message: Serialize + DeserializeOwned {
    /// The field that holds the message's number.
    const NUMBER: &'static str;
}

impl Message for ToAgent {
    const NUMBER: &'static str = "id";
}

impl Message for ToController {
    const NUMBER: &'static str = "re";
}

/// A message as a frame.
pub fn encode<T: Message>(message: &T) -> Result<Vec<u8>, FrameError> {
    let mut frame = vec![0; HEADER];
    ciborium::into_writer(message, &mut frame).map_err(|error| FrameError::Unwritable {
        reason: error.to_string(),
    })?;
    let length = frame.len() - HEADER;
    let header = u32::try_from(length)
        .ok()
        .filter(|_| length <= MAX_FRAME)
        .ok_or(FrameError::TooLong { length })?
        .to_be_bytes();
    for (place, byte) in frame.iter_mut().zip(header) {
        *place = byte;
    }
    Ok(frame)
}
