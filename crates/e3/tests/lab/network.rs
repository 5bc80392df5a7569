//! A network by itself: up, looked into, down.

use std::{fs::File, process::Stdio};

use rustix::process::Signal;

use crate::{
    down, json,
    support::{going::kill, seen::Role, workshop::Workshop},
    three_sites,
};

#[test]
fn sites_on_the_command_line_are_a_network() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    let status = json(&workshop, &["status"]);
    assert_eq!(status["up"], true);
    assert_eq!(status["parties"], false);
    let site = |index: usize| &status["sites"][index];
    assert_eq!(site(1)["site"], "home");
    assert_eq!(site(1)["region"], "nyc3");
    assert_eq!(site(1)["hosts"][1]["host"], "home-1");
    assert_ne!(
        site(1)["hosts"][0]["seen_as"],
        site(1)["hosts"][0]["addresses"][0]
    );
    assert_eq!(
        site(0)["hosts"][0]["seen_as"],
        site(0)["hosts"][0]["addresses"][0]
    );
    assert_eq!(status["paths"].as_array().unwrap().len(), 6);
    assert!(
        status["check"]["pairs_in_all"].as_u64() == Some(6),
        "{status:#}"
    );

    let again = [
        "up",
        "--site",
        "ams3",
        "--site",
        "home=nyc3:home*2",
        "--site",
        "sgp1",
    ];
    assert_eq!(json(&workshop, &again)["done"], "unchanged");
    assert_eq!(
        json(&workshop, &["up", "--site", "ams3"])["done"],
        "recreated"
    );
    let status = json(&workshop, &["status"]);
    assert_eq!(status["sites"].as_array().unwrap().len(), 1);
    assert_eq!(
        json(&workshop, &["down"])["environments"][0]["found"],
        "ended"
    );
    workshop.nothing_left();
    assert_eq!(
        json(&workshop, &["down"])["environments"][0]["found"],
        "nothing"
    );
    assert_eq!(json(&workshop, &["status"])["up"], false);
}

#[test]
fn two_labs_have_two_names() {
    let workshop = Workshop::new();
    for (name, region) in [("one", "ams3"), ("two", "sgp1")] {
        workshop
            .e3(&["lab", "up", "--site", region, "--name", name])
            .succeeded();
    }
    for (name, region) in [("one", "ams3"), ("two", "sgp1")] {
        let status = json(&workshop, &["status", "-e", name]);
        assert_eq!(status["sites"][0]["region"], region);
    }
    assert_eq!(
        json(&workshop, &["status"])["up"],
        false,
        "nobody is called `lab`"
    );
    for name in ["one", "two"] {
        workshop.e3(&["lab", "down", name]).succeeded();
    }
    workshop.nothing_left();
}

#[test]
fn a_command_runs_on_a_host_with_its_streams_and_its_exit_code() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    let exec =
        |host: &str, script: &str| workshop.e3(&["lab", "exec", host, "--", "sh", "-c", script]);
    let ran = exec("home-1", "echo out; echo err >&2; hostname; exit 42");
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.as_str()),
        (42, "out\nhome-1\n", "err\n")
    );
    assert_eq!(exec("sgp1", "kill -9 $$").code, 137);
    // The hosts know one another by name.
    assert!(
        exec("ams3", "cat /etc/hosts")
            .succeeded()
            .out
            .contains("sgp1")
    );

    workshop.put("input", &"0123456789abcde\n".repeat(10_000));
    let mut command = workshop.command(&["lab", "exec", "ams3", "--", "wc", "-c"]);
    command.stdin(Stdio::from(File::open(workshop.path("input")).unwrap()));
    let counted = workshop.going(command).ended().succeeded();
    assert_eq!(counted.out.trim(), "160000");

    let document = json(&workshop, &["exec", "ams3", "--", "hostname"]);
    assert_eq!(document["stdout"], "ams3\n");
    let refused = workshop
        .e3(&["lab", "exec", "nobody", "--", "true"])
        .refused();
    assert!(
        refused.err.contains("its hosts are ams3, home-0"),
        "{}",
        refused.err
    );
    let refused = workshop
        .e3(&["lab", "exec", "ams3", "--", "no-such-program"])
        .refused();
    assert!(
        refused.err.contains("could not be started"),
        "{}",
        refused.err
    );
    down(&workshop);
}

#[test]
fn pings_say_what_was_declared_and_who_answered() {
    let workshop = Workshop::alone();
    three_sites(&workshop);
    let pinged = json(&workshop, &["ping", "ams3", "sgp1", "--count", "20"]);
    assert_eq!(pinged["answered_by"], "host");
    assert_eq!(pinged["sent"], 20);
    let figure = |name: &str| pinged[name].as_f64().unwrap();
    assert!((figure("declared_ms") - 171.31).abs() < 0.01, "{pinged:#}");
    assert!(figure("min_ms") <= figure("median_ms") && figure("median_ms") <= figure("max_ms"));
    assert!((figure("min_ms") - 171.31).abs() < 2.0, "{pinged:#}");
    // Nobody can ping what is behind a home router: it pings.
    let pinged = json(&workshop, &["ping", "ams3", "home-0"]);
    assert_eq!(
        (&pinged["from"], &pinged["to"]),
        (&"home-0".into(), &"ams3".into())
    );
    let check = workshop.e3(&["lab", "check", "--json"]);
    let document = check.json();
    assert_eq!(document["pairs"], 6);
    assert_eq!(document["unanswered"], 0);
    assert_eq!(
        check.code,
        i32::from(document["trusted"] == false),
        "{check:#?}"
    );
    let refused = workshop.e3(&["lab", "ping", "ams3", "ams3"]).refused();
    assert!(refused.err.contains("name two"), "{}", refused.err);
    down(&workshop);
}

#[test]
fn what_was_killed_is_cleaned_up() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    workshop
        .e3(&["lab", "exec", "ams3", "--", "true"])
        .succeeded();
    let guardian = workshop.process(Role::Guardian).unwrap();
    kill(guardian.pid, Signal::KILL);
    workshop.e3(&["lab", "down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn what_is_not_up_is_said_to_be_so() {
    let workshop = Workshop::new();
    for args in [
        &["lab", "exec", "ams3", "--", "true"][..],
        &["lab", "ping", "ams3", "sgp1"],
        &["lab", "check"],
        &["lab", "link", "ams3", "sgp1"],
        &["lab", "nat", "ams3"],
        &["lab", "host", "ams3", "--move"],
        &["lab", "capture", "ams3", "-o", "x.pcapng"],
    ] {
        let refused = workshop.e3(args).refused();
        assert!(
            refused.err.contains("`lab` is not up"),
            "{args:?}: {}",
            refused.err
        );
        assert!(
            refused.err.contains("e3 lab up --site"),
            "{args:?}: {}",
            refused.err
        );
    }
    assert!(!workshop.path("x.pcapng").exists());
    let refused = workshop
        .e3(&["lab", "status", "-e", "folder/that/is/not"])
        .refused();
    assert!(refused.err.contains("does not exist"), "{}", refused.err);
    let refused = workshop.e3(&["lab", "up"]).refused();
    assert!(refused.err.contains("no e3.toml"), "{}", refused.err);
    let refused = workshop.e3(&["lab", "up", "--site", "ansterdam"]).refused();
    assert!(
        refused.err.contains("did you mean `ams3`?"),
        "{}",
        refused.err
    );
    workshop.nothing_left();
}
