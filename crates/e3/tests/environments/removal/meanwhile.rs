//! What goes on when a party is put out.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{ENVIRONMENT, goes_on_without};
use crate::{
    death::agent_of,
    program::{FOREVER, all_begun, program},
    support::{going::kill, workshop::Workshop},
};

/// From the command until the run has ended and the others have forgotten the party.
const AT_MOST: Duration = Duration::from_secs(15);

#[test]
fn a_run_ends_and_says_why_also_if_the_agent_hangs() {
    for hangs in [false, true] {
        let workshop = Workshop::alone();
        workshop.put("e3.toml", ENVIRONMENT);
        workshop.put("program.py", &program(FOREVER));
        workshop.e3(&["up"]).succeeded();
        let home = agent_of(&workshop, "home");
        let mut run = workshop.begin(&["run"]);
        all_begun(&mut run, 4);
        if hangs {
            kill(home, Signal::STOP);
        }
        let begun = Instant::now();
        let removed = workshop.e3(&["remove", "1", "--json"]).succeeded().json();
        let took = begun.elapsed();
        println!("hangs: {hangs}; put out after {took:?}");
        assert!(took < AT_MOST, "{took:?}");
        assert_eq!(removed["ended"], "program.py", "{removed:#}");
        let ran = run.ended();
        assert_eq!(ran.code, 1, "{ran:#?}");
        assert!(
            ran.err.contains("home was put out of the environment")
                && ran.err.contains("run again"),
            "{}",
            ran.err
        );
        let failure = workshop.record()["failure"].clone();
        assert!(failure["message"].as_str().unwrap().contains("put out"));
        let verified = workshop.e3(&["verify", "runs/latest"]);
        let told = "nobody has signed how it ended for party home";
        assert!(verified.err.contains(told), "{}", verified.err);
        goes_on_without(&|args| workshop.e3(args), &["ams", "nyc", "sgp"], 2);
        workshop.e3(&["verify", "runs/latest"]).succeeded();
        workshop.e3(&["down"]).succeeded();
        workshop.nothing_left();
    }
}

#[test]
fn several_go_together_and_one_after_the_other() {
    let workshop = Workshop::new();
    workshop.put(
        "e3.toml",
        "[hosts.h]\ncount = 6\nregion = \"ams3\"\n[program]\npath = \"program.py\"\n",
    );
    workshop.put("program.py", "");
    workshop.e3(&["up"]).succeeded();
    // One has died, and cannot be asked for anything.
    kill(agent_of(&workshop, "h-4"), Signal::KILL);
    let refused = workshop.e3(&["remove", "h-2"]).refused();
    assert!(
        refused.err.contains("h-4") && refused.err.contains("e3 down"),
        "{}",
        refused.err
    );
    let removed = workshop
        .e3(&["remove", "h-2", "h-4", "--json"])
        .succeeded()
        .json();
    assert_eq!(
        removed["parties"].as_array().unwrap().len(),
        4,
        "{removed:#}"
    );
    // By its index of now.
    let again = workshop.e3(&["remove", "2", "--json"]).succeeded().json();
    assert_eq!(again["removed"][0]["host"], "h-3", "{again:#}");
    assert!(
        again["epoch"].as_u64() > removed["epoch"].as_u64(),
        "{again:#}"
    );
    let record = workshop
        .e3(&["run", "--probe", "round-trip", "--json"])
        .succeeded()
        .json();
    assert_eq!(super::hosts(&record["parties"]), ["h-0", "h-1", "h-5"]);
    assert_eq!(record["agreement"]["epoch"], again["epoch"]);
    workshop.e3(&["verify", "runs/latest"]).succeeded();
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}
