//! The table of pairs.

use e3_holder::wire::LinkRecord;
use e3_session::types::Path;

use super::{
    table::{Align, table},
    words,
};

/// A line per pair.
pub fn lines(links: &[LinkRecord]) -> Vec<String> {
    let row = |link: &LinkRecord| {
        [
            format!("{} – {}", link.a, link.b),
            path(&link.path),
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

/// How a pair is connected, in a few words.
pub fn path(path: &Path) -> String {
    match path {
        Path::Direct { address } => format!("direct {address}"),
        Path::Relayed { by } => format!("relayed by {by}"),
        Path::Unreachable { reason } => format!("unreachable: {reason}"),
    }
}
