//! Links as pairs: what both ends say of one link, put together.

use std::{collections::BTreeMap, time::Duration};

use e3_host::Provider;
use e3_session::types::{LinkReport, Path};
use tokio::time::sleep;

use super::{
    look::{AT_ONCE, look},
    party::Party,
    tell::Tell,
    up::Up,
};
use crate::wire::{Event, LinkRecord, PathKind, rounded};

/// Between two looks at the links while a program runs.
const PAUSE: Duration = Duration::from_secs(1);
/// And for each pair so much longer: agents of many parties have other things to do.
const PAUSE_PER_PAIR: Duration = Duration::from_millis(2);

/// One record a pair: as the party with the smaller index saw it, else as the other did.
pub(crate) fn records(
    parties: &[Party],
    provider: &dyn Provider,
    reports: &[LinkReport],
) -> Vec<LinkRecord> {
    let host = |index: u16| {
        parties
            .get(usize::from(index))
            .map(|party| party.host.name.to_string())
    };
    let record = |((a, b), link): ((u16, u16), &LinkReport)| {
        let turned = link.from.0 == b;
        let (a, b) = (host(a)?, host(b)?);
        let expected = provider.expected_rtt(&a, &b);
        let (path, via) = PathKind::of(&link.path);
        let (there, back) = if turned {
            (link.received, link.sent)
        } else {
            (link.sent, link.received)
        };
        Some(LinkRecord {
            rtt_expected_ms: expected.map(|rtt| rounded(rtt.as_secs_f64() * 1e3)),
            path,
            via,
            rtt_ms: link.rtt_ms.map(rounded),
            transport: link.transport.clone(),
            bytes_there: there,
            bytes_back: back,
            resumptions: link.resumptions,
            a,
            b,
        })
    };
    by_pair(reports).into_iter().filter_map(record).collect()
}

/// What is said of each pair: by the party with the smaller index, unless only the other knows more.
fn by_pair(reports: &[LinkReport]) -> BTreeMap<(u16, u16), &LinkReport> {
    let mut pairs: BTreeMap<(u16, u16), &LinkReport> = BTreeMap::new();
    for link in reports {
        let (a, b) = (link.from.0.min(link.to.0), link.from.0.max(link.to.0));
        let slot = pairs.entry((a, b)).or_insert(link);
        if link.rtt_ms.is_some() && (slot.rtt_ms.is_none() || link.from.0 == a) {
            *slot = link;
        }
    }
    pairs
}

/// Tells the links while a program runs. A run's record has them when one goes another way than before. Never ends by
/// itself.
pub(crate) async fn watch(up: &Up, tell: &Tell) {
    let pairs = up.parties.len() * up.parties.len().saturating_sub(1) / 2;
    let pause = PAUSE + PAUSE_PER_PAIR * u32::try_from(pairs).unwrap_or(u32::MAX);
    let mut before: Option<Vec<LinkRecord>> = None;
    loop {
        let reports: Vec<_> = look(&up.parties, AT_ONCE)
            .await
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        let links = records(&up.parties, &*up.provider, &reports);
        let same = before
            .as_ref()
            .is_some_and(|before| all_as_before(before, &links));
        let event = Event::Pairs {
            links: links.clone(),
        };
        if same {
            tell.fleeting(event);
        } else {
            tell.event(event);
        }
        before = Some(links);
        sleep(pause).await;
    }
}

/// Whether every link goes the way that it went.
fn all_as_before(before: &[LinkRecord], now: &[LinkRecord]) -> bool {
    before.len() == now.len()
        && before
            .iter()
            .zip(now)
            .all(|(one, other)| one.goes_as(other))
}

/// The links of a run: measured before it, with the way and the bytes that they had at its end.
pub(crate) fn over_a_run(
    measured: Vec<LinkReport>,
    before: &[LinkReport],
    after: &[LinkReport],
) -> Vec<LinkReport> {
    let find = |among: &[LinkReport], link: &LinkReport| {
        let mut among = among.iter();
        let found = among.find(|other| (other.from, other.to) == (link.from, link.to));
        found.cloned()
    };
    let during = |mut link: LinkReport| {
        let Some(end) = find(after, &link) else {
            return link;
        };
        let begin = find(before, &link);
        let of = |end: Option<u64>, begin: Option<u64>| {
            Some(end?.saturating_sub(begin.unwrap_or_default()))
        };
        link.sent = of(end.sent, begin.as_ref().and_then(|begin| begin.sent));
        link.received = of(
            end.received,
            begin.as_ref().and_then(|begin| begin.received),
        );
        let earlier = begin.map_or(0, |begin| begin.resumptions);
        link.resumptions = end.resumptions.saturating_sub(earlier);
        // How a link ended that was lost at last is told by what failed; here stands how it went.
        if !matches!(end.path, Path::Unreachable { .. }) {
            link.path = end.path;
            link.transport = end.transport.or(link.transport);
            // Of a relayed link there was maybe no time to measure it anew; its own end has, all the while.
            link.rtt_ms = link.rtt_ms.or(end.rtt_ms);
        }
        link
    };
    measured.into_iter().map(during).collect()
}

#[cfg(test)]
mod tests {
    use e3_session::types::PartyIndex;

    use super::*;

    fn report(from: u16, to: u16, rtt_ms: Option<f64>) -> LinkReport {
        let path = Path::Direct {
            address: "192.0.2.1:4".to_owned(),
        };
        LinkReport::new(PartyIndex(from), PartyIndex(to), path, rtt_ms)
    }

    #[test]
    fn a_pair_is_as_its_first_end_sees_it() {
        let reports = [
            report(2, 0, Some(1.0)),
            report(0, 2, Some(2.0)),
            report(1, 0, Some(3.0)),
            report(0, 1, None),
        ];
        let pairs = by_pair(&reports);
        assert_eq!(pairs[&(0, 2)].from, PartyIndex(0));
        assert_eq!(pairs[&(0, 1)].from, PartyIndex(1));
    }

    #[test]
    fn a_run_has_its_own_bytes_and_resumptions() {
        let mut before = report(0, 1, Some(5.0));
        (before.sent, before.resumptions) = (Some(100), 1);
        let mut after = before.clone();
        (after.sent, after.received, after.resumptions) = (Some(350), Some(40), 3);
        after.path = Path::Relayed {
            by: "relay".to_owned(),
        };
        let links = over_a_run(vec![before.clone()], &[before.clone()], &[after.clone()]);
        let link = &links[0];
        assert_eq!((link.sent, link.received), (Some(250), Some(40)));
        assert_eq!((link.resumptions, &link.path), (2, &after.path));
        after.path = Path::Unreachable {
            reason: "it has gone".to_owned(),
        };
        let links = over_a_run(vec![before.clone()], &[before.clone()], &[after]);
        assert_eq!(links[0].path, before.path);
    }
}
