//! Homes behind a carrier: two layers of NAT.

use std::net::{IpAddr, Ipv4Addr};
use std::thread;

use e3_lab::{Behaviour, Carrier, Lab, Nat, Trust};

use super::{MS, behind, seen, udp_at};
use crate::common::{SOON, heard_until, host, lab_in, site, two_regions};

fn is_between(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(address) if address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]))
}

pub(crate) fn a_carrier_is_a_second_layer() {
    let lab = behind(Nat::carrier_grade());
    let (a, x) = (udp_at(host(&lab, "a"), 0), udp_at(host(&lab, "x"), 0));
    let outside = seen(&a, &lab, "x", &x);
    let shown = lab.mappings("home").unwrap();
    let ([first], [second]) = (shown.router.as_slice(), shown.carrier.as_slice()) else {
        panic!("{shown:?}");
    };
    println!(
        "{} as {} as {}",
        first.inside, first.outside, second.outside
    );
    assert_eq!(first.inside.ip(), host(&lab, "a").addresses()[0]);
    assert!(is_between(first.outside.ip()), "{}", first.outside);
    assert_eq!(first.outside, second.inside);
    assert_eq!(second.outside, outside);
    assert_eq!(Some(outside.ip()), lab.seen_as("a"));
}

/// Homes `p` and `q` share a carrier, home `r` has another; `x` is elsewhere.
fn three_homes() -> Lab {
    let behind = |name: &str, carrier: &str| {
        let carrier = Carrier {
            name: Some(carrier.to_owned()),
            behaviour: Behaviour::CARRIER,
        };
        let home = Behaviour::PORT_RESTRICTED;
        site(name, "here", Nat::CarrierGrade { home, carrier }, &[name])
    };
    let sites = vec![
        behind("p", "tel"),
        behind("q", "tel"),
        behind("r", "kabel"),
        site("x", "there", Nat::None, &["x"]),
    ];
    lab_in(two_regions(MS, MS), sites)
}

pub(crate) fn homes_share_a_carrier() {
    let lab = three_homes();
    assert_eq!(lab.seen_as("p"), lab.seen_as("q"));
    assert_ne!(lab.seen_as("p"), lab.seen_as("r"));
    let x = udp_at(host(&lab, "x"), 0);
    // All from the same port of their own.
    let sockets = ["p", "q", "r"].map(|name| udp_at(host(&lab, name), 4000));
    let outside = sockets.each_ref().map(|socket| seen(socket, &lab, "x", &x));
    assert_ne!(outside[0], outside[1]);
    for ((socket, outside), word) in sockets.iter().zip(outside).zip(["p", "q", "r"]) {
        x.send_to(word.as_bytes(), outside).unwrap();
        assert!(heard_until(socket, word).is_empty());
    }
    let check = lab.check().unwrap();
    // That times are right is another test's; here they go through the carriers at all, and are not plainly wrong.
    assert!(check.pairs.iter().all(|pair| pair.median.is_some()));
    assert_ne!(check.trust(), Trust::Wrong, "{}", check.verdict());
}

/// Neighbours behind one carrier, and behind two, punch holes with what a friend outside has told them.
pub(crate) fn neighbours_meet_by_the_carrier_s_hairpin() {
    let lab = three_homes();
    let x = udp_at(host(&lab, "x"), 0);
    for other in ["q", "r"] {
        let (p, q) = (udp_at(host(&lab, "p"), 0), udp_at(host(&lab, other), 0));
        let (of_p, of_q) = (seen(&p, &lab, "x", &x), seen(&q, &lab, "x", &x));
        // The first finds the other's own router closed still.
        p.send_to(b"opens", of_q).unwrap();
        thread::sleep(MS * 50);
        q.send_to(b"comes in", of_p).unwrap();
        assert!(heard_until(&p, "comes in").is_empty());
        p.send_to(b"comes back", of_q).unwrap();
        assert!(heard_until(&q, "comes back").is_empty());
    }
}

/// A carrier's own network leads from subscriber to subscriber, and nowhere else.
pub(crate) fn a_carrier_s_network_is_its_own() {
    let lab = three_homes();
    let second_subscriber = Ipv4Addr::new(100, 64, 0, 3);
    let answers = |from: &str| {
        host(&lab, from)
            .ping(second_subscriber, 2, SOON / 8)
            .unwrap()
            .len()
    };
    assert_eq!(answers("p"), 2, "q's router answers its neighbour");
    assert_eq!(answers("r"), 0, "the other carrier has one subscriber");
    assert_eq!(answers("x"), 0, "nobody else has a way there");
}
