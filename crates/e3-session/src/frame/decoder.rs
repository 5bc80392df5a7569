//! From bytes, as they arrive, to messages.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};

use super::{FrameError, HEADER, MAX_FRAME, Message};

/// Nesting of CBOR items that a message may have; the deepest of ours has about ten.
const MAX_DEPTH: usize = 32;

/// Reads frames from bytes that arrive in pieces of any size.
///
/// As an iterator it yields what is complete; after `None` it goes on when more was pushed. After an error that is
/// not [recoverable](FrameError::is_recoverable) it yields nothing more.
///
/// ```
/// use e3_session::frame::{Decoder, encode};
/// use e3_session::message::{Request, ToAgent};
///
/// let message = ToAgent { id: 1, request: Request::Links };
/// let bytes = encode(&message)?;
/// let mut decoder = Decoder::<ToAgent>::new();
/// decoder.push(&bytes[..3]);
/// assert_eq!(decoder.next(), None);
/// decoder.push(&bytes[3..]);
/// assert_eq!(decoder.next(), Some(Ok(message)));
/// decoder.finish()?;
/// # Ok::<(), e3_session::frame::FrameError>(())
/// ```
pub struct Decoder<T> {
    buffer: Vec<u8>,
    /// Bytes at the front of the buffer that were used.
    used: usize,
    broken: bool,
    message: PhantomData<fn() -> T>,
}

impl<T: Message> Decoder<T> {
    /// A decoder at the beginning of a stream.
    pub fn new() -> Self {
        Self {
            buffer: Vec::new(),
            used: 0,
            broken: false,
            message: PhantomData,
        }
    }

    /// Takes bytes as they arrive.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        // Everything before `used` was yielded: moving the rest costs at most one partial frame.
        self.buffer.drain(..self.used);
        self.used = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Tells whether the stream may end here: not within a frame.
    pub fn finish(&self) -> Result<(), FrameError> {
        let rest = self.rest();
        if rest.is_empty() {
            return Ok(());
        }
        let wanted = length(rest).map_or(HEADER, |(length, _)| HEADER + length as usize);
        Err(FrameError::Truncated {
            missing: wanted.saturating_sub(rest.len()),
        })
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.used..).unwrap_or_default()
    }
}

impl<T: Message> Iterator for Decoder<T> {
    type Item = Result<T, FrameError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (length, behind) = length(self.rest())?;
        if length as usize > MAX_FRAME {
            self.broken = true;
            self.buffer = Vec::new();
            self.used = 0;
            return Some(Err(FrameError::Claimed { length }));
        }
        let content = behind.get(..length as usize)?;
        let message = read(content);
        self.used += HEADER + length as usize;
        Some(message)
    }
}

impl<T: Message> Default for Decoder<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Decoder<T> {
    /// What is buffered may be a private input, so it is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("buffered", &(self.buffer.len() - self.used))
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

/// The length that a frame claims, and what stands behind it.
fn length(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (header, behind) = bytes.split_first_chunk::<HEADER>()?;
    Some((u32::from_be_bytes(*header), behind))
}

/// The message that is a frame's whole content.
fn read<T: Message>(content: &[u8]) -> Result<T, FrameError> {
    let mut rest = content;
    let reason = match ciborium::de::from_reader_with_recursion_limit(&mut rest, MAX_DEPTH) {
        Ok(message) if rest.is_empty() => return Ok(message),
        Ok(_) => format!("{} bytes follow it in the same frame", rest.len()),
        Err(error) => error.to_string(),
    };
    Err(FrameError::Unreadable {
        id: number::<T>(content),
        reason,
    })
}

/// The number of a message whose body cannot be read.
fn number<T: Message>(content: &[u8]) -> Option<u32> {
    let read: Result<Number<T>, _> =
        ciborium::de::from_reader_with_recursion_limit(content, MAX_DEPTH);
    read.ok().map(|number| number.value)
}

/// Only a message's number. What stands behind it is not looked at, and [`encode`](super::encode) puts it first.
struct Number<T> {
    value: u32,
    message: PhantomData<T>,
}

impl<'de, T: Message> Deserialize<'de> for Number<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(NumberVisitor(T::NUMBER))
            .map(|value| Self {
                value,
                message: PhantomData,
            })
    }
}

/// Looks for the field of this name.
struct NumberVisitor(&'static str);

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a map with `{}`", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u32, A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == self.0 {
                return map.next_value();
            }
            map.next_value::<IgnoredAny>()?;
        }
        Err(A::Error::missing_field(self.0))
    }
}
