//! Sixteen parties, each of which speaks with all others.

use serde_json::Value;

use super::Way;
use crate::{example, support::workshop::Workshop};

const PARTIES: usize = 16;

#[track_caller]
fn all_meet(way: &Way) {
    if !way.is_here() {
        return;
    }
    // So many daemons take a machine's processors for a while.
    let workshop = Workshop::alone();
    let parties = PARTIES.to_string();
    let probe = ["--parties", &parties, "--probe", "round-trip", "--json"];
    let mut command = way.command(&workshop, &["run", &example("lan")]);
    command.args(probe);
    let record = workshop.going(command).ended().succeeded().json();
    assert_eq!(record["failure"], Value::Null);
    let all = PARTIES * (PARTIES - 1) / 2;
    assert_eq!(record["links"].as_array().unwrap().len(), all);
    let pairs = record["probe"]["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 2 * all, "every pair is two: there and back");
    for pair in pairs {
        assert!(pair["round_trip"]["samples"].as_u64() > Some(0), "{pair}");
    }
    workshop.nothing_left();
}

#[cfg(feature = "nebula")]
#[test]
fn sixteen_parties_meet_over_the_distributions_nebula() {
    all_meet(&super::old_nebula());
}

#[cfg(feature = "nebula")]
#[test]
fn sixteen_parties_meet_over_the_pinned_nebula() {
    all_meet(&super::new_nebula());
}

#[cfg(feature = "wireguard")]
#[test]
fn sixteen_parties_meet_over_wireguard() {
    all_meet(&super::wireguard());
}

#[cfg(feature = "tailscale")]
#[test]
fn sixteen_parties_meet_over_headscale() {
    all_meet(&super::headscale());
}
