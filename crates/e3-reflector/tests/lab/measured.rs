//! Latency, clocks, IPv6, and what does not answer.

use std::time::Duration;

use e3_lab::Nat;
use e3_reflector::clock::Timestamp;
use e3_reflector::{Known, connect_time};
use e3_session::types::{Dependence, Transport};

use crate::scene::{DELAY, behind, host, on, only, reflector, reflector_with, seen_from_home, v4};

/// How much longer than the path an exchange may take on a busy machine.
const SLACK_MS: f64 = 15.0;

fn rtt_ms() -> f64 {
    DELAY.as_secs_f64() * 2e3
}

pub(crate) fn where_udp_is_blocked_all_else_is_measured() {
    let lab = behind(Nat::udp_blocked());
    let known = reflector(host(&lab, "x"), &[v4(&lab, "x")]);
    let report = seen_from_home(&lab, std::slice::from_ref(&known));
    let view = only(&report);
    assert!(!view.udp && view.reflexive.is_none(), "{view:?}");
    assert!(
        view.mapping.is_empty() && view.filtering.is_empty(),
        "{view:?}"
    );
    let over = |transport| {
        let mut services = report.services.iter();
        services.find(|reach| reach.transport == transport).unwrap()
    };
    assert_eq!(over(Transport::Udp).answered, 0);
    let tcp = over(Transport::Tcp);
    assert_eq!(tcp.answered, tcp.sent);
    assert!(tcp.rtt_ms.unwrap() >= rtt_ms());
    let clock = tcp.clock.unwrap();
    assert!(clock.offset_ms.abs() <= clock.uncertainty_ms, "{clock:?}");
    let first = known.stations.0[0].first();
    let reach = on(host(&lab, "a"), connect_time("relay", first));
    assert_eq!((reach.sent, reach.answered), (3, 3));
    assert!(reach.rtt_ms.unwrap() >= rtt_ms());
}

pub(crate) fn latency_is_that_of_the_path() {
    let lab = behind(Nat::port_restricted());
    let known = reflector(host(&lab, "x"), &[v4(&lab, "x")]);
    let report = seen_from_home(&lab, &[known]);
    let [reach] = &report.services[..] else {
        panic!("{report:?}")
    };
    println!("{reach:?}");
    assert_eq!((reach.sent, reach.answered), (10, 10));
    let rtt = reach.rtt_ms.unwrap();
    assert!((rtt_ms()..rtt_ms() + SLACK_MS).contains(&rtt), "{rtt}");
    // One machine has one clock.
    let clock = reach.clock.unwrap();
    assert!(clock.offset_ms.abs() <= clock.uncertainty_ms, "{clock:?}");
    assert!((clock.uncertainty_ms * 2.0 - rtt).abs() < 1.0, "{clock:?}");
}

pub(crate) fn a_wrong_clock_is_seen() {
    let lab = behind(Nat::port_restricted());
    let ahead = || Timestamp::here().after(Duration::from_millis(2_500));
    let known = reflector_with(host(&lab, "x"), &[v4(&lab, "x")], ahead);
    let report = seen_from_home(&lab, &[known]);
    let clock = report.services[0].clock.unwrap();
    println!("{clock:?}");
    assert!(
        (clock.offset_ms - 2_500.0).abs() <= clock.uncertainty_ms,
        "{clock:?}"
    );
}

pub(crate) fn ipv6_is_filtered_and_not_translated() {
    let lab = behind(Nat::address_restricted());
    let reflectors = ["x", "y"].map(|at| {
        let at = host(&lab, at);
        reflector(at, &[at.v4().unwrap().into(), at.v6().unwrap().into()])
    });
    let report = seen_from_home(&lab, &reflectors);
    let [v4, v6] = &report.views[..] else {
        panic!("{report:?}")
    };
    assert!(v4.translated && !v6.translated, "{report:?}");
    assert_eq!(v6.reflexive.unwrap().ip(), v6.local);
    assert_eq!(v6.mapping, [Dependence::EndpointIndependent]);
    assert_eq!(v6.filtering, [Dependence::AddressDependent]);
}

pub(crate) fn a_reflector_that_is_gone_is_told_from_blocked_udp() {
    let lab = behind(Nat::port_restricted());
    let gone = Known {
        service: "gone".to_owned(),
        stations: format!("{}:3478,3479", v4(&lab, "y")).parse().unwrap(),
    };
    let there = reflector(host(&lab, "x"), &[v4(&lab, "x")]);
    let report = seen_from_home(&lab, &[gone.clone(), there]);
    let view = only(&report);
    assert!(view.udp && view.reflectors == 1, "{report:?}");
    let mut of_gone = report
        .services
        .iter()
        .filter(|reach| reach.service == "gone");
    assert!(of_gone.all(|reach| reach.answered == 0), "{report:?}");
    let report = seen_from_home(&lab, &[gone]);
    assert!(!only(&report).udp);
}
