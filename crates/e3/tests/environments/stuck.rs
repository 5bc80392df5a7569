//! Somebody does not go on: an agent that hangs or has died, a reader that has gone or stands still.

use std::{
    fs::{self, File},
    io::Read,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, prlimit};

use crate::{
    kill::agent_of,
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
fn a_command_ends_with_whoever_reads_it() {
    let workshop = Workshop::new();
    put(&workshop, 1, "");
    workshop.e3(&["up"]).succeeded();
    let mut command = workshop.command(&["exec", "0", "--", "yes"]);
    let mut exec = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 2];
    let mut out = exec.stdout.take().unwrap();
    out.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"y\n");
    drop(out);
    let end = Instant::now() + ENDED;
    while exec.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            exec.kill().unwrap();
            exec.wait().unwrap();
            panic!("it goes on without a reader");
        }
        thread::sleep(PAUSE);
    }
    // The command on the host ends, too.
    while running(&workshop, "yes") {
        assert!(Instant::now() < end, "`yes` goes on");
        thread::sleep(PAUSE);
    }
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn a_command_that_nobody_reads_holds_up_no_other() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.e3(&["up"]).succeeded();
    let mut command = workshop.command(&["exec", "0", "--", "yes"]);
    let mut exec = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_secs(1));
    for _ in 0..3 {
        let begin = Instant::now();
        let status = workshop.e3(&["status", "--json"]).succeeded().json();
        assert!(
            begin.elapsed() < Duration::from_secs(4),
            "{:?}",
            begin.elapsed()
        );
        assert_eq!(status["links"].as_array().unwrap().len(), 2, "{status:#}");
        assert_eq!(workshop.e3(&["exec", "0", "--", "echo", "hi"]).out, "hi\n");
    }
    // Whoever reads on at last learns what became of it.
    let mut out = exec.stdout.take().unwrap();
    let reader = thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()).unwrap());
    let told = exec.wait_with_output().unwrap();
    assert!(reader.join().unwrap() > 1_000_000);
    let told = String::from_utf8(told.stderr).unwrap();
    assert!(told.contains("was not read"), "{told}");
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
    while host.is_some_and(|host| fs::read_dir(host).is_ok_and(|left| left.count() > 0)) {
        assert!(Instant::now() < end, "something is left in {host:?}");
        thread::sleep(PAUSE);
    }
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn bytes_come_as_they_are() {
    let workshop = Workshop::new();
    put(&workshop, 1, "");
    workshop.e3(&["up"]).succeeded();
    // No text, and a character that no piece holds whole.
    let script = "printf '\\377\\0\\200'; printf '\\303'; sleep 0.2; printf '\\244'; echo end";
    let run = |json: &[&str]| {
        let mut args = vec!["exec"];
        args.extend(json);
        args.extend(["0", "--", "sh", "-c", script]);
        let ran = workshop.command(&args).output().unwrap();
        assert!(ran.status.success(), "{ran:?}");
        ran.stdout
    };
    assert_eq!(run(&[]), b"\xff\0\x80\xc3\xa4end\n");
    let document: serde_json::Value = serde_json::from_slice(&run(&["--json"])).unwrap();
    assert_eq!(document["stdout"], "\u{fffd}\0\u{fffd}\u{e4}end\n");
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
fn a_command_ends_with_whoever_asked_for_it_though_it_reads_nothing() {
    let workshop = Workshop::new();
    put(&workshop, 1, "");
    workshop.e3(&["up"]).succeeded();
    let mut command = workshop.command(&["exec", "0", "--", "sleep", "4321"]);
    command.stdin(File::open("/dev/zero").unwrap());
    let mut exec = workshop.going(command);
    let end = Instant::now() + ENDED;
    while !running(&workshop, "sleep") {
        assert!(
            Instant::now() < end && !exec.has_ended(),
            "it did not start"
        );
        thread::sleep(PAUSE);
    }
    thread::sleep(Duration::from_secs(1));
    exec.signal(Signal::KILL);
    exec.status();
    while running(&workshop, "sleep") {
        assert!(Instant::now() < end, "`sleep` goes on");
        thread::sleep(PAUSE);
    }
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn input_and_output_may_be_more_than_fits_on_the_way() {
    let workshop = Workshop::new();
    put(&workshop, 1, "");
    workshop.e3(&["up"]).succeeded();
    workshop.put("input", &"0123456789abcde\n".repeat(100_000));
    let mut command = workshop.command(&["exec", "0", "--", "cat"]);
    command.stdin(File::open(workshop.path("input")).unwrap());
    let begin = Instant::now();
    assert_eq!(
        workshop.going(command).ended().succeeded().out.len(),
        1_600_000
    );
    assert!(
        begin.elapsed() < Duration::from_secs(4),
        "{:?}",
        begin.elapsed()
    );
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

/// Whether a process of that name runs in an environment of this workshop.
fn running(workshop: &Workshop, name: &str) -> bool {
    let ran = Command::new("pgrep").args(["-x", name]).output().unwrap();
    let found = String::from_utf8(ran.stdout).unwrap();
    let mut found = found.lines().filter_map(|pid| pid.parse::<u32>().ok());
    let ours = workshop.processes();
    found.any(|pid| ours.iter().any(|process| process.pid == pid))
}
