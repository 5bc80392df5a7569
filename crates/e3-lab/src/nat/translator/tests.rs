use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::super::behaviour::{Filtering, Mapping, Timeouts};
use super::super::crafted::{INSIDE, REMOTE, answer, checksums_are_right, datagram, error_about};
use super::super::crafted::{ping, segment};
use super::*;

const OUTSIDE: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 33);
const SECOND: Nanos = 1_000_000_000;

fn nat(behaviour: Behaviour) -> Translator {
    Translator::new(behaviour, OUTSIDE, 1)
}

fn out(nat: &mut Translator, bytes: &mut [u8], now: Nanos) -> Outcome {
    nat.outbound(&mut Packet::read(bytes).unwrap(), now)
}

fn back(nat: &mut Translator, bytes: &mut [u8], now: Nanos) -> Outcome {
    nat.inbound(&mut Packet::read(bytes).unwrap(), now)
}

/// A datagram with other ends.
fn between(from: ([u8; 4], u16), to: ([u8; 4], u16)) -> Vec<u8> {
    let mut bytes = datagram(b"x");
    let mut packet = Packet::read(&mut bytes).unwrap();
    packet.set(End::Source, SocketAddr::new(from.0.into(), from.1));
    packet.set(End::Destination, SocketAddr::new(to.0.into(), to.1));
    bytes
}

#[test]
fn what_comes_back_is_as_if_there_were_no_nat() {
    for sent in [datagram(b"hello"), segment(b""), ping(4)] {
        let mut nat = nat(Behaviour::SYMMETRIC);
        let mut outside = sent.clone();
        assert_eq!(out(&mut nat, &mut outside, 0), Outcome::Through);
        assert!(checksums_are_right(&outside) && outside != sent);
        for (mut came, expected) in [
            (answer(&outside), answer(&sent)),
            (error_about(&outside), error_about(&sent)),
        ] {
            assert_eq!(back(&mut nat, &mut came, 1), Outcome::Through);
            assert_eq!(came, expected);
        }
    }
}

#[test]
fn a_connection_that_nobody_has_begun_goes_nowhere() {
    let mut nat = nat(Behaviour::FULL_CONE);
    let mut middle = segment(b"data");
    // The flags: ACK instead of SYN.
    let at = e3_sys::tun::HEADER + 33;
    middle[at] = 0x10;
    assert_eq!(out(&mut nat, &mut middle, 0), Outcome::Blocked);
    assert_eq!(out(&mut nat, &mut segment(b""), 0), Outcome::Through);
    assert_eq!(out(&mut nat, &mut middle.clone(), 0), Outcome::Through);
    nat.forget();
    assert_eq!(out(&mut nat, &mut middle, 0), Outcome::Blocked);
}

#[test]
fn ports_are_used_until_hardly_any_is_left() {
    let mut nat = nat(Behaviour::SYMMETRIC);
    let mut ports = HashSet::new();
    let mut blocked = 0;
    for remote in 0..64_000_u32 {
        let [.., high, low] = remote.to_be_bytes();
        let mut bytes = between((INSIDE, 4000), ([198, 18, high, low], 80));
        if out(&mut nat, &mut bytes, 0) == Outcome::Through {
            ports.insert(bytes[e3_sys::tun::HEADER + 20..][..2].to_vec());
        } else {
            blocked += 1;
        }
    }
    assert_eq!(ports.len() + blocked, 64_000, "none is given twice");
    assert!(blocked < 1000, "{blocked} of 64,000 found none of 64,512");
    // Later all are free again.
    let mut one_more = between((INSIDE, 4000), (REMOTE, 9));
    assert_eq!(out(&mut nat, &mut one_more, 200 * SECOND), Outcome::Through);
    assert_eq!(nat.mappings(200 * SECOND).len(), 1);
}

#[test]
fn a_full_table_is_swept_at_times_and_not_for_every_packet() {
    let mut nat = nat(Behaviour::PORT_RESTRICTED);
    let mut sends = |port, remote: u32, now| {
        let [.., high, low] = remote.to_be_bytes();
        let mut bytes = between((INSIDE, port), ([198, 19, high, low], 80));
        out(&mut nat, &mut bytes, now)
    };
    assert!((0..65_536).all(|remote| sends(4000, remote, 0) == Outcome::Through));
    // All live for 120 s.
    let half = SECOND / 2;
    assert_eq!(sends(5000, 1, 120 * SECOND - half), Outcome::Blocked);
    assert_eq!(sends(5000, 1, 120 * SECOND), Outcome::Blocked, "it rests");
    assert_eq!(sends(5000, 1, 120 * SECOND + half), Outcome::Through);
}

#[test]
fn a_mapping_lasts_as_long_as_any_of_its_sessions() {
    let mut nat = nat(Behaviour::FULL_CONE);
    let syn = |remote| {
        let mut bytes = segment(b"");
        let mut packet = Packet::read(&mut bytes).unwrap();
        packet.set(End::Destination, SocketAddr::new(REMOTE.into(), remote));
        bytes
    };
    // One connection stands, for two hours; another one has been tried later, for four minutes.
    let mut standing = syn(80);
    assert_eq!(out(&mut nat, &mut standing, 0), Outcome::Through);
    assert_eq!(back(&mut nat, &mut answer(&standing), 0), Outcome::Through);
    assert_eq!(out(&mut nat, &mut syn(81), SECOND), Outcome::Through);
    assert_eq!(nat.mappings(1000 * SECOND).len(), 1);
    assert_eq!(nat.mappings(8000 * SECOND).len(), 0);
}

