//! Environments that stay up between commands, and several commands at once.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    program::{FOREVER, all_begun, environment, program, put, tell, until_told},
    support::{desk::Ran, going::PAUSE, workshop::Workshop},
};

#[test]
fn up_status_run_twice_down_twice() {
    let workshop = Workshop::new();
    put(&workshop, 2, "print('hello')");
    assert_eq!(status(&workshop)["up"], false);
    assert_eq!(
        workshop.e3(&["up", "--json"]).succeeded().json()["done"],
        "created"
    );
    let up = status(&workshop);
    assert_eq!(up["up"], true);
    assert_eq!(up["running"], Value::Null);
    assert_eq!(up["hosts"].as_array().unwrap().len(), 2);
    assert!(
        up["hosts"]
            .as_array()
            .unwrap()
            .iter()
            .all(|host| host["alive"] == true)
    );
    for run in 1..=2 {
        let record = workshop.e3(&["run", "--json"]).succeeded().json();
        assert_eq!(record["run"], run);
        assert_eq!(record["session"], up["session"]);
        assert_eq!(record["outcome"]["same"], "hello\n");
    }
    assert_eq!(
        workshop.e3(&["up", "--json"]).succeeded().json()["done"],
        "unchanged"
    );
    assert_eq!(status(&workshop)["session"], up["session"]);
    let down =
        || workshop.e3(&["down", "--json"]).succeeded().json()["environments"][0]["found"].clone();
    assert_eq!(down(), "ended");
    workshop.nothing_left();
    assert_eq!(down(), "nothing");
    assert_eq!(status(&workshop)["up"], false);
}

