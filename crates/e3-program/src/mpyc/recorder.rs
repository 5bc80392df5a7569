//! Records what a program that uses `MPyC` does on the network.
//!
//! The program itself is not changed: a few lines of Python, given by `-c`, take note of what it sends and receives
//! and run it. They stand in the command line, and so in what the parties agree on.

use super::Events;
use crate::probe::{Profile, Round};

/// The Python that runs a program and takes notes.
const RECORDER: &str = include_str!("recorder.py");

/// What begins the line in which a party tells its rounds.
pub const NOTES: &str = "e3-profile ";

/// The command line that runs a program with the recorder, as templates, program first.
///
/// `gap_s` is how long a party must have been idle for what comes next to be a new round: far less than a message
/// takes in the network where it is recorded.
pub fn recorded(entry: &str, arguments: &[String], threshold: u16, gap_s: f64) -> Vec<String> {
    let plain = |text: &str| text.replace('{', "{{").replace('}', "}}");
    let mut line: Vec<String> = ["{python}", "-c"].map(str::to_owned).into();
    line.push(plain(RECORDER));
    line.push(gap_s.to_string());
    line.push(plain(entry));
    line.extend(["-P{address:*}:{port:*}", "-I{index}"].map(str::to_owned));
    line.push(format!("-T{threshold}"));
    line.extend(arguments.iter().map(|argument| plain(argument)));
    line
}

/// What one party printed while it was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Notes {
    /// Each round's processor time in milliseconds, and the bytes that it sent to all others together.
    rounds: Vec<(f64, u64)>,
    /// Seconds from being connected to the end, as `MPyC` tells.
    elapsed_s: f64,
}

impl Notes {
    /// From everything that the party printed; `None` if it does not tell.
    pub fn read(printed: &str) -> Option<Self> {
        let line = printed
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(NOTES))?;
        let rounds = serde_json::from_str(line).ok()?;
        let mut events = Events::default();
        events.push(printed.as_bytes());
        let elapsed_s = events.totals()?.elapsed_s;
        Some(Self { rounds, elapsed_s })
    }
}

/// The rounds of all parties together: the mean of what each did in it. A party with fewer rounds than another did
/// nothing in the last ones.
pub fn profile(program: &str, arguments: &[String], parties: &[Notes], rtt_ms: f64) -> Profile {
    let count = parties.len();
    let mean = |sum: f64, of: usize| sum / f64::from(u32::try_from(of.max(1)).unwrap_or(u32::MAX));
    let most = parties
        .iter()
        .map(|notes| notes.rounds.len())
        .max()
        .unwrap_or(0);
    let round = |number: usize| {
        let all = parties.iter().filter_map(|notes| notes.rounds.get(number));
        let (compute, bytes) = all.fold((0.0, 0), |(compute, bytes), (more, sent)| {
            (compute + more, bytes + sent)
        });
        let pairs = u64::try_from(count * count.saturating_sub(1)).unwrap_or(u64::MAX);
        Round {
            compute_ms: (mean(compute, count) * 1e3).round() / 1e3,
            bytes: u32::try_from(bytes.div_ceil(pairs.max(1))).unwrap_or(u32::MAX),
        }
    };
    let elapsed_s = parties
        .iter()
        .map(|notes| notes.elapsed_s)
        .fold(0.0, f64::max);
    Profile {
        elapsed_s,
        rtt_ms,
        rounds: (0..most).map(round).collect(),
        ..Profile::of(program, arguments, u16::try_from(count).unwrap_or(u16::MAX))
    }
}

#[cfg(test)]
mod tests {
    use e3_template::Template;

    use super::*;

    #[test]
    fn the_line_is_one_of_templates() {
        let line = recorded("{a}.py", &["{x}".to_owned()], 1, 0.005);
        assert!(line.iter().all(|word| word.parse::<Template>().is_ok()));
        assert_eq!(
            line.iter()
                .filter(|word| word.contains("{address:*}"))
                .count(),
            1
        );
        assert_eq!(line.last().unwrap(), "{{x}}");
    }

    #[test]
    fn a_round_is_the_mean_of_what_the_parties_did() {
        let stop = "2026-01-01 00:00:00,000 Stop MPyC -- elapsed time: 0:00:02.500|bytes sent: 9\n";
        let notes = |rounds: &str| Notes::read(&format!("{stop}{NOTES}{rounds}\n")).unwrap();
        let parties = [
            notes("[[1.0, 60], [2.0, 6]]"),
            notes("[[3.0, 0]]"),
            notes("[[2.0, 0]]"),
        ];
        let found = profile("p.py", &[], &parties, 40.0);
        assert_eq!(
            found.rounds,
            [
                Round {
                    compute_ms: 2.0,
                    bytes: 10
                },
                Round {
                    compute_ms: 0.667,
                    bytes: 1
                }
            ]
        );
        assert_eq!((found.parties, found.elapsed_s), (3, 2.5));
        assert_eq!(Notes::read("nothing"), None);
    }
}