#[test]
fn errors_come_in_about_what_the_mapping_has_sent() {
    for (behaviour, about_others) in [
        (Behaviour::SYMMETRIC, Outcome::Blocked),
        (Behaviour::FULL_CONE, Outcome::Through),
    ] {
        let mut nat = nat(behaviour);
        let mut sent = datagram(b"hello");
        assert_eq!(out(&mut nat, &mut sent, 0), Outcome::Through);
        let mut other = sent.clone();
        let mut packet = Packet::read(&mut other).unwrap();
        packet.set(End::Destination, ([198, 18, 9, 9], 9).into());
        let mut about_another = error_about(&other);
        assert_eq!(back(&mut nat, &mut about_another, 1), about_others);
        let mut about_it = error_about(&sent);
        assert_eq!(back(&mut nat, &mut about_it, 1), Outcome::Through);
    }
}

#[test]
fn low_ports_stay_low() {
    let mut nat = nat(Behaviour::SYMMETRIC);
    for remote in 1..200 {
        let mut bytes = between((INSIDE, 53), (REMOTE, remote));
        assert_eq!(out(&mut nat, &mut bytes, 0), Outcome::Through);
        let port: [u8; 2] = bytes[e3_sys::tun::HEADER + 20..][..2].try_into().unwrap();
        assert!((1..1024).contains(&u16::from_be_bytes(port)));
    }
}

/// What hosts do, for a random test.
#[derive(Debug, Clone)]
struct Sent {
    host: u8,
    port: u16,
    remote: u8,
    remote_port: u16,
    after: u64,
}

fn sent() -> impl Strategy<Value = Sent> {
    (0_u8..3, 4000_u16..4004, 0_u8..3, 80_u16..82, 0_u64..90).prop_map(
        |(host, port, remote, remote_port, after)| Sent {
            host,
            port,
            remote,
            remote_port,
            after,
        },
    )
}

fn behaviour() -> impl Strategy<Value = Behaviour> {
    let (mapping, filtering) = (
        prop_oneof![
            Just(Mapping::EndpointIndependent),
            Just(Mapping::AddressDependent),
            Just(Mapping::AddressAndPortDependent),
        ],
        prop_oneof![
            Just(Filtering::EndpointIndependent),
            Just(Filtering::AddressDependent),
            Just(Filtering::AddressAndPortDependent),
        ],
    );
    let ports = prop_oneof![Just(Ports::Preserve), Just(Ports::Random)];
    (mapping, filtering, ports, any::<bool>()).prop_map(|(mapping, filtering, ports, hairpin)| {
        Behaviour {
            mapping,
            filtering,
            hairpin,
            ports,
            timeouts: Timeouts::DEFAULT,
            block_udp: false,
        }
    })
}

proptest! {
    /// While it lasts, an outside endpoint is one inside endpoint's; and what mapping depends on decides when an inside
    /// endpoint has one.
    #[test]
    fn mapping_is_a_bijection(behaviour in behaviour(), all in prop::collection::vec(sent(), 1..60)) {
        let mut nat = nat(behaviour);
        let mut now = 0;
        for sent in all {
            now += sent.after * SECOND;
            let inside = ([192, 168, 1, sent.host], sent.port);
            let remote = ([198, 18, 9, sent.remote], sent.remote_port);
            let mut bytes = between(inside, remote);
            prop_assert_eq!(out(&mut nat, &mut bytes, now), Outcome::Through);
            prop_assert!(checksums_are_right(&bytes));
            let mut came = answer(&bytes);
            prop_assert_eq!(back(&mut nat, &mut came, now), Outcome::Through);
            prop_assert_eq!(came, answer(&between(inside, remote)));

            let mut insides = HashMap::new();
            let shown = nat.mappings(now);
            for mapping in &shown {
                prop_assert!(insides.insert(mapping.outside, mapping.inside).is_none());
            }
            if behaviour.mapping == Mapping::EndpointIndependent {
                let different: HashSet<_> = shown.iter().map(|mapping| mapping.inside).collect();
                prop_assert_eq!(different.len(), shown.len());
            }
        }
    }

    #[test]
    fn any_bytes_pass_or_not(
        behaviour in behaviour(),
        all in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..100), 1..20),
        to_itself in any::<bool>(),
    ) {
        let mut nat = nat(behaviour);
        for mut bytes in all {
            if bytes.len() > 40 {
                bytes[10] = 0x45;
                if to_itself {
                    bytes[26..30].copy_from_slice(&OUTSIDE.octets());
                }
            }
            if let Some(mut packet) = Packet::read(&mut bytes) {
                nat.glimpse(&packet, 1);
                nat.outbound(&mut packet, 1);
                nat.inbound(&mut packet, 2);
            }
        }
    }

    /// A seed decides all ports.
    #[test]
    fn a_seed_repeats_itself(seed in any::<u64>()) {
        let ports = || {
            let mut nat = Translator::new(Behaviour::SYMMETRIC, OUTSIDE, seed);
            (1..20).map(|remote| {
                let mut bytes = between((INSIDE, 4000), (REMOTE, remote));
                out(&mut nat, &mut bytes, 0);
                bytes
            }).collect::<Vec<_>>()
        };
        prop_assert_eq!(ports(), ports());
    }
}
