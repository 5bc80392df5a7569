//! Somebody does not go on: an agent that hangs or has died, a holder that is short of something.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, prlimit};

use crate::{
    death::agent_of,
    program::{FOREVER, all_begun, environment, program, put},
    support::{
        going::{PAUSE, kill},
        seen::Role,
        workshop::Workshop,
    },
};

/// After which a command that should have ended by itself is taken to hang.
const ENDED: Duration = Duration::from_secs(30);

#[test]
fn a_run_whose_agent_hangs_ends_and_names_the_host() {
    let workshop = Workshop::new();
    let short = environment(2).replace("1 min", "2 s");
    workshop.put("e3.toml", &short);
    // The other party's program ends well, so that nothing else ends the run.
    let body = FOREVER.replace("1000", "1000 * me");
    workshop.put("program.py", &program(&body));
    workshop.e3(&["up"]).succeeded();
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    kill(agent_of(&workshop, "h-1"), Signal::STOP);
    let end = Instant::now() + ENDED;
    while !run.has_ended() {
        assert!(Instant::now() < end, "the run goes on without its agent");
        thread::sleep(PAUSE);
    }
    let ran = run.ended();
    assert_ne!(ran.code, 0, "{ran:#?}");
    assert_eq!(workshop.record()["failure"]["party"], 1);
    let told = "the agent on host h-1 does not answer";
    assert!(ran.err.contains(told), "{}", ran.err);
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn status_says_which_agent_does_not_answer() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.e3(&["up"]).succeeded();
    let agent = agent_of(&workshop, "h-1");
    kill(agent, Signal::STOP);
    let status = workshop.e3(&["status"]).succeeded().out;
    assert!(status.contains("does not answer"), "{status}");
    kill(agent, Signal::CONT);
    let status = workshop.e3(&["status"]).succeeded().out;
    assert!(!status.contains("does not answer"), "{status}");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn an_input_goes_with_its_agent() {
    let workshop = Workshop::new();
    let with_input = environment(2).replace("count", "input = \"in.txt\"\ncount");
    workshop.put("e3.toml", &with_input);
    workshop.put("in.txt", "a-secret-0123456789");
    workshop.put("program.py", &program(FOREVER));
    workshop.e3(&["up"]).succeeded();
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    kill(agent_of(&workshop, "h-1"), Signal::KILL);
    assert_ne!(run.ended().code, 0);
    let host = workshop.host_folders();
    let host = host.iter().find(|path| path.ends_with("h-1"));
    let end = Instant::now() + Duration::from_secs(5);
    // Who the party is stays for an agent that takes the dead one's place, until the environment ends.
    let left = |host: &std::path::PathBuf| {
        let names = fs::read_dir(host).into_iter().flatten();
        let mut names = names.map(|entry| entry.unwrap().file_name());
        names.any(|name| name != "identity")
    };
    while host.is_some_and(left) {
        assert!(Instant::now() < end, "something is left in {host:?}");
        thread::sleep(PAUSE);
    }
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn a_connection_that_cannot_be_taken_is_not_the_end() {
    let workshop = Workshop::new();
    put(&workshop, 1, "");
    workshop.e3(&["up"]).succeeded();
    let holder = workshop.process(Role::Inside).unwrap().pid;
    let open = fs::read_dir(format!("/proc/{holder}/fd")).unwrap().count();
    let pid = Pid::from_raw(i32::try_from(holder).unwrap());
    let limit = |current: u64| {
        let limit = Rlimit {
            current: Some(current),
            maximum: getrlimit(Resource::Nofile).maximum,
        };
        prlimit(pid, Resource::Nofile, limit).unwrap()
    };
    let before = limit(u64::try_from(open).unwrap());
    let status = workshop.begin(&["status"]);
    thread::sleep(Duration::from_millis(500));
    prlimit(pid, Resource::Nofile, before).unwrap();
    status.ended().succeeded();
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn the_others_are_told_whose_agent_has_died() {
    let workshop = Workshop::new();
    put(&workshop, 3, "");
    workshop.e3(&["up"]).succeeded();
    kill(agent_of(&workshop, "h-1"), Signal::KILL);
    let environments = workshop.state().join("e3/environments");
    let folder = fs::read_dir(environments).unwrap().next().unwrap();
    let log = folder.unwrap().path().join("holder.log");
    let told = "e3_agent::agent: party 1: the agent on host h-1 has ended";
    let end = Instant::now() + ENDED;
    // Once by each of the two that are left.
    while fs::read_to_string(&log).unwrap().matches(told).count() < 2 {
        assert!(Instant::now() < end, "nobody was told");
        thread::sleep(PAUSE);
    }
    let status = workshop.e3(&["status"]).succeeded().out;
    assert!(status.contains("agent died"), "{status}");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}
