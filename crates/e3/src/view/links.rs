//! Pairs of parties: as a table, as lines that are drawn again and again, and as what has changed.

use e3_holder::wire::{LinkRecord, PathKind};

use super::{
    table::{Align, table},
    words,
};

/// So many pairs have a line each while a run goes on; more are summed up.
const MOST: usize = 6;

/// A line per pair, after a run.
pub fn lines(links: &[LinkRecord]) -> Vec<String> {
    if !tell_more(links) {
        return plain(links);
    }
    let row = |link: &LinkRecord| {
        let [name, path, transport, there, back, resumed] = cells(link);
        [
            name,
            path,
            transport,
            words::milliseconds(link.rtt_expected_ms),
            words::milliseconds(link.rtt_ms),
            there,
            back,
            resumed,
        ]
    };
    let head = [
        ("link", Align::Left),
        ("path", Align::Left),
        ("over", Align::Left),
        ("RTT expected", Align::Right),
        ("measured", Align::Right),
        ("→", Align::Right),
        ("←", Align::Right),
        ("resumed", Align::Right),
    ];
    table(head, &links.iter().map(row).collect::<Vec<_>>())
}

/// The same where the overlay tells nothing but paths.
fn plain(links: &[LinkRecord]) -> Vec<String> {
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

/// A line per pair, as it is now.
pub fn now(links: &[LinkRecord]) -> Vec<String> {
    let row = |link: &LinkRecord| {
        let [name, path, transport, there, back, resumed] = cells(link);
        let rtt = words::milliseconds(link.rtt_ms);
        [name, path, transport, rtt, there, back, resumed]
    };
    let head = [
        ("link", Align::Left),
        ("path", Align::Left),
        ("over", Align::Left),
        ("RTT", Align::Right),
        ("→", Align::Right),
        ("←", Align::Right),
        ("resumed", Align::Right),
    ];
    table(head, &links.iter().map(row).collect::<Vec<_>>())
}

/// Whether the overlay tells what carries links and how much.
pub fn tell_more(links: &[LinkRecord]) -> bool {
    let tells = |link: &LinkRecord| link.transport.is_some() || link.bytes_there.is_some();
    links.iter().any(tells)
}

fn cells(link: &LinkRecord) -> [String; 6] {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let resumed = match link.resumptions {
        0 => "–".to_owned(),
        times => format!("{times}×"),
    };
    [
        format!("{} – {}", link.a, link.b),
        words::path(link.path, &link.via),
        or_dash(link.transport.clone()),
        or_dash(link.bytes_there.map(words::bytes)),
        or_dash(link.bytes_back.map(words::bytes)),
        resumed,
    ]
}

/// Lines to be drawn while a run goes on: the table of few pairs, the sum of many.
pub fn brief(links: &[LinkRecord]) -> Vec<String> {
    if !tell_more(links) {
        return Vec::new();
    }
    if links.len() <= MOST {
        return now(links);
    }
    let count = |kind| links.iter().filter(|link| link.path == kind).count();
    let sum: u64 = links
        .iter()
        .flat_map(|link| [link.bytes_there, link.bytes_back])
        .flatten()
        .sum();
    let resumed: u64 = links.iter().map(|link| u64::from(link.resumptions)).sum();
    let (direct, relayed) = (count(PathKind::Direct), count(PathKind::Relayed));
    let none = count(PathKind::Unreachable);
    vec![format!(
        "links: {direct} direct, {relayed} relayed, {none} without a path; {}, resumed {resumed}×",
        words::bytes(sum)
    )]
}

/// What is told when pairs are connected in another way than before.
pub fn changes(before: &[LinkRecord], now: &[LinkRecord]) -> Vec<String> {
    let change = |link: &LinkRecord| {
        let mut before = before.iter();
        let earlier = before.find(|old| (&old.a, &old.b) == (&link.a, &link.b))?;
        let resumed = link.resumptions.saturating_sub(earlier.resumptions);
        let again = if resumed > 0 { ", resumed" } else { "" };
        (!link.goes_as(earlier))
            .then(|| format!("{} – {}: {}{again}", link.a, link.b, words::way(link)))
    };
    now.iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(b: &str) -> LinkRecord {
        LinkRecord {
            a: "home".to_owned(),
            b: b.to_owned(),
            path: PathKind::Direct,
            via: "192.0.2.1:443".to_owned(),
            rtt_expected_ms: Some(11.5),
            rtt_ms: Some(11.75),
            transport: Some("tls/tcp".to_owned()),
            bytes_there: Some(1_234),
            bytes_back: Some(5),
            resumptions: 0,
        }
    }

    #[test]
    fn a_table_tells_what_the_overlay_tells() {
        assert_eq!(
            now(&[link("ams")]),
            [
                "link        path                  over          RTT       →    ←  resumed",
                "home – ams  direct 192.0.2.1:443  tls/tcp  11.75 ms  1.2 kB  5 B        –",
            ]
        );
        let mut silent = link("ams");
        (silent.transport, silent.bytes_there, silent.bytes_back) = (None, None, None);
        assert_eq!(
            lines(&[silent.clone()]),
            [
                "link        path                  RTT expected  measured",
                "home – ams  direct 192.0.2.1:443      11.50 ms  11.75 ms",
            ]
        );
        assert_eq!(brief(&[silent]), Vec::<String>::new());
    }

    #[test]
    fn many_pairs_are_summed_up() {
        let links: Vec<_> = ["a", "b", "c", "d", "e", "f", "g"].map(link).into();
        assert_eq!(
            brief(&links),
            ["links: 7 direct, 0 relayed, 0 without a path; 8.6 kB, resumed 0×"]
        );
    }

    #[test]
    fn only_another_way_is_a_change() {
        let before = [link("ams"), link("nyc")];
        let mut now = before.clone();
        now[0].bytes_there = Some(99_999);
        assert_eq!(changes(&before, &now), Vec::<String>::new());
        (now[1].path, now[1].via, now[1].resumptions) = (PathKind::Relayed, "relay".to_owned(), 1);
        assert_eq!(
            changes(&before, &now),
            ["home – nyc: relayed by relay over tls/tcp, resumed"]
        );
        // What is not connected was tried in one more way.
        let before = now.map(|link| LinkRecord {
            path: PathKind::Unreachable,
            ..link
        });
        let now = before.clone().map(|link| LinkRecord {
            via: "no answer in 10 s".to_owned(),
            ..link
        });
        assert_eq!(changes(&before, &now), Vec::<String>::new());
    }
}
