//! Arbitrary links, and what hosts find out about their networks.

use std::net::{IpAddr, SocketAddr};

use e3_session::{
    message::{Reply, Request},
    types::{
        Attempt, ClockOffset, Dependence, LinkReport, NetworkReport, NetworkView, Path,
        ServiceReach, Transport, Tried,
    },
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::select,
};

use super::strategies::{number, party, text};

fn path() -> impl Strategy<Value = Path> {
    prop_oneof![
        text().prop_map(|address| Path::Direct { address }),
        text().prop_map(|by| Path::Relayed { by }),
        text().prop_map(|reason| Path::Unreachable { reason }),
    ]
}

fn tried() -> impl Strategy<Value = Tried> {
    let outcome = prop_oneof![
        Just(Attempt::Answered),
        text().prop_map(|reason| Attempt::Failed { reason }),
    ];
    (path(), text(), outcome, option::of(number())).prop_map(
        |(path, transport, outcome, rtt_ms)| Tried {
            path,
            transport,
            outcome,
            rtt_ms,
        },
    )
}

pub fn link() -> impl Strategy<Value = LinkReport> {
    let bytes = || option::of(any::<u64>());
    (
        (party(), party(), path(), option::of(number())),
        (option::of(text()), bytes(), bytes(), any::<u32>()),
        vec(tried(), 0..3),
    )
        .prop_map(
            |((from, to, path, rtt_ms), (transport, sent, received, resumptions), tried)| {
                LinkReport {
                    from,
                    to,
                    path,
                    rtt_ms,
                    transport,
                    sent,
                    received,
                    resumptions,
                    tried,
                }
            },
        )
}

pub fn examine() -> impl Strategy<Value = Request> {
    (any::<u64>(), btree_map(text(), text(), 0..3))
        .prop_map(|(asked, reflectors)| Request::Examine { asked, reflectors })
}

pub fn examined() -> BoxedStrategy<Reply> {
    let report = (vec(view(), 0..3), vec(reached(), 0..3))
        .prop_map(|(views, services)| NetworkReport { views, services });
    (report, any::<[u64; 3]>())
        .prop_map(|(report, [asked, received, answered])| Reply::Examined {
            report,
            asked,
            received,
            answered,
        })
        .boxed()
}

fn view() -> impl Strategy<Value = NetworkView> {
    let dependences = || vec(select(Dependence::ALL.to_vec()), 0..4);
    (
        (any::<IpAddr>(), any::<bool>(), option::of(socket())),
        (any::<bool>(), dependences(), dependences(), any::<u16>()),
    )
        .prop_map(
            |((local, udp, reflexive), (translated, mapping, filtering, reflectors))| NetworkView {
                local,
                udp,
                reflexive,
                translated,
                mapping,
                filtering,
                reflectors,
            },
        )
}

fn socket() -> impl Strategy<Value = SocketAddr> {
    (any::<IpAddr>(), any::<u16>()).prop_map(SocketAddr::from)
}

fn reached() -> impl Strategy<Value = ServiceReach> {
    let clock = (number(), number()).prop_map(|(offset_ms, uncertainty_ms)| ClockOffset {
        offset_ms,
        uncertainty_ms,
    });
    (
        (
            text(),
            socket(),
            select(vec![Transport::Tcp, Transport::Udp]),
        ),
        (any::<u16>(), any::<u16>()),
        (option::of(number()), option::of(clock)),
    )
        .prop_map(
            |((service, address, transport), (sent, answered), (rtt_ms, clock))| ServiceReach {
                service,
                address,
                transport,
                sent,
                answered,
                rtt_ms,
                clock,
            },
        )
}
