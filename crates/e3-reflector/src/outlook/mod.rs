//! What follows for a pair of hosts from what each has found out: direct or relayed, by theory alone.

mod punch;

use e3_session::types::{Dependence, NetworkReport, NetworkView};
use serde::Serialize;

pub use punch::{Nat, punches};

/// What is to be expected of the link between two hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outlook {
    /// Direct: their NATs let packets of both through once both have sent some, or there is none.
    Direct,
    /// Direct, by a connection over TCP to the one that can be reached.
    DirectOverTcp,
    /// Both seem to be behind the same outside address: direct, if their own network lets them reach one another.
    SameNetwork,
    /// It depends on what could not be told apart.
    Either,
    /// Relayed: no packet of one comes through to the other.
    Relayed,
    /// Nothing is known of one of them.
    Unknown,
}

/// What is to be expected of two hosts; the best of what their versions of IP allow.
pub fn outlook(a: &NetworkReport, b: &NetworkReport) -> Outlook {
    let pairs = a.views.iter().flat_map(|one| {
        let same = move |other: &&NetworkView| one.local.is_ipv4() == other.local.is_ipv4();
        let others = b.views.iter().filter(same);
        others.map(move |other| by_one_version(one, other))
    });
    pairs.min().unwrap_or(Outlook::Unknown)
}

fn by_one_version(a: &NetworkView, b: &NetworkView) -> Outlook {
    if !a.udp || !b.udp {
        return without_udp(a, b);
    }
    if let (Some(one), Some(other)) = (a.reflexive, b.reflexive)
        && one.ip() == other.ip()
    {
        return Outlook::SameNetwork;
    }
    let (Some(ours), Some(theirs)) = (candidates(a), candidates(b)) else {
        return Outlook::Unknown;
    };
    let mut outcomes = ours
        .iter()
        .flat_map(|one| theirs.iter().map(move |other| punches(*one, *other)));
    match outcomes.next() {
        None => Outlook::Unknown,
        Some(first) if outcomes.any(|other| other != first) => Outlook::Either,
        Some(true) => Outlook::Direct,
        Some(false) => Outlook::Relayed,
    }
}

/// Where one of them cannot use UDP: a host that anybody can reach can be reached over TCP.
fn without_udp(a: &NetworkView, b: &NetworkView) -> Outlook {
    let open = |view: &NetworkView| {
        view.udp && !view.translated && view.filtering.contains(&Dependence::EndpointIndependent)
    };
    if open(a) || open(b) {
        Outlook::DirectOverTcp
    } else {
        Outlook::Relayed
    }
}

/// All NATs that fit what was seen; none where something was not seen at all.
fn candidates(view: &NetworkView) -> Option<Vec<Nat>> {
    let each = view.mapping.iter().flat_map(|mapping| {
        let filters = view.filtering.iter();
        filters.map(|filtering| Nat {
            mapping: *mapping,
            filtering: *filtering,
        })
    });
    let each: Vec<Nat> = each.collect();
    (!each.is_empty()).then_some(each)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};

    /// Seen at this outside address, behind these NATs.
    fn seen(outside: &str, mapping: &[Dependence], filtering: &[Dependence]) -> NetworkReport {
        let view = NetworkView {
            local: "192.168.1.2".parse().unwrap(),
            udp: true,
            reflexive: Some(format!("{outside}:5000").parse().unwrap()),
            translated: true,
            mapping: mapping.to_vec(),
            filtering: filtering.to_vec(),
            reflectors: 2,
        };
        NetworkReport {
            views: vec![view],
            services: Vec::new(),
        }
    }

    fn without_udp() -> NetworkReport {
        let mut report = seen("192.0.2.1", &[], &[]);
        report.views[0].udp = false;
        report.views[0].reflexive = None;
        report
    }

    fn public() -> NetworkReport {
        let mut report = seen("192.0.2.9", &[EndpointIndependent], &[EndpointIndependent]);
        report.views[0].translated = false;
        report
    }

    #[test]
    fn what_is_left_open_matters_only_where_it_does() {
        let either = [EndpointIndependent, AddressDependent];
        let open = seen("192.0.2.1", &[EndpointIndependent], &either);
        let symmetric = [AddressAndPortDependent];
        let symmetric = seen("192.0.2.2", &symmetric, &symmetric);
        assert_eq!(outlook(&open, &symmetric), Outlook::Direct);
        let unsure = seen("192.0.2.1", &either, &[AddressAndPortDependent]);
        let home = seen(
            "192.0.2.3",
            &[EndpointIndependent],
            &[AddressAndPortDependent],
        );
        assert_eq!(outlook(&unsure, &home), Outlook::Either);
        assert_eq!(outlook(&home, &symmetric), Outlook::Relayed);
    }

    #[test]
    fn without_udp_somebody_has_to_be_reached_over_tcp() {
        let home = seen("192.0.2.3", &[EndpointIndependent], &[EndpointIndependent]);
        assert_eq!(outlook(&without_udp(), &public()), Outlook::DirectOverTcp);
        assert_eq!(outlook(&without_udp(), &home), Outlook::Relayed);
        assert_eq!(outlook(&without_udp(), &without_udp()), Outlook::Relayed);
    }

    #[test]
    fn neighbours_and_strangers_are_told_apart() {
        let home = seen("192.0.2.3", &[EndpointIndependent], &[EndpointIndependent]);
        assert_eq!(outlook(&home, &home), Outlook::SameNetwork);
        assert_eq!(outlook(&home, &NetworkReport::default()), Outlook::Unknown);
    }
}
