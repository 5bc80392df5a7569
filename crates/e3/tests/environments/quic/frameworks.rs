//! Programs that nobody has prepared for it, each in a network of its own.

use serde_json::Value;

use super::workshop;
use crate::{cicada, example, examples, support::workshop::Workshop};

/// Listeners of each party: four for each version of IP; each is called by two peers.
const CALLS: usize = 4 * 2 * 2;

#[test]
fn parties_call_one_another_on_ports_chosen_at_random() {
    let workshop = Workshop::new();
    let record = workshop
        .e3(&["run", &example("crossing"), "--json"])
        .succeeded()
        .json();
    let expected = format!("3 parties, {CALLS} calls to each, all from where they should come\n");
    assert_eq!(record["outcome"]["same"], expected, "{record:#}");
    workshop.nothing_left();
}

#[test]
fn mpyc_computes_in_a_network_of_its_own() {
    examples::hospitals(&["--overlay", "quic"]);
}

#[test]
fn cicada_computes_in_a_network_of_its_own() {
    cicada::computes(&["--overlay", "quic"]);
}

#[test]
fn without_a_network_of_its_own_mpyc_computes_and_what_is_lost_is_said() {
    let workshop = workshop();
    let ran = workshop.e3(&["run", "--json", "--set", "quic.program=forwards"]);
    let ran = ran.succeeded();
    super::right(&ran.json());
    let lost = "a program can reach all that this host can";
    assert!(ran.err.contains(lost), "{}", ran.err);
    assert_ne!(ran.json()["links"], Value::Null);
    workshop.nothing_left();
}
