//! From nothing to the outcome, without a prompt, the home party behind its NAT.

use serde_json::Value;

use super::Way;
use crate::{example, support::workshop::Workshop};

#[track_caller]
fn draws(way: &Way) {
    draws_with(way, &[], "namespace");
}

/// The same with more said; programs are in a place of that kind.
#[track_caller]
fn draws_with(way: &Way, more: &[&str], place: &str) {
    if !way.is_here() {
        return;
    }
    let workshop = Workshop::new();
    let mut command = way.command(&workshop, &["run", &example("secret-santa"), "--json"]);
    command.args(more);
    // What daemons of others say is kept however little else is logged.
    command.env("RUST_LOG", "warn");
    let ran = workshop.going(command).ended();
    let record = ran.succeeded().json();
    assert_eq!(record["overlay"], way.overlay);
    assert_eq!(record["failure"], Value::Null);
    let parties = record["parties"].as_array().unwrap();
    assert_eq!(parties.len(), 4);
    for party in parties {
        assert_eq!(party["exit"], 0, "{party}");
        assert_eq!(party["place"], place, "{party}");
    }
    let links = record["links"].as_array().unwrap();
    assert_eq!(links.len(), 6, "every pair is one");
    let log = workshop.read("runs/latest/holder.log");
    for daemon in way.daemons() {
        let line = format!("e3_daemons: {daemon}: ");
        assert!(log.contains(&line), "{daemon} is not in the log: {log}");
    }
    assert!(!log.contains("localapi: ["), "{log}");
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

/// No right on the host is asked for: tailscaled carries packets in user space.
#[cfg(feature = "tailscale")]
#[test]
fn secret_santa_draws_over_headscale_in_user_space() {
    let more = ["--set", "headscale.program=forwards"];
    draws_with(&super::headscale(), &more, "forwards");
}

#[cfg(feature = "tailscale")]
#[test]
fn secret_santa_draws_over_headscale_with_tls_inside() {
    let more = ["--set", "headscale.inner=tls"];
    draws_with(&super::headscale(), &more, "namespace");
}
