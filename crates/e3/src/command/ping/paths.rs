//! The paths that an overlay has tried, each told once.

use std::collections::BTreeMap;
use std::time::Duration;

use e3_holder::wire::PathKind;
use e3_session::types::{Attempt, LinkReport, Path, Tried};

use crate::view::words;

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// Lines that were told.
    told: Vec<String>,
    /// Direct paths that have answered, by what carries them.
    direct: BTreeMap<String, usize>,
}

impl Paths {
    /// What is new in a report: each path that was tried, then the one that is used.
    pub(super) fn take(&mut self, link: &LinkReport) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for tried in &link.tried {
            let key = format!("{} {:?} {}", tried.transport, tried.path, answered(tried));
            if self.is_new(key) {
                lines.push(format!("tried {}", attempt(tried)));
                if answered(tried) && matches!(tried.path, Path::Direct { .. }) {
                    *self.direct.entry(tried.transport.clone()).or_default() += 1;
                }
            }
        }
        if self.is_new(format!("{:?} {:?}", link.path, link.transport)) {
            lines.push(in_use(link));
        }
        lines
    }

    /// What has come of it.
    pub(super) fn verdict(&self, direct: bool, after: Duration) -> String {
        let each = self.direct.iter();
        let each = each.map(|(transport, count)| format!("{count} over {transport}"));
        let each = each.collect::<Vec<_>>().join(", ");
        let answered = if each.is_empty() {
            String::new()
        } else {
            format!(" (direct paths that have answered: {each})")
        };
        if direct {
            format!("direct{answered}")
        } else {
            let after = words::seconds(after.as_secs_f64());
            format!("no direct path within {after}{answered}")
        }
    }

    fn is_new(&mut self, key: String) -> bool {
        let new = !self.told.contains(&key);
        if new {
            self.told.push(key);
        }
        new
    }
}

fn answered(tried: &Tried) -> bool {
    tried.outcome == Attempt::Answered
}

fn attempt(tried: &Tried) -> String {
    let (kind, via) = PathKind::of(&tried.path);
    let path = format!("{} over {}", words::path(kind, &via), tried.transport);
    match (&tried.outcome, tried.rtt_ms) {
        (Attempt::Answered, Some(rtt)) => format!("{path}: answered in {rtt:.2} ms"),
        (Attempt::Answered, None) => format!("{path}: answered"),
        (Attempt::Failed { reason }, _) => format!("{path}: {reason}"),
    }
}

fn in_use(link: &LinkReport) -> String {
    let over = link.transport.as_ref();
    let over = over.map_or_else(String::new, |transport| format!(" over {transport}"));
    let rtt = link
        .rtt_ms
        .map_or_else(String::new, |rtt| format!(" in {rtt:.2} ms"));
    format!("{}{over}{rtt}", words::link(link))
}

#[cfg(test)]
mod tests {
    use e3_session::types::PartyIndex;

    use super::*;

    fn direct() -> Path {
        Path::Direct {
            address: "192.0.2.1:443".to_owned(),
        }
    }

    fn relayed() -> LinkReport {
        let path = Path::Relayed {
            by: "relay".to_owned(),
        };
        let mut link = LinkReport::new(PartyIndex(0), PartyIndex(1), path, Some(31.25));
        link.transport = Some("quic".to_owned());
        link.tried.push(Tried {
            path: direct(),
            transport: "tls/tcp".to_owned(),
            outcome: Attempt::Failed {
                reason: "nobody answers".to_owned(),
            },
            rtt_ms: None,
        });
        link
    }

    #[test]
    fn every_path_is_told_once() {
        let mut paths = Paths::default();
        let mut link = relayed();
        assert_eq!(
            paths.take(&link),
            [
                "tried direct 192.0.2.1:443 over tls/tcp: nobody answers",
                "relayed by relay over quic in 31.25 ms",
            ]
        );
        link.rtt_ms = Some(30.0);
        assert_eq!(paths.take(&link), Vec::<String>::new());
        let timeout = Duration::from_secs(10);
        assert_eq!(
            paths.verdict(false, timeout),
            "no direct path within 10.00 s"
        );

        link.tried.push(Tried {
            path: direct(),
            transport: "quic".to_owned(),
            outcome: Attempt::Answered,
            rtt_ms: Some(12.0),
        });
        link.path = direct();
        assert_eq!(
            paths.take(&link),
            [
                "tried direct 192.0.2.1:443 over quic: answered in 12.00 ms",
                "direct 192.0.2.1:443 over quic in 30.00 ms",
            ]
        );
        assert_eq!(
            paths.verdict(true, timeout),
            "direct (direct paths that have answered: 1 over quic)"
        );
    }
}
