//! Whatever is killed while an overlay of daemons comes up, runs or goes: nothing is left of it.

use std::{thread, time::Duration};

use rustix::process::Signal;

use super::Way;
use crate::{
    example,
    support::{
        random::{Random, rounds},
        workshop::Workshop,
    },
};

/// The command is killed at random moments of its first seconds.
#[track_caller]
fn leaves_nothing(way: &Way) {
    if !way.is_here() {
        return;
    }
    let (mut random, seed) = Random::seeded();
    for round in 0..rounds(3) {
        let workshop = Workshop::new();
        let command = way.command(&workshop, &["run", &example("secret-santa")]);
        let mut going = workshop.going(command);
        let after = Duration::from_millis(random.below(6000));
        thread::sleep(after);
        println!("seed {seed}, round {round}: killed after {after:?}");
        going.signal(Signal::KILL);
        going.status();
        workshop.nothing_left();
    }
}

#[cfg(feature = "nebula")]
#[test]
fn nothing_is_left_of_a_killed_run_over_nebula() {
    leaves_nothing(&super::new_nebula());
}

#[cfg(feature = "wireguard")]
#[test]
fn nothing_is_left_of_a_killed_run_over_wireguard() {
    leaves_nothing(&super::wireguard());
}

#[cfg(feature = "tailscale")]
#[test]
fn nothing_is_left_of_a_killed_run_over_headscale() {
    leaves_nothing(&super::headscale());
}
