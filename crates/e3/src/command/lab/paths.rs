//! The table of paths.

use e3_holder::wire::{ConditionsRecord, PathStatus};

use crate::view::table::{Align, table};
use crate::view::words;

/// A line per direction.
pub(super) fn lines(paths: &[PathStatus]) -> Vec<String> {
    let row = |path: &PathStatus| {
        [
            format!("{} → {}", path.from, path.to),
            words::milliseconds(Some(path.conditions.delay_ms)),
            conditions(&path.conditions),
            path.delivered.packets.to_string(),
            words::bytes(path.delivered.bytes),
            drops(path),
        ]
    };
    let head = [
        ("path", Align::Left),
        ("delay", Align::Right),
        ("besides", Align::Left),
        ("packets", Align::Right),
        ("bytes", Align::Right),
        ("dropped", Align::Left),
    ];
    table(head, &paths.iter().map(row).collect::<Vec<_>>())
}

/// What a path does beside delaying.
fn conditions(is: &ConditionsRecord) -> String {
    let chance = |chance: f64| format!("{} %", (chance * 1e6).round() / 1e4);
    let words = [
        is.down.then(|| "down".to_owned()),
        (is.jitter_ms > 0.0).then(|| format!("jitter {} ms", is.jitter_ms)),
        (is.loss > 0.0).then(|| format!("loss {}", chance(is.loss))),
        is.rate_bit_s.map(rate),
        (is.reorder > 0.0)
            .then(|| format!("reorder {} by {} ms", chance(is.reorder), is.reorder_by_ms)),
        (is.duplicate > 0.0).then(|| format!("duplicate {}", chance(is.duplicate))),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A rate in the largest unit of which it is a whole number.
fn rate(bits: u64) -> String {
    let units = [
        (1_000_000_000, "Gbit/s"),
        (1_000_000, "Mbit/s"),
        (1000, "kbit/s"),
    ];
    let whole = units.iter().find(|(unit, _)| bits.is_multiple_of(*unit));
    whole.map_or_else(
        || format!("{bits} bit/s"),
        |(unit, name)| format!("{} {name}", bits / unit),
    )
}

/// What was dropped, by reason.
fn drops(path: &PathStatus) -> String {
    let drops = path.drops;
    let reasons = [
        (drops.lost, "lost"),
        (drops.overflowed, "overflowed"),
        (drops.down, "while down"),
        (drops.filtered, "filtered"),
        (drops.refused, "refused"),
    ];
    let some = reasons.iter().filter(|(count, _)| *count > 0);
    some.map(|(count, reason)| format!("{count} {reason}"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_in_whole_units() {
        assert_eq!(rate(10_000_000), "10 Mbit/s");
        assert_eq!(rate(1_500_000), "1500 kbit/s");
        assert_eq!(rate(12), "12 bit/s");
    }
}
