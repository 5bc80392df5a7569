//! The death of one process of E³'s: who notices, what is said, and what goes on.

use std::{
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    program::{FOREVER, all_begun, put},
    support::{
        going::{PAUSE, kill},
        seen::Role,
        workshop::Workshop,
    },
};

/// How long a command may need to find out that somebody has died.
const NOTICED: Duration = Duration::from_secs(40);

#[test]
fn a_run_whose_agent_dies_names_its_party_and_ends() {
    for up in [false, true] {
        let workshop = Workshop::new();
        put(&workshop, 3, FOREVER);
        if up {
            workshop.e3(&["up"]).succeeded();
        }
        let mut run = workshop.begin(&["run"]);
        all_begun(&mut run, 3);
        kill(agent_of(&workshop, "h-1"), Signal::KILL);
        let begin = Instant::now();
        let ran = run.ended();
        assert!(
            begin.elapsed() < Duration::from_secs(15),
            "{:?}",
            begin.elapsed()
        );
        assert_ne!(ran.code, 0, "{ran:#?}");
        assert!(ran.err.contains("party 1 (h-1)"), "{}", ran.err);
        assert_eq!(workshop.record()["failure"]["party"], 1);
        if up {
            let status = workshop.e3(&["status"]).succeeded().out;
            assert!(status.contains("agent died"), "{status}");
            let refused = workshop.e3(&["run"]);
            assert_eq!(refused.code, 1, "{refused:#?}");
            assert!(
                refused.err.contains("h-1") && refused.err.contains("e3 down"),
                "{}",
                refused.err
            );
            workshop.e3(&["down"]).succeeded();
        }
        workshop.nothing_left();
    }
}

#[test]
fn a_run_whose_program_is_killed_names_its_party() {
    let workshop = Workshop::new();
    put(&workshop, 2, FOREVER);
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    kill(workshop.process(Role::Program).unwrap().pid, Signal::KILL);
    let ran = run.ended();
    assert_eq!(ran.code, 137, "{ran:#?}");
    assert!(
        ran.err.contains("signal 9") && ran.err.contains("party "),
        "{}",
        ran.err
    );
    workshop.nothing_left();
}

#[test]
fn everything_of_a_run_goes_with_its_command() {
    // The second is what a terminal sends that is closed.
    for signal in [Signal::KILL, Signal::HUP] {
        let workshop = Workshop::new();
        put(&workshop, 2, FOREVER);
        let mut run = workshop.begin(&["run"]);
        all_begun(&mut run, 2);
        run.signal(signal);
        run.status();
        // Without `e3 down`: its holder has lost its lifeline.
        wait_for_nothing(&workshop);
    }
}

#[test]
fn logs_are_followed_to_the_end_of_a_run_that_is_killed() {
    let workshop = Workshop::new();
    put(&workshop, 2, FOREVER);
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    let follow = workshop.begin(&["logs", "--follow", "--party", "1"]);
    let end = Instant::now() + NOTICED;
    while follow.printed().0.is_empty() {
        assert!(Instant::now() < end, "nothing is followed");
        thread::sleep(PAUSE);
    }
    kill(workshop.process(Role::Guardian).unwrap().pid, Signal::KILL);
    run.signal(Signal::KILL);
    run.status();
    assert_eq!(follow.ended().succeeded().out, "begun 1\n");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn what_is_up_outlives_the_command_of_a_run() {
    let workshop = Workshop::new();
    put(&workshop, 2, FOREVER);
    workshop.e3(&["up"]).succeeded();
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    run.signal(Signal::KILL);
    run.status();
    let end = Instant::now() + NOTICED;
    while workshop.process(Role::Program).is_some() {
        assert!(
            Instant::now() < end,
            "the programs go on without anybody to tell"
        );
        thread::sleep(PAUSE);
    }
    put(&workshop, 2, "print('again')");
    workshop.e3(&["run"]).succeeded();
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn down_ends_a_holder_that_hangs() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.e3(&["up"]).succeeded();
    kill(workshop.process(Role::Inside).unwrap().pid, Signal::STOP);
    let ran = workshop.e3(&["down", "--json"]).succeeded().json();
    assert_eq!(ran["environments"][0]["found"], "killed");
    workshop.nothing_left();
}

#[test]
fn down_does_not_wait_for_an_agent_that_hangs() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.e3(&["up"]).succeeded();
    kill(workshop.process(Role::Agent).unwrap().pid, Signal::STOP);
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

/// The agent on a host: the one whose UTS namespace has the host's name.
#[track_caller]
pub(crate) fn agent_of(workshop: &Workshop, host: &str) -> u32 {
    let ran = workshop.e3(&["exec", host, "--", "readlink", "/proc/self/ns/net"]);
    // On an environment that lives for one run, too: exec asks whoever holds it.
    let namespace = ran.succeeded().out;
    let agents = workshop
        .processes()
        .into_iter()
        .filter(|process| process.role == Role::Agent);
    let on_host = agents.filter(|agent| {
        let link = std::fs::read_link(format!("/proc/{}/ns/net", agent.pid));
        link.is_ok_and(|link| link.to_str() == Some(namespace.trim()))
    });
    on_host.map(|agent| agent.pid).next().unwrap()
}

#[track_caller]
fn wait_for_nothing(workshop: &Workshop) {
    let end = Instant::now() + NOTICED;
    while !workshop.processes().is_empty() {
        assert!(
            Instant::now() < end,
            "these go on: {:#?}",
            workshop.processes()
        );
        thread::sleep(PAUSE);
    }
    workshop.nothing_left();
}
