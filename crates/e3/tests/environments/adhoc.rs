//! A program without an e3.toml.

use serde_json::json;

use crate::{program::program, support::workshop::Workshop};

#[test]
fn a_program_runs_from_any_folder_with_its_arguments() {
    let workshop = Workshop::new();
    workshop.put(
        "else/where/x.py",
        &program("print(sys.argv[-2:], os.environ['E3_PARTIES'])"),
    );
    let ran = workshop.e3(&[
        "run",
        "--program",
        "else/where/x.py",
        "--parties",
        "3",
        "--json",
        "--",
        "one",
        "-n2",
    ]);
    let record = ran.succeeded().json();
    assert_eq!(record["outcome"]["same"], "['one', '-n2'] 3\n");
    assert_eq!(record["arguments"], json!(["one", "-n2"]));
    assert_eq!(record["program"], "x.py");
    workshop.nothing_left();
}

#[test]
fn what_was_overridden_is_what_runs_and_is_recorded() {
    let workshop = Workshop::new();
    workshop.put(
        "x.py",
        &program("print(sys.argv[sys.argv.index('-T') + 1])"),
    );
    let ran = workshop.e3(&[
        "run",
        "--program",
        "x.py",
        "--parties",
        "5",
        "--threshold",
        "1",
        "--region",
        "sgp1",
        "--seed",
        "42",
        "--set",
        "program.timeout=30 s",
        "--set",
        "program.port=12000",
        "--json",
    ]);
    let record = ran.succeeded().json();
    assert_eq!(record["threshold"], 1);
    assert_eq!(record["seed"], 42);
    let parties = record["parties"].as_array().unwrap();
    assert_eq!(parties.len(), 5);
    assert!(parties.iter().all(|party| party["region"] == "sgp1"));
    assert_eq!(record["outcome"]["same"], "1\n");
    workshop.nothing_left();
}

#[test]
fn an_override_that_makes_no_sense_is_refused_by_its_name() {
    let workshop = Workshop::new();
    workshop.put("x.py", "");
    for (option, value, said) in [
        ("--region", "ansterdam", "ansterdam"),
        ("--threshold", "2", "threshold"),
        ("--set", "program.timout=3 s", "timeout"),
        ("--overlay", "pigeons", "pigeons"),
    ] {
        let ran = workshop.e3(&["run", "--program", "x.py", "--parties", "3", option, value]);
        let ran = ran.refused();
        assert!(ran.err.contains(said), "{option} {value}: {}", ran.err);
    }
    workshop.nothing_left();
}
