//! Programs that misbehave: which party, how, its last lines, its exit code, and nothing left.

use std::time::{Duration, Instant};

use crate::{
    program::put,
    support::{desk::Ran, workshop::Workshop},
};

#[test]
fn an_exit_code_is_passed_on_with_the_party_and_its_last_lines() {
    let workshop = Workshop::new();
    let body = "for line in range(50): print('line', line)\nsys.exit(3 if me == 1 else 0)";
    let ran = fails(&workshop, 3, body, &[]);
    assert_eq!(ran.code, 3, "{ran:#?}");
    says(
        &ran,
        &["party 1 (h-1)", "code 3", "| line 49", "party-1.log"],
    );
    assert!(
        !ran.err.contains("  | line 29\n"),
        "only the last twenty: {}",
        ran.err
    );
    let record = workshop.record();
    assert_eq!(record["failure"]["party"], 1);
    assert_eq!(record["failure"]["exit"], 3);
    assert_eq!(record["parties"][1]["exit"], 3);
    assert_eq!(record["parties"][0]["exit"], 0);
    assert!(
        workshop
            .read("runs/latest/party-1.log")
            .contains("line 5\n")
    );
}

#[test]
fn a_failure_in_json_is_the_record_of_the_run() {
    let workshop = Workshop::new();
    put(&workshop, 2, "sys.exit(3)");
    let ran = workshop.e3(&["run", "--json"]);
    assert_eq!(ran.code, 3);
    let record = ran.json();
    assert_eq!(record["schema"], "e3/run/1");
    assert_eq!(record["failure"]["exit"], 3);
    assert_eq!(workshop.record(), record);
    workshop.nothing_left();
}

#[test]
fn a_program_with_a_syntax_error_shows_it() {
    let ran = fails(&Workshop::new(), 2, "this is no Python", &[]);
    assert_eq!(ran.code, 1);
    says(
        &ran,
        &["party ", "code 1", "SyntaxError", "this is no Python"],
    );
}

#[test]
fn a_signal_is_named() {
    let body =
        "print('about to', flush=True)\nos.kill(os.getpid(), signal.SIGSEGV) if me else None";
    let ran = fails(&Workshop::new(), 2, body, &[]);
    assert_eq!(ran.code, 128 + 11, "{ran:#?}");
    says(&ran, &["party 1 (h-1)", "signal 11", "| about to"]);
}

#[test]
fn a_program_that_never_ends_is_stopped() {
    let begin = Instant::now();
    let ran = fails(
        &Workshop::new(),
        2,
        "time.sleep(1000)",
        &["--set", "program.timeout=2 s"],
    );
    assert_eq!(ran.code, 1, "{ran:#?}");
    says(
        &ran,
        &["party ", "did not end within 2 s", "program.timeout"],
    );
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn a_program_that_ignores_the_polite_signal_is_stopped_too() {
    let body = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(1000)";
    let ran = fails(&Workshop::new(), 2, body, &["--set", "program.timeout=1 s"]);
    assert_eq!(ran.code, 1, "{ran:#?}");
}

#[test]
fn one_that_crashes_ends_those_that_wait_for_it() {
    let begin = Instant::now();
    let body = "sys.exit('cannot go on') if me == 2 else time.sleep(1000)";
    let ran = fails(&Workshop::new(), 3, body, &[]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    says(&ran, &["party 2 (h-2)", "| cannot go on"]);
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn an_mpyc_program_whose_peer_crashes_names_the_one_that_did() {
    let body = "from mpyc.runtime import mpc\n\
                async def main():\n    async with mpc:\n        if me == 1: os._exit(5)\n        \
                print(await mpc.output(mpc.input(mpc.SecInt()(me))))\n\
                mpc.run(main())";
    let ran = fails(&Workshop::new(), 3, body, &[]);
    assert_eq!(ran.code, 5, "{ran:#?}");
    says(&ran, &["party 1 (h-1)", "code 5"]);
}

#[test]
fn what_a_program_leaves_running_is_ended() {
    let workshop = Workshop::new();
    // Forked twice, in a session of its own, without the environment by which it could be known.
    let body = "subprocess.Popen(['env', '-i', 'setsid', '--fork', 'sleep', '997'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n\
                time.sleep(0.3)\nprint('done')";
    put(&workshop, 2, body);
    workshop.e3(&["up"]).succeeded();
    workshop.e3(&["run"]).succeeded();
    let left: Vec<_> = workshop
        .processes()
        .into_iter()
        .filter(|process| process.line.contains("sleep 997"))
        .collect();
    assert!(left.is_empty(), "{left:#?}");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
    workshop.e3(&["run"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn a_child_that_holds_the_output_open_holds_up_nobody() {
    let workshop = Workshop::new();
    put(
        &workshop,
        2,
        "subprocess.Popen(['setsid', '--fork', 'sleep', '998'])\ntime.sleep(0.3)\nprint('done')",
    );
    let begin = Instant::now();
    workshop.e3(&["run"]).succeeded();
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{:?}",
        begin.elapsed()
    );
    workshop.nothing_left();
}

#[test]
fn two_hundred_megabytes_of_output_are_capped_and_said() {
    let workshop = Workshop::new();
    let body = "block = ('x' * 99 + '\\n') * 10000\nif me:\n    for _ in range(200): sys.stdout.write(block)\nprint('end', me)";
    put(&workshop, 2, body);
    let ran = workshop.e3(&["run", "--json"]).succeeded();
    let record = ran.json();
    let warnings = record["warnings"].to_string();
    assert!(
        warnings.contains("bytes of what the programs printed were not kept"),
        "{warnings}"
    );
    assert!(ran.out.len() < 4_000_000, "{} bytes of JSON", ran.out.len());
    let kept = std::fs::metadata(workshop.path("runs/latest/party-1.log"))
        .unwrap()
        .len();
    assert!(kept <= 64 * 1024 * 1024, "{kept} bytes kept");
    workshop.nothing_left();
}

#[test]
fn output_that_is_no_text_is_kept_as_it_is() {
    let workshop = Workshop::new();
    put(
        &workshop,
        2,
        "sys.stdout.buffer.write(bytes(range(256)) + b'\\n')",
    );
    workshop.e3(&["run"]).succeeded();
    let kept = std::fs::read(workshop.path("runs/latest/party-0.log")).unwrap();
    assert!(
        kept.iter().copied().eq((0..=255).chain([b'\n'])),
        "{kept:?}"
    );
    workshop.nothing_left();
}

/// Runs this on so many hosts, which must fail with nothing on standard output and nothing left.
#[track_caller]
fn fails(workshop: &Workshop, hosts: u16, body: &str, more: &[&str]) -> Ran {
    put(workshop, hosts, body);
    let ran = workshop.e3(&[&["run"], more].concat());
    assert_ne!(ran.code, 0, "{ran:#?}");
    assert_eq!(ran.out, "");
    workshop.nothing_left();
    ran
}

#[track_caller]
fn says(ran: &Ran, said: &[&str]) {
    for word in said {
        assert!(ran.err.contains(word), "no `{word}` in {}", ran.err);
    }
}
