//! Figures for people.

use e3_holder::wire::{CheckRecord, LinkRecord, PathKind, PlayedRecord, Step};
use e3_session::types::LinkReport;

/// Seconds with as many digits as tell something.
pub fn seconds(value: f64) -> String {
    if value < 0.1 {
        format!("{:.0} ms", value * 1e3)
    } else {
        format!("{value:.2} s")
    }
}

/// Milliseconds of a round trip.
pub fn milliseconds(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2} ms"))
}

/// Bytes, in powers of 1000.
pub fn bytes(value: u64) -> String {
    let steps = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")];
    match steps.into_iter().find(|(unit, _)| value >= *unit) {
        // Tenths, rounded down.
        Some((unit, name)) => format!("{}.{} {name}", value / unit, value % unit * 10 / unit),
        None => format!("{value} B"),
    }
}

/// A line that a program printed, without what could steer a terminal. Records and files have it as it came.
pub fn printable(line: &str) -> String {
    let shown = |character: char| match character {
        '\t' => '\t',
        other if other.is_control() || turns(other) => '\u{fffd}',
        other => other,
    };
    line.chars().map(shown).collect()
}

/// Whether a character ends a line or changes the direction in which it is read (UAX #9).
fn turns(character: char) -> bool {
    matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What goes on in a step.
pub fn step(step: Step) -> &'static str {
    match step {
        Step::Lab => "building the lab",
        Step::Agents => "starting the agents",
        Step::Services => "starting services",
        Step::Admit => "introducing the parties",
        Step::Check => "measuring the lab",
        Step::Connect => "connecting the parties",
        Step::Stage => "sending the program",
        Step::Agree => "agreeing on what runs",
        Step::Run => "running",
        Step::Leave => "taking everything away",
    }
}

/// What people may compare by voice.
pub fn roster(words: &str) -> String {
    format!("words of all who hold this roster: {words}")
}

/// What the lab found when it measured itself.
pub fn check(check: &CheckRecord) -> String {
    let loudly = if check.trusted { "" } else { "warning: " };
    format!("{loudly}lab: {}", check.verdict)
}

/// What a scenario has done, and when.
pub fn played(done: &PlayedRecord) -> String {
    let at = done.at_ms / 1e3;
    match &done.failed {
        None => format!("{at:.3} s  {}", done.text),
        Some(why) => format!("{at:.3} s  {}: {why}", done.text),
    }
}

/// How a link goes, in a few words.
pub fn link(link: &LinkReport) -> String {
    let (kind, via) = PathKind::of(&link.path);
    path(kind, &via)
}

/// How a pair is connected, and what carries it.
pub fn way(link: &LinkRecord) -> String {
    let path = path(link.path, &link.via);
    match &link.transport {
        Some(transport) if link.path != PathKind::Unreachable => format!("{path} over {transport}"),
        _ => path,
    }
}

/// How a pair is connected, in a few words.
pub fn path(kind: PathKind, via: &str) -> String {
    match kind {
        PathKind::Direct => format!("direct {via}"),
        PathKind::Relayed => format!("relayed by {via}"),
        PathKind::Unreachable => format!("unreachable: {via}"),
    }
}

/// The name of a NAT, as part of a place.
pub fn nat(nat: &str) -> String {
    if nat == "none" {
        String::new()
    } else {
        format!(" behind {nat} NAT")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_that_tell_something() {
        assert_eq!(seconds(0.0123), "12 ms");
        assert_eq!(seconds(1.234), "1.23 s");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(12_345), "12.3 kB");
        assert_eq!(bytes(1_999_999), "1.9 MB");
        assert_eq!(milliseconds(None), "–");
    }
}
