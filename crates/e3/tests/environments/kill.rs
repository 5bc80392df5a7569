//! kill -9 of every process that E³ has, at random moments: nothing is left, at the latest after `e3 down`, and what a run
//! had finished can still be read.
//!
//! Each role is killed `E3_ROUNDS` times (10 when nobody says), in each phase in turn. The moments come from a seed, which
//! is printed: `E3_SEED` repeats them.

use std::{
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    program::{FOREVER, all_begun, put},
    readable::readable,
    support::{
        going::{Going, PAUSE, kill},
        random::{Random, rounds},
        seen::Role,
        workshop::Workshop,
    },
};

/// Rounds for each role when nobody says.
const ROUNDS: u64 = 10;
/// A program that runs for a moment, and does not end its last line.
const MOMENT: &str = "print('begun', me, flush=True)\ntime.sleep(0.2)\nprint('done', me, end='')";
/// How long a command may need to find out that somebody has died.
const NOTICED: Duration = Duration::from_secs(40);

/// What is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Up,
    Run,
    RunInUp,
    Down,
    DownDuringARun,
    LabUp,
}

use Phase::{Down, DownDuringARun, LabUp, Run, RunInUp, Up};

const ALL: [Phase; 6] = [Run, Up, RunInUp, Down, DownDuringARun, LabUp];
/// Those in which there are agents.
const WITH_AGENTS: [Phase; 5] = [Run, Up, RunInUp, Down, DownDuringARun];
/// Those in which programs run.
const RUNNING: [Phase; 3] = [Run, RunInUp, DownDuringARun];

impl Phase {
    fn verb(self) -> &'static [&'static str] {
        match self {
            Up => &["up"],
            Run | RunInUp => &["run"],
            Down | DownDuringARun => &["down"],
            LabUp => &["lab", "up"],
        }
    }

    /// About how long it takes, in milliseconds.
    fn length(self) -> u64 {
        match self {
            Up => 80,
            Run => 400,
            RunInUp => 350,
            Down => 40,
            DownDuringARun | LabUp => 60,
        }
    }
}

#[test]
fn the_command() {
    survives(Role::Command, &ALL);
}

#[test]
fn the_guardian() {
    survives(Role::Guardian, &ALL);
}

#[test]
fn the_first_process_of_the_lab() {
    survives(Role::Init, &ALL);
}

#[test]
fn the_holder() {
    survives(Role::Inside, &ALL);
}

#[test]
fn an_agent() {
    survives(Role::Agent, &WITH_AGENTS);
}

#[test]
fn a_program() {
    survives(Role::Program, &RUNNING);
}

/// Kills a process of this role in each phase in turn, each time at another moment.
fn survives(role: Role, phases: &[Phase]) {
    let (mut random, seed) = Random::seeded();
    println!("E3_SEED={seed}");
    let rounds = rounds(ROUNDS);
    let mut killed = 0;
    for (round, phase) in (0..rounds).zip(phases.iter().cycle()) {
        let delay = random.below(phase.length());
        println!("round {round}: {phase:?}, {role:?} after {delay} ms");
        killed += u64::from(one_round(role, *phase, Duration::from_millis(delay)));
    }
    println!("{role:?}: {killed} killed in {rounds} rounds");
    assert!(killed > 0, "no {role:?} was ever there to be killed");
}

/// Says whether there was somebody to kill.
fn one_round(role: Role, phase: Phase, delay: Duration) -> bool {
    let workshop = Workshop::new();
    put(&workshop, 2, MOMENT);
    let mut run_before = before(phase, &workshop);
    let finished = readable(&workshop);
    let mut going = workshop.begin(phase.verb());
    let killed = kill_after(delay, role, &workshop, &mut going);
    println!("    process {killed:?}");

    let begin = Instant::now();
    going.status();
    noticed(begin);
    let after = readable(&workshop);
    assert!(after >= finished, "something of an earlier run is lost");

    let ran = workshop.e3(&["down"]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    let begin = Instant::now();
    if let Some(run) = &mut run_before {
        run.status();
    }
    noticed(begin);
    workshop.nothing_left();
    let again = workshop.e3(&["down", "--json"]).succeeded().json();
    assert_eq!(again["environments"][0]["found"], "nothing");
    // And it comes up again.
    put(&workshop, 2, MOMENT);
    let finished = readable(&workshop);
    workshop.e3(&["run"]).succeeded();
    assert_eq!(readable(&workshop), finished + 2);
    workshop.nothing_left();
    killed.is_some()
}

#[track_caller]
fn noticed(begin: Instant) {
    let took = begin.elapsed();
    assert!(took < NOTICED, "a command ended {took:?} later");
}

/// What has to be there before the phase; a run that goes on, if one does.
fn before(phase: Phase, workshop: &Workshop) -> Option<Going> {
    if matches!(phase, RunInUp | Down | DownDuringARun) {
        workshop.e3(&["up"]).succeeded();
    }
    match phase {
        // One that has ended, so that there is something to lose.
        RunInUp => drop(workshop.e3(&["run"]).succeeded()),
        DownDuringARun => {
            put(workshop, 2, FOREVER);
            let mut run = workshop.begin(&["run"]);
            all_begun(&mut run, 2);
            return Some(run);
        }
        Up | Run | Down | LabUp => {}
    }
    None
}

/// Kills a process of this role, if there is one then or before the command has ended; says which.
fn kill_after(delay: Duration, role: Role, workshop: &Workshop, going: &mut Going) -> Option<u32> {
    thread::sleep(delay);
    loop {
        let victim = match role {
            // Where two commands go on, the one that this phase is about.
            Role::Command => (!going.has_ended()).then(|| going.pid()),
            _ => workshop.process(role).map(|process| process.pid),
        };
        if let Some(pid) = victim {
            kill(pid, Signal::KILL);
            return Some(pid);
        }
        if going.has_ended() {
            return None;
        }
        thread::sleep(PAUSE / 5);
    }
}
