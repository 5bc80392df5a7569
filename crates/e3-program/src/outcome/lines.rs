//! Cutting what comes into lines, however it comes.

use std::io::BufRead;

/// Bytes of one line that are held back until its end is known; a longer one is passed on in pieces.
const HELD: usize = 64 * 1024;

/// Bytes that came and whose line has not ended yet.
#[derive(Debug, Default)]
pub struct Lines {
    held: Vec<u8>,
    /// The line is so long that a part of it was passed on already.
    long: bool,
}

/// A line with its end, or a part of a long one.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    /// The bytes, with the line's end where there is one.
    pub bytes: Vec<u8>,
    /// Whether it is a whole line.
    pub is_line: bool,
}

impl Lines {
    /// Takes what came; gives what is complete or too long to wait for.
    pub fn push(&mut self, mut data: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while !data.is_empty() {
            // Reading from memory cannot fail; it looks at many bytes at once.
            let _ = data.read_until(b'\n', &mut self.held);
            let ends = self.held.ends_with(b"\n");
            if ends || self.held.len() > HELD {
                pieces.push(self.cut(ends));
            }
        }
        pieces
    }

    /// What is left when nothing more comes.
    pub fn finish(&mut self) -> Option<Piece> {
        (!self.held.is_empty()).then(|| self.cut(true))
    }

    fn cut(&mut self, ends: bool) -> Piece {
        let is_line = ends && !self.long;
        self.long = !ends;
        Piece {
            bytes: std::mem::take(&mut self.held),
            is_line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_they_are_cut() {
        let text = b"one\ntwo\n\nthree";
        for at in 0..text.len() {
            let mut lines = Lines::default();
            let (first, second) = text.split_at(at);
            let mut pieces = lines.push(first);
            pieces.extend(lines.push(second));
            pieces.extend(lines.finish());
            let bytes: Vec<_> = pieces.iter().map(|piece| piece.bytes.as_slice()).collect();
            assert_eq!(
                bytes,
                [&b"one\n"[..], b"two\n", b"\n", b"three"],
                "cut at {at}"
            );
            assert!(pieces.iter().all(|piece| piece.is_line));
        }
    }

    #[test]
    fn a_line_without_end_is_passed_on() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(&vec![b'x'; HELD]).len(), 0);
        assert!(lines.push(b"y").iter().all(|piece| !piece.is_line));
        assert_eq!(
            lines.push(b"z\n"),
            [Piece {
                bytes: b"z\n".to_vec(),
                is_line: false
            }]
        );
        assert!(lines.push(b"next\n").iter().all(|piece| piece.is_line));
    }
}
