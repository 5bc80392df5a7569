//! What a party's program prints, as it is kept.

mod capped;

use std::{collections::VecDeque, fs::File, io, path::Path};

use e3_program::{
    mpyc::Line,
    outcome::{Lines, Piece},
};
use sha2::{Digest, Sha256};

use crate::wire::OutcomeRecord;

use capped::Capped;

/// Lines that are shown of a party that failed.
const LAST_LINES: usize = 20;
/// Characters of a line that are shown; longer ones are cut there.
const SHOWN: usize = 400;

/// Keeps what one party prints: its log, its outcome (standard output without what is logged there), its last lines.
pub(crate) struct Capture {
    /// Whether the program's runtime logs among what it prints, as MPyC does.
    logs: bool,
    log: Capped,
    out: Lines,
    err: Lines,
    outcome: Outcome,
    last: VecDeque<String>,
}

/// What a party's program computed, as it printed it.
struct Outcome {
    file: Capped,
    text: Vec<u8>,
    hash: Sha256,
}

/// What a party printed, whole.
pub(crate) struct Captured {
    /// Its outcome, up to a limit.
    pub(crate) text: String,
    /// SHA-256 of all of its outcome.
    pub(crate) hash: [u8; 32],
    /// Its last lines, of both streams.
    pub(crate) last: Vec<String>,
    /// Bytes that were not kept on disk.
    pub(crate) dropped: u64,
}

impl Capture {
    /// Creates `party-<index>.log` (everything, as it came) and `party-<index>.out` (the outcome): all of standard
    /// output, but for the lines of a runtime that `logs` there.
    pub(crate) fn create(record: &Path, index: usize, logs: bool) -> io::Result<Self> {
        let file = |ending: &str| {
            File::create(record.join(format!("party-{index}.{ending}"))).map(Capped::new)
        };
        Ok(Self {
            logs,
            log: file("log")?,
            out: Lines::default(),
            err: Lines::default(),
            outcome: Outcome {
                file: file("out")?,
                text: Vec::new(),
                hash: Sha256::new(),
            },
            last: VecDeque::new(),
        })
    }

    /// Takes what came; gives the lines that it completes and that say something new.
    pub(crate) fn take(&mut self, stderr: bool, data: &[u8]) -> Vec<String> {
        self.log.write(data);
        let pieces = if stderr {
            self.err.push(data)
        } else {
            self.out.push(data)
        };
        pieces
            .into_iter()
            .filter_map(|piece| self.piece(stderr, &piece))
            .collect()
    }

    /// Everything, once the program has ended.
    pub(crate) fn finish(mut self) -> Captured {
        for stderr in [false, true] {
            let rest = if stderr {
                self.err.finish()
            } else {
                self.out.finish()
            };
            if let Some(piece) = rest {
                self.piece(stderr, &piece);
            }
        }
        Captured {
            text: String::from_utf8_lossy(&self.outcome.text).into_owned(),
            hash: self.outcome.hash.finalize().into(),
            last: self.last.into(),
            dropped: self.log.dropped(),
        }
    }

    fn piece(&mut self, stderr: bool, piece: &Piece) -> Option<String> {
        let text = String::from_utf8_lossy(&piece.bytes);
        let shown = match piece.read(&text, self.logs) {
            // What it means is told as progress.
            Line::Event(_) => return None,
            Line::Log(message) => message,
            Line::Output(message) => {
                if !stderr {
                    self.outcome.write(&piece.bytes);
                }
                message
            }
        };
        let shown: String = shown
            .trim_end()
            .chars()
            .take(SHOWN)
            .map(printable)
            .collect();
        if shown.is_empty() {
            return None;
        }
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(shown.clone());
        Some(shown)
    }
}

/// A program must not steer the terminal that its lines are shown on.
fn printable(character: char) -> char {
    match character {
        '\t' => ' ',
        other if other.is_control() => '\u{fffd}',
        other => other,
    }
}

impl Outcome {
    fn write(&mut self, bytes: &[u8]) {
        self.file.write(bytes);
        self.hash.update(bytes);
        let room = OutcomeRecord::MOST
            .saturating_sub(self.text.len())
            .min(bytes.len());
        self.text
            .extend_from_slice(bytes.get(..room).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capture() -> (tempfile::TempDir, Capture) {
        let scratch = tempfile::tempdir().unwrap();
        let capture = Capture::create(scratch.path(), 0, true).unwrap();
        (scratch, capture)
    }

    #[test]
    fn the_outcome_is_what_the_program_itself_printed() {
        let (scratch, mut capture) = capture();
        assert!(
            capture
                .take(false, b"2026-11-22 09:26:06,043 Start MPyC run")
                .is_empty()
        );
        assert_eq!(capture.take(false, b"time v0.11\nsum: 3\npart"), ["sum: 3"]);
        assert_eq!(
            capture.take(true, b"2026-11-22 09:26:06,146 a warning\n"),
            ["a warning"]
        );
        let captured = capture.finish();
        assert_eq!(captured.text, "sum: 3\npart");
        assert_eq!(captured.last, ["sum: 3", "a warning", "part"]);
        assert_eq!(captured.dropped, 0);
        let read = |name: &str| std::fs::read_to_string(scratch.path().join(name)).unwrap();
        assert_eq!(read("party-0.out"), "sum: 3\npart");
        assert!(
            read("party-0.log")
                .starts_with("2026-11-22 09:26:06,043 Start MPyC runtime v0.11\nsum: 3\npart2026")
        );
    }

    #[test]
    fn without_a_runtime_everything_printed_is_the_outcome() {
        let scratch = tempfile::tempdir().unwrap();
        let mut capture = Capture::create(scratch.path(), 0, false).unwrap();
        let line = "2026-11-22 09:26:06,043 Start MPyC runtime v0.11\n";
        assert_eq!(capture.take(false, line.as_bytes()).len(), 1);
        assert_eq!(capture.finish().text, line);
    }

    #[test]
    fn lines_cannot_steer_a_terminal() {
        let (_scratch, mut capture) = capture();
        let lines = capture.take(false, b"\x1b[2Ja\tb\n");
        assert_eq!(lines, ["\u{fffd}[2Ja b"]);
        assert_eq!(capture.finish().text, "\x1b[2Ja\tb\n");
    }

    #[test]
    fn only_the_last_lines_are_remembered_and_long_ones_are_cut() {
        let (_scratch, mut capture) = capture();
        for number in 0..100 {
            capture.take(true, format!("{number}\n").as_bytes());
        }
        capture.take(true, &vec![b'x'; 10 * SHOWN]);
        let captured = capture.finish();
        assert_eq!(captured.last.len(), LAST_LINES);
        assert_eq!(captured.last.first().map(String::as_str), Some("81"));
        assert_eq!(captured.last.last().map(String::len), Some(SHOWN));
    }
}
