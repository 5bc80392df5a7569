//! What of a program's standard output is its outcome: all but the lines that a runtime such as `MPyC` logs there.
//!
//! Parties that computed the same have the same outcome, though their time stamps differ.

mod lines;

use e3_session::types::Digest;
use sha2::{Digest as _, Sha256};

pub use lines::{Lines, Piece};

use crate::mpyc::Line;

impl Piece {
    /// What the piece is, whose bytes are this text: `logs` tells whether the program's runtime logs among what it
    /// prints.
    pub fn read<'a>(&self, text: &'a str, logs: bool) -> Line<'a> {
        if self.is_line && logs {
            Line::read(text)
        } else {
            Line::Output(text)
        }
    }
}

/// An outcome as it comes: hashed, and not kept.
#[derive(Debug)]
pub struct Outcome {
    logs: bool,
    lines: Lines,
    hash: Sha256,
    length: u64,
}

impl Outcome {
    /// Of a program whose runtime logs among what it prints, or does not.
    pub fn new(logs: bool) -> Self {
        Self {
            logs,
            lines: Lines::default(),
            hash: Sha256::new(),
            length: 0,
        }
    }

    /// Takes what came on standard output.
    pub fn take(&mut self, data: &[u8]) {
        if self.logs {
            for piece in self.lines.push(data) {
                self.piece(&piece);
            }
        } else {
            self.add(data);
        }
    }

    /// SHA-256 and length of all of it, once the program has ended.
    pub fn finish(mut self) -> (Digest, u64) {
        if let Some(piece) = self.lines.finish() {
            self.piece(&piece);
        }
        (Digest(self.hash.finalize().into()), self.length)
    }

    fn piece(&mut self, piece: &Piece) {
        let text = String::from_utf8_lossy(&piece.bytes);
        if matches!(piece.read(&text, self.logs), Line::Output(_)) {
            self.add(&piece.bytes);
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> (Digest, u64) {
        (Digest(Sha256::digest(text).into()), text.len() as u64)
    }

    #[test]
    fn what_the_runtime_logs_is_no_outcome() {
        let printed = "2026-11-22 09:26:06,043 Start MPyC runtime v0.11\nsum: 3\npart";
        for at in 0..printed.len() {
            let (first, second) = printed.split_at(at);
            let mut outcome = Outcome::new(true);
            outcome.take(first.as_bytes());
            outcome.take(second.as_bytes());
            assert_eq!(outcome.finish(), digest("sum: 3\npart"), "cut at {at}");
        }
    }

    #[test]
    fn without_a_runtime_everything_is() {
        let printed = "2026-11-22 09:26:06,043 Start MPyC runtime v0.11\nsum: 3";
        let mut outcome = Outcome::new(false);
        outcome.take(printed.as_bytes());
        assert_eq!(outcome.finish(), digest(printed));
    }
}
