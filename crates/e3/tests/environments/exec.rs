//! `e3 exec` between programs that do not go on: what it passes, and when it ends.

use std::{
    fs::File,
    io::Read,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    program::put,
    support::{going::PAUSE, workshop::Workshop},
};

/// After which a command that should have ended by itself is taken to hang.
const ENDED: Duration = Duration::from_secs(30);

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
fn an_agent_opens_as_many_files_as_it_may_and_a_command_as_many_as_before() {
    let workshop = Workshop::new();
    put(&workshop, 1, "");
    let plain = workshop.command(&["up"]);
    let mut up = Command::new("sh");
    up.args(["-c", "ulimit -Sn 256 && exec \"$0\" \"$@\""]);
    up.arg(plain.get_program()).args(plain.get_args());
    up.envs(
        plain
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    up.current_dir(plain.get_current_dir().unwrap());
    workshop.going(up).ended().succeeded();
    let limits = "ulimit -Sn; grep '^Max open files' /proc/$PPID/limits";
    let ran = workshop.e3(&["exec", "0", "--", "sh", "-c", limits]);
    let said = ran.succeeded().out;
    let (own, agents) = said.split_once('\n').unwrap();
    assert_eq!(own, "256");
    let agents: Vec<&str> = agents.split_whitespace().skip(3).collect();
    let [soft, hard, "files"] = agents[..] else {
        panic!("{said}");
    };
    assert!(soft == hard && soft != "256", "{said}");
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
fn a_host_that_pauses_is_asked_for_nothing() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.e3(&["up"]).succeeded();
    workshop.e3(&["lab", "host", "h-1", "--pause"]).succeeded();
    for named in ["1", "h-1"] {
        let refused = workshop.e3(&["exec", named, "--", "true"]).refused();
        assert!(refused.err.contains("host h-1 pauses"), "{refused:?}");
    }
    workshop.e3(&["exec", "0", "--", "true"]).succeeded();
    workshop.e3(&["lab", "host", "h-1", "--resume"]).succeeded();
    workshop.e3(&["exec", "1", "--", "true"]).succeeded();
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
    let ours = workshop.processes();
    ours.iter()
        .any(|process| process.line.split(' ').next() == Some(name))
}