#[test]
fn up_with_changes_makes_it_anew_and_says_why() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.e3(&["up"]).succeeded();
    let before = status(&workshop);
    let again = workshop
        .e3(&["up", "--parties", "3", "--json"])
        .succeeded()
        .json();
    assert_eq!(again["done"], "recreated");
    assert!(
        !again["changes"].as_array().unwrap().is_empty(),
        "{again:#}"
    );
    let after = status(&workshop);
    assert_ne!(before["session"], after["session"]);
    assert_eq!(after["hosts"].as_array().unwrap().len(), 3);
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn a_run_may_change_the_program_and_not_the_hosts() {
    let workshop = Workshop::new();
    put(&workshop, 3, "print('first')");
    workshop.put("other/program.py", &program("print('other')"));
    workshop.e3(&["up"]).succeeded();
    let other = workshop.e3(&["run", "--program", "other/program.py", "--json"]);
    assert_eq!(other.succeeded().json()["outcome"]["same"], "other\n");
    let refused = workshop.e3(&["run", "--parties", "2"]).refused();
    assert!(
        refused.err.contains("not the one that is asked for"),
        "{}",
        refused.err
    );
    assert!(refused.err.contains("e3 up"), "{}", refused.err);
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn exec_passes_its_streams_and_its_exit_code() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.e3(&["up"]).succeeded();
    let exec = |host: &str, script: &str| workshop.e3(&["exec", host, "--", "sh", "-c", script]);
    let ran = exec("h-1", "echo out; echo err >&2; hostname; exit 42");
    assert_eq!(ran.code, 42, "{ran:#?}");
    assert_eq!(ran.out, "out\nh-1\n");
    assert_eq!(ran.err, "err\n");
    assert_eq!(exec("0", "hostname").succeeded().out, "h-0\n");
    assert_eq!(exec("0", "kill -9 $$").code, 137);

    // More than any buffer on the way holds, and then the end of the input.
    workshop.put("input", &"0123456789abcde\n".repeat(100_000));
    let mut command = workshop.command(&["exec", "h-0", "--", "md5sum"]);
    let input = std::fs::File::open(workshop.path("input")).unwrap();
    let here = std::process::Command::new("md5sum")
        .stdin(input.try_clone().unwrap())
        .output()
        .unwrap();
    let input = std::fs::File::open(workshop.path("input")).unwrap();
    command.stdin(Stdio::from(input));
    let there = workshop.going(command).ended().succeeded();
    assert_eq!(there.out.as_bytes(), here.stdout);

    let large = exec("h-0", "head -c 3000000 /dev/zero | tr '\\0' x").succeeded();
    assert_eq!(large.out.len(), 3_000_000);
    let unknown = workshop.e3(&["exec", "nobody", "--", "true"]).refused();
    assert!(unknown.err.contains("h-0, h-1"), "{}", unknown.err);
    let missing = workshop
        .e3(&["exec", "h-0", "--", "no-such-command"])
        .refused();
    assert!(missing.err.contains("no-such-command"), "{}", missing.err);
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn ping_measures_what_is_declared() {
    let workshop = Workshop::alone();
    workshop.put(
        "e3.toml",
        "[hosts.a]\nregion = \"ams3\"\n[hosts.b]\nregion = \"sgp1\"\n\
         [[network.pairs]]\nbetween = [\"ams3\", \"sgp1\"]\nrtt = \"60 ms\"\n",
    );
    workshop.e3(&["up"]).succeeded();
    let ran = workshop
        .e3(&["ping", "a", "b", "--count", "5", "--json"])
        .succeeded()
        .json();
    let links = ran["links"].as_array().unwrap();
    let best = links
        .iter()
        .map(|link| link["rtt_ms"].as_f64().unwrap())
        .fold(f64::MAX, f64::min);
    assert_eq!(links.len(), 5);
    assert!((best - 60.0).abs() < 1.2, "{ran:#}");
    let words = workshop
        .e3(&["ping", "b", "a", "--count", "1"])
        .succeeded()
        .out;
    assert!(words.contains("b → a: direct"), "{words}");
    let nobody = workshop.e3(&["ping", "a", "c"]).refused();
    assert!(nobody.err.contains("a, b"), "{}", nobody.err);
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn two_environments_are_up_side_by_side() {
    let workshop = Workshop::new();
    for name in ["one", "two"] {
        workshop.put(&format!("{name}/e3.toml"), &environment(2));
        workshop.put(
            &format!("{name}/program.py"),
            &program(&format!("print('{name}')")),
        );
    }
    workshop.e3(&["up", "one"]).succeeded();
    workshop.e3(&["up", "two"]).succeeded();
    let runs = ["one", "two"].map(|name| (name, workshop.begin(&["run", name, "--json"])));
    for (name, run) in runs {
        let record = run.ended().succeeded().json();
        assert_eq!(record["outcome"]["same"], format!("{name}\n"));
    }
    workshop.e3(&["down", "one"]).succeeded();
    assert_eq!(
        workshop.e3(&["status", "two", "--json"]).succeeded().json()["up"],
        true
    );
    assert_eq!(
        workshop.e3(&["status", "one", "--json"]).succeeded().json()["up"],
        false
    );
    workshop.e3(&["down", "--all"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn the_same_environment_twice_is_refused_and_its_owner_named() {
    let workshop = Workshop::new();
    put(&workshop, 2, &until_told(&workshop));
    let mut first = workshop.begin(&["run"]);
    all_begun(&mut first, 2);
    for verb in ["run", "up"] {
        let refused = workshop.e3(&[verb]).refused();
        assert!(
            refused.err.contains("`e3 run`, process "),
            "{verb}: {}",
            refused.err
        );
        assert!(refused.err.contains("e3 down"), "{verb}: {}", refused.err);
    }
    tell(&workshop);
    first.ended().succeeded();
    workshop.nothing_left();
}

#[test]
fn several_commands_use_an_environment_while_a_run_goes_on() {
    let workshop = Workshop::new();
    put(&workshop, 2, &until_told(&workshop));
    workshop.e3(&["up"]).succeeded();
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    assert_eq!(status(&workshop)["running"], "program.py");
    assert_eq!(
        workshop
            .e3(&["exec", "0", "--", "echo", "hi"])
            .succeeded()
            .out,
        "hi\n"
    );
    workshop.e3(&["ping", "0", "1", "--count", "1"]).succeeded();
    let second = workshop.e3(&["run"]).refused();
    assert!(
        second.err.contains("a run of program.py is going on"),
        "{}",
        second.err
    );
    let recreate = workshop.e3(&["up", "--parties", "3"]).refused();
    assert!(recreate.err.contains("in use"), "{}", recreate.err);
    let logs = workshop.e3(&["logs"]).succeeded();
    assert!(
        logs.out.contains("begun 0") && logs.out.contains("begun 1"),
        "{}",
        logs.out
    );
    assert!(!run.has_ended());
    tell(&workshop);
    run.ended().succeeded();
    assert_eq!(status(&workshop)["running"], Value::Null);
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn down_ends_a_run_that_goes_on() {
    let workshop = Workshop::new();
    put(&workshop, 2, FOREVER);
    workshop.e3(&["up"]).succeeded();
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    workshop.e3(&["down"]).succeeded();
    let ran = run.ended();
    assert_ne!(ran.code, 0, "{ran:#?}");
    assert!(ran.err.contains("error: "), "{}", ran.err);
    workshop.nothing_left();
}

#[test]
fn down_finds_what_is_up_whatever_its_file_says_by_now() {
    for text in [
        "name = \"another\"\n[hosts.a]\nregion = \"ams3\"\n",
        "broken [",
    ] {
        let workshop = Workshop::new();
        put(&workshop, 2, "");
        workshop.e3(&["up"]).succeeded();
        workshop.put("e3.toml", text);
        let down = workshop.e3(&["down", "--json"]).succeeded().json();
        assert_eq!(down["environments"][0]["environment"], "work");
        assert_eq!(down["environments"][0]["found"], "ended");
        workshop.nothing_left();
    }
}

#[test]
fn only_what_stands_in_a_file_can_be_kept_up() {
    let workshop = Workshop::new();
    workshop.put("x.py", "");
    let refused = workshop.e3(&["up", "--program", "x.py"]).refused();
    assert!(refused.err.contains("needs an e3.toml"), "{}", refused.err);
    workshop.nothing_left();
}

#[test]
fn logs_are_followed_to_the_end_of_a_run() {
    let workshop = Workshop::new();
    put(&workshop, 2, &until_told(&workshop));
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    let follow = workshop.begin(&["logs", "--follow", "--party", "1"]);
    let end = Instant::now() + Duration::from_secs(10);
    while follow.printed().0.is_empty() {
        assert!(Instant::now() < end, "nothing is followed");
        std::thread::sleep(PAUSE);
    }
    tell(&workshop);
    run.ended().succeeded();
    assert_eq!(follow.ended().succeeded().out, "begun 1\ntold\n");
    let nobody: Ran = workshop.e3(&["logs", "--party", "7"]).refused();
    assert!(nobody.err.contains("no party 7"), "{}", nobody.err);
    workshop.e3(&["logs", "never"]).refused();
    workshop.nothing_left();
}

#[test]
fn what_is_not_up_says_so() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    for args in [&["exec", "0", "--", "true"][..], &["ping", "0", "1"]] {
        let ran = workshop.e3(args).refused();
        assert!(
            ran.err.contains("not up") && ran.err.contains("`e3 up`"),
            "{}",
            ran.err
        );
    }
    assert!(
        workshop
            .e3(&["status"])
            .succeeded()
            .out
            .contains("is not up")
    );
    workshop.nothing_left();
}

#[track_caller]
fn status(workshop: &Workshop) -> Value {
    workshop.e3(&["status", "--json"]).succeeded().json()
}
