//! The table of pairs.

use e3_holder::wire::LinkRecord;

use super::{
    table::{Align, table},
    words,
};

/// A line per pair.
pub fn lines(links: &[LinkRecord]) -> Vec<String> {
    let row = |link: &LinkRecord| {
        [
            format!("{} – {}", link.a, link.b),
            words::path(link.path, &link.via),
            words::milliseconds(link.rtt_expected_ms),
            words::milliseconds(link.rtt_ms),
        ]
    };
    let head = [
        ("link", Align::Left),
        ("path", Align::Left),
        ("RTT expected", Align::Right),
        ("measured", Align::Right),
    ];
    table(head, &links.iter().map(row).collect::<Vec<_>>())
}
