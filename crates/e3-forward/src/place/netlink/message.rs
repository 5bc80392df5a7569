//! A message as the kernel reads it (netlink(7)): a header, a fixed part, attributes within attributes.

/// Message types and flags of every family (linux/netlink.h).
pub(super) const REQUEST: u16 = 1;
pub(super) const ACKNOWLEDGE: u16 = 4;
pub(super) const DUMP: u16 = 0x300;
pub(super) const EXCLUSIVE: u16 = 0x200;
pub(super) const CREATE: u16 = 0x400;
pub(super) const APPEND: u16 = 0x800;

/// Marks an attribute that holds others.
const NESTED: u16 = 0x8000;

/// Bytes of a message's header, of which the first four are its length.
const HEADER: usize = 16;

/// A message that is being written.
#[derive(Debug)]
pub(super) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// Its sequence number is given when it is sent.
    pub(super) fn new(kind: u16, flags: u16, fixed: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend([0; 4]);
        bytes.extend(kind.to_ne_bytes());
        bytes.extend((REQUEST | flags).to_ne_bytes());
        bytes.extend([0; HEADER - 8]);
        bytes.extend(fixed);
        Self { bytes }
    }

    /// Adds an attribute.
    #[must_use]
    pub(super) fn with(mut self, kind: u16, value: &[u8]) -> Self {
        self.attribute(kind, |bytes| bytes.extend(value));
        self
    }

    /// Adds a text.
    #[must_use]
    pub(super) fn text(mut self, kind: u16, text: &str) -> Self {
        self.attribute(kind, |bytes| {
            bytes.extend(text.as_bytes());
            bytes.push(0);
        });
        self
    }

    /// Adds a number, most significant byte first as netfilter wants it.
    #[must_use]
    pub(super) fn number(self, kind: u16, number: u32) -> Self {
        self.with(kind, &number.to_be_bytes())
    }

    /// Adds an attribute that holds others.
    #[must_use]
    pub(super) fn nest(mut self, kind: u16, fill: impl FnOnce(Self) -> Self) -> Self {
        let start = self.bytes.len();
        self.bytes.extend([0; 4]);
        let mut filled = fill(self);
        let length = filled.bytes.len() - start;
        filled.head(start, length, kind | NESTED);
        filled
    }

    fn attribute(&mut self, kind: u16, fill: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        self.bytes.extend([0; 4]);
        fill(&mut self.bytes);
        let length = self.bytes.len() - start;
        self.head(start, length, kind);
        self.pad();
    }

    /// Writes an attribute's length and kind. Everything that is written here is far shorter than 64 KiB.
    fn head(&mut self, start: usize, length: usize, kind: u16) {
        let length = u16::try_from(length).unwrap_or(u16::MAX);
        let [a, b] = length.to_ne_bytes();
        let [c, d] = kind.to_ne_bytes();
        if let Some(head) = self.bytes.get_mut(start..start + 4) {
            head.copy_from_slice(&[a, b, c, d]);
        }
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    /// The bytes as they are sent, with this sequence number.
    pub(super) fn finish(mut self, sequence: u32) -> Vec<u8> {
        self.pad();
        let length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        let mut put = |at: usize, value: [u8; 4]| {
            if let Some(field) = self.bytes.get_mut(at..at + 4) {
                field.copy_from_slice(&value);
            }
        };
        put(0, length.to_ne_bytes());
        put(8, sequence.to_ne_bytes());
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_padded_and_know_their_lengths() {
        let message = Message::new(7, CREATE, &[9; 4]).nest(1, |inner| inner.text(2, "abcd"));
        let bytes = message.finish(5);
        assert_eq!(bytes.len() % 4, 0);
        assert_eq!(bytes[..4], 36_u32.to_ne_bytes());
        assert_eq!(bytes[4..6], 7_u16.to_ne_bytes());
        assert_eq!(bytes[6..8], (REQUEST | CREATE).to_ne_bytes());
        assert_eq!(bytes[8..12], 5_u32.to_ne_bytes());
        // The outer attribute holds the inner one with its padding, the inner one's length leaves that out.
        assert_eq!(bytes[20..22], 16_u16.to_ne_bytes());
        assert_eq!(bytes[22..24], (1 | NESTED).to_ne_bytes());
        assert_eq!(bytes[24..26], 9_u16.to_ne_bytes());
        assert_eq!(&bytes[28..36], b"abcd\0\0\0\0");
    }
}
