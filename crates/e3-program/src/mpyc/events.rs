//! Finds a program's events in the bytes that it prints, as they come.

use e3_session::types::ProgramEvent;

use super::Line;

/// Lines of the runtime are much shorter; of a longer line, what is beyond is of no interest.
const LONGEST: usize = 1024;

/// Reads what a program prints piece by piece, wherever the pieces are cut.
///
/// A program may start and stop the runtime more than once, and all of them are told.
#[derive(Debug, Default)]
pub struct Events {
    line: Vec<u8>,
    totals: Option<Totals>,
}

/// What the runtime reported so far, over all its starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Totals {
    /// Seconds from being connected to being stopped.
    pub elapsed_s: f64,
    /// Bytes that this party sent.
    pub bytes_sent: u64,
}

impl Events {
    /// The events that end in this piece.
    pub fn push(&mut self, piece: &[u8]) -> Vec<ProgramEvent> {
        let mut events = Vec::new();
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST.saturating_sub(self.line.len());
            self.line.extend(part.iter().take(room));
            if part.ends_with(b"\n") {
                events.extend(self.end_of_line());
            }
        }
        events
    }

    fn end_of_line(&mut self) -> Option<ProgramEvent> {
        let line = std::mem::take(&mut self.line);
        let Line::Event(event) = Line::read(str::from_utf8(&line).ok()?) else {
            return None;
        };
        if let ProgramEvent::Stopped {
            elapsed_s,
            bytes_sent,
        } = event
        {
            let before = self.totals.unwrap_or(Totals {
                elapsed_s: 0.0,
                bytes_sent: 0,
            });
            self.totals = Some(Totals {
                elapsed_s: before.elapsed_s + elapsed_s,
                bytes_sent: before.bytes_sent.saturating_add(bytes_sent),
            });
        }
        Some(event)
    }

    /// What was reported so far; `None` if the runtime has not stopped yet.
    pub fn totals(&self) -> Option<Totals> {
        self.totals
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PRINTED: &[u8] = b"2026-11-22 09:26:06,043 Start MPyC runtime v0.11\n\xff\xfe\nhello\n\
        2026-11-22 09:26:06,149 Stop MPyC -- elapsed time: 0:00:00.003|bytes sent: 76\n";

    #[test]
    fn a_line_without_end_is_not_read_yet() {
        let mut events = Events::default();
        assert_eq!(
            events.push(b"2026-11-22 09:26:06,145 All 3 parties connected."),
            []
        );
        assert_eq!(events.push(b"\n"), [ProgramEvent::Connected]);
    }

    #[test]
    fn keeps_little_of_a_line_that_never_ends() {
        let mut events = Events::default();
        for _ in 0..100 {
            events.push(&[b'x'; 10_000]);
        }
        assert!(events.line.len() <= LONGEST);
        assert_eq!(
            events.push(b"\n2026-11-22 09:26:06,145 All 3 parties connected.\n"),
            [ProgramEvent::Connected]
        );
    }

    #[test]
    fn adds_up_what_a_program_that_starts_twice_reports() {
        let mut events = Events::default();
        assert_eq!(events.totals(), None);
        for end in [
            "elapsed time: 0:00:00.250|bytes sent: 40",
            "elapsed time: 0:00:01.500|bytes sent: 2",
        ] {
            events.push(format!("2026-11-22 09:26:06,149 Stop MPyC -- {end}\n").as_bytes());
        }
        assert_eq!(
            events.totals(),
            Some(Totals {
                elapsed_s: 1.75,
                bytes_sent: 42
            })
        );
    }

    proptest! {
        #[test]
        fn does_not_depend_on_where_pieces_are_cut(cuts in prop::collection::vec(0..PRINTED.len(), 0..8)) {
            let mut cuts = cuts;
            cuts.extend([0, PRINTED.len()]);
            cuts.sort_unstable();
            let mut events = Events::default();
            let found: Vec<_> = cuts.windows(2).flat_map(|cut| events.push(&PRINTED[cut[0]..cut[1]])).collect();
            let stopped = ProgramEvent::Stopped { elapsed_s: 0.003, bytes_sent: 76 };
            prop_assert_eq!(found, vec![ProgramEvent::Started, stopped]);
        }
    }
}
