//! From nothing to the outcome, without a prompt, the home party behind its NAT.

use serde_json::Value;

use super::Way;
use crate::{example, support::workshop::Workshop};

#[track_caller]
fn draws(way: &Way) {
    if !way.is_here() {
        return;
    }
    let workshop = Workshop::new();
    let command = way.command(&workshop, &["run", &example("secret-santa"), "--json"]);
    let ran = workshop.going(command).ended();
    let record = ran.succeeded().json();
    assert_eq!(record["overlay"], way.overlay);
    assert_eq!(record["failure"], Value::Null);
    let parties = record["parties"].as_array().unwrap();
    assert_eq!(parties.len(), 4);
    for party in parties {
        assert_eq!(party["exit"], 0, "{party}");
        assert_eq!(party["place"], "namespace", "{party}");
    }
    let links = record["links"].as_array().unwrap();
    assert_eq!(links.len(), 6, "every pair is one");
    workshop.e3(&["verify", "runs/latest"]).succeeded();
    workshop.nothing_left();
}

#[cfg(feature = "nebula")]
#[test]
fn secret_santa_draws_over_the_distributions_nebula() {
    draws(&super::old_nebula());
}

#[cfg(feature = "nebula")]
#[test]
fn secret_santa_draws_over_the_pinned_nebula() {
    draws(&super::new_nebula());
}

#[cfg(feature = "wireguard")]
#[test]
fn secret_santa_draws_over_wireguard() {
    draws(&super::wireguard());
}

#[cfg(feature = "tailscale")]
#[test]
fn secret_santa_draws_over_headscale() {
    draws(&super::headscale());
}
