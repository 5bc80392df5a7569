//! Messages of fixed lengths out of bytes that arrive in any pieces.

use crate::Violation;

/// A message whose first byte says how long it is.
pub(crate) trait Message: Sized {
    /// The longest one.
    const LONGEST: usize;

    /// How long messages are that begin with this byte.
    fn length(first: u8) -> Result<usize, Violation>;

    /// Reads a whole one.
    fn decode(bytes: &[u8]) -> Result<Self, Violation>;
}

/// The beginning of a message whose end has not arrived.
#[derive(Debug, Default)]
pub(crate) struct Assembler {
    bytes: Vec<u8>,
}

impl Assembler {
    /// The next message, if its end is there; takes what it uses of `input`.
    pub(crate) fn next<M: Message>(&mut self, input: &mut &[u8]) -> Result<Option<M>, Violation> {
        let Some(&first) = self.bytes.first().or_else(|| input.first()) else {
            return Ok(None);
        };
        let length = M::length(first)?;
        debug_assert!(length <= M::LONGEST);
        if self.bytes.is_empty()
            && let Some((message, rest)) = input.split_at_checked(length)
        {
            *input = rest;
            return M::decode(message).map(Some);
        }
        let missing = length.saturating_sub(self.bytes.len()).min(input.len());
        let (now, rest) = input.split_at(missing);
        *input = rest;
        self.bytes.extend_from_slice(now);
        if self.bytes.len() < length {
            return Ok(None);
        }
        let message = M::decode(&self.bytes);
        self.bytes.clear();
        message.map(Some)
    }
}
