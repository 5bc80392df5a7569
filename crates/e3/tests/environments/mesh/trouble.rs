//! What becomes of a computation over `headscale` when something under it dies, and what is told of its links.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use super::{headscale, peers};
use crate::{
    program::{FOREVER, all_begun, program, put, tell, until_told},
    support::{
        going::{PATIENCE, PAUSE, kill},
        workshop::Workshop,
    },
};

/// From a daemon's death until the program over it is stopped.
const AT_MOST: Duration = Duration::from_secs(5);

/// The processes of an environment whose command lines hold these words.
fn running(workshop: &Workshop, words: &[&str]) -> Vec<u32> {
    let all = workshop.processes().into_iter();
    let is = |line: &str| words.iter().all(|word| line.contains(word));
    all.filter(|process| is(&process.line))
        .map(|process| process.pid)
        .collect()
}

/// Who has started a process.
fn parent(process: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
    parent.unwrap().trim().parse().unwrap()
}

/// It is started again, is the same, and nobody hears of it.
#[test]
fn a_coordinator_that_is_killed_comes_back_and_the_run_goes_on() {
    comes_back(|server| server);
}

/// What parties had told it of their ports is not lost with it.
#[test]
fn a_coordinator_whose_agent_is_killed_comes_back_and_the_run_goes_on() {
    comes_back(parent);
}

/// Kills what `victim` says of the coordinator's process, while programs run.
#[track_caller]
fn comes_back(victim: fn(u32) -> u32) {
    let way = headscale();
    if !way.is_here() {
        return;
    }
    let workshop = Workshop::alone();
    put(&workshop, 3, &until_told(&workshop));
    let mut going = workshop.going(way.command(&workshop, &["run"]));
    all_begun(&mut going, 3);
    let server = ["headscale", "serve"];
    let before = running(&workshop, &server);
    assert_eq!(before.len(), 1, "{before:?}");
    kill(victim(before[0]), Signal::KILL);
    let end = Instant::now() + PATIENCE;
    loop {
        let now = running(&workshop, &server);
        if now.len() == 1 && now != before {
            break;
        }
        assert!(Instant::now() < end, "it does not come back");
        std::thread::sleep(PAUSE);
    }
    // Longer than a lie may last.
    std::thread::sleep(AT_MOST);
    assert_eq!(super::hostile::Coordinator::of(&workshop).nodes().len(), 3);
    tell(&workshop);
    let ran = going.ended().succeeded();
    assert!(ran.out.contains("told"), "{ran:?}");
    workshop.nothing_left();
}

/// The others would wait for it as long as they wait for anybody.
#[test]
fn an_agent_that_dies_while_the_parties_connect_ends_the_command_at_once() {
    let way = headscale();
    if !way.is_here() {
        return;
    }
    let workshop = Workshop::alone();
    put(&workshop, 3, FOREVER);
    let going = workshop.going(way.command(&workshop, &["run"]));
    let joining = ["tailscaled", "--statedir"];
    let end = Instant::now() + PATIENCE;
    let daemon = loop {
        if let Some(daemon) = running(&workshop, &joining).first() {
            break *daemon;
        }
        assert!(Instant::now() < end, "nobody joins");
        std::thread::sleep(PAUSE);
    };
    let begun = Instant::now();
    kill(parent(daemon), Signal::KILL);
    let ran = going.ended();
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(ran.err.contains("error: the agent on host"), "{ran:#?}");
    assert!(begun.elapsed() < AT_MOST, "{:?}: {ran:?}", begun.elapsed());
    workshop.nothing_left();
}

#[test]
fn a_tailscaled_that_is_killed_stops_the_run_and_is_named() {
    let way = headscale();
    if !way.is_here() {
        return;
    }
    let workshop = Workshop::alone();
    put(&workshop, 3, FOREVER);
    let mut going = workshop.going(way.command(&workshop, &["run"]));
    all_begun(&mut going, 3);
    let daemons = running(&workshop, &["tailscaled", "--statedir"]);
    assert_eq!(daemons.len(), 3, "{daemons:?}");
    let begun = Instant::now();
    kill(daemons[1], Signal::KILL);
    going.until("tailscaled has ended");
    assert!(begun.elapsed() < AT_MOST, "{:?}", begun.elapsed());
    let ran = going.ended();
    assert_ne!(ran.code, 0);
    workshop.nothing_left();
}

/// One party has no UDP, so that pairs with it stay with the coordinator.
const RELAYED: &str = "\
[hosts.ams]
region = \"ams3\"

[hosts.home]
region = \"fra1\"
nat = \"home\"

[hosts.office]
region = \"lon1\"
nat = \"udp-blocked\"

[program]
path = \"program.py\"
";

#[test]
fn a_ping_tells_whether_a_pair_is_direct_or_goes_by_derp() {
    let way = headscale();
    if !way.is_here() {
        return;
    }
    let workshop = Workshop::new();
    workshop.put("e3.toml", RELAYED);
    workshop.put("program.py", &program("print('hello')"));
    let up = workshop.going(way.command(&workshop, &["up"]));
    up.ended().succeeded();
    let e3 = |args: &[&str]| workshop.going(way.command(&workshop, args)).ended();
    let direct = e3(&["ping", "home", "ams"]).succeeded();
    assert!(
        direct.out.contains("home → ams: direct 198.18."),
        "{direct:#?}"
    );
    let relayed = e3(&["ping", "home", "office", "--timeout", "2s"]);
    assert_eq!(relayed.code, 1, "{relayed:#?}");
    assert!(
        relayed.out.contains("relayed by coordinator"),
        "{relayed:#?}"
    );
    assert!(
        relayed.out.contains("no direct path within 2.00 s"),
        "{relayed:#?}"
    );
    let status = e3(&["status"]).succeeded();
    assert!(status.out.contains("relayed by coordinator"), "{status:#?}");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

/// As distributions have them for years, and on PATH they come first.
#[test]
fn a_program_that_is_too_old_is_named_before_anybody_takes_part() {
    let way = headscale();
    if !way.is_here() {
        return;
    }
    for (name, says, least) in [
        ("tailscaled", "1.80.3", "1.96 or later"),
        ("headscale", "headscale version v0.26.1", "0.29 or later"),
    ] {
        let workshop = Workshop::alone();
        put(&workshop, 3, FOREVER);
        let old = workshop.path("old");
        fs::create_dir(&old).unwrap();
        fs::write(old.join(name), format!("#!/bin/sh\necho {says}\n")).unwrap();
        fs::set_permissions(old.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        let folders = env::join_paths([&old, &peers()]).unwrap();
        let mut command = way.command(&workshop, &["run"]);
        command.env("E3_STOCK", &folders);
        let ran = workshop.going(command).ended();
        assert_ne!(ran.code, 0);
        let mut command = workshop.command(&["doctor"]);
        command.env("E3_STOCK", &folders);
        let doctor = workshop.going(command).ended();
        let path = old.join(name).display().to_string();
        for words in [&path, says, least, "scripts/peers", "E3_STOCK"] {
            assert!(ran.err.contains(words), "{words}: {ran:?}");
            let told = format!("{}{}", doctor.out, doctor.err);
            assert!(told.contains(words), "{words}: {told}");
        }
        workshop.nothing_left();
    }
}
