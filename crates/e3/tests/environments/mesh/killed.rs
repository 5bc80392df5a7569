//! Whatever is killed while an overlay of daemons comes up, runs or goes: nothing is left of it.

use std::{thread, time::Duration};

use rustix::process::Signal;

use super::Way;
use crate::{
    example,
    support::{
        going::kill,
        random::{Random, rounds},
        seen::Role::{self, Agent, Command, Guardian, Init, Inside, Program},
        workshop::Workshop,
    },
};

/// Who is killed, in turns; what is neither of E³ nor its helper is a daemon, or a party's program.
const VICTIMS: [Role; 6] = [Command, Guardian, Init, Inside, Agent, Program];

/// By when, in milliseconds, a run over any of them has come to its programs.
const SOON: u64 = 4000;

/// Somebody is killed at a random moment of a run's first seconds.
#[track_caller]
fn leaves_nothing(way: &Way) {
    if !way.is_here() {
        return;
    }
    let (mut random, seed) = Random::seeded();
    let rounds = rounds(VICTIMS.len() as u64);
    let mut killed = 0;
    for (round, role) in (0..rounds).zip(VICTIMS.iter().cycle()) {
        let workshop = Workshop::new();
        let command = way.command(&workshop, &["run", &example("secret-santa")]);
        let mut going = workshop.going(command);
        let after = Duration::from_millis(random.below(SOON));
        thread::sleep(after);
        let victims = workshop.processes().into_iter();
        let victims: Vec<_> = victims.filter(|process| process.role == *role).collect();
        println!("E3_SEED={seed}, round {round}: {role:?} after {after:?} of {victims:#?}");
        if !victims.is_empty() {
            let chosen = random.below(victims.len() as u64);
            kill(victims[usize::try_from(chosen).unwrap()].pid, Signal::KILL);
            killed += 1;
        }
        going.status();
        // Files may wait for somebody who looks; what runs may not.
        workshop.nobody_left();
        workshop.e3(&["down", &example("secret-santa")]).succeeded();
        workshop.nothing_left();
    }
    assert!(killed > 0, "nobody was ever there to be killed");
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
