//! Programs of kind `command` and `probe`: what is declared, and what people are told about what is wrong.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod common;

use e3_spec::{Command, Dialling, Overrides, Ports, Probe, ProbeName, Program, ProgramKind};

/// Three hosts, and a program with these fields.
fn program(fields: &str) -> Result<Program, String> {
    let text = format!("[hosts.a]\ncount = 3\nregion = \"ams3\"\n[program]\n{fields}\n");
    common::parse(&text, &Overrides::default())
        .map(|environment| environment.program.unwrap())
        .map_err(|wrong| wrong.to_string())
}

fn command(fields: &str) -> Command {
    match program(&format!("kind = \"command\"\n{fields}"))
        .unwrap()
        .kind
    {
        ProgramKind::Command(command) => command,
        other => panic!("{other:?}"),
    }
}

fn wrong(fields: &str) -> String {
    program(fields).unwrap_err()
}

#[test]
fn a_command_says_all_that_a_framework_needs() {
    let found = command(
        "command = [\"./player.py\", \"-N\", \"{count}\", \"-p\", \"{index}\", \"-ip\", \"{peers_file}\"]\n\
         args = [\"tutorial\"]\nports = \"indexed\"\nport = 5000\ndial = \"lower-to-higher\"\n\
         env = { RANK = \"{number}\" }\ninput_as = \"Player-Data/Input-P{index}-0\"",
    );
    assert_eq!(found.line.last().unwrap(), "tutorial");
    assert_eq!(found.folder.unwrap().as_str(), "/env/demo");
    assert_eq!(
        (found.ports, found.dial),
        (Ports::Indexed, Dialling::LowerToHigher)
    );
    assert_eq!(found.env.len(), 1);
}

#[test]
fn nothing_travels_with_a_program_of_the_host() {
    let found = command("command = [\"/usr/bin/player\", \"{addresses}\"]");
    assert_eq!(found.folder, None);
    assert_eq!((found.ports, found.dial), (Ports::One, Dialling::Mesh));
    assert!(
        command("command = [\"player\"]\nfiles = [\"x.csv\"]")
            .folder
            .is_some()
    );
}

#[test]
fn what_is_wrong_with_a_command_is_said_at_its_place() {
    for (fields, place, said) in [
        (
            "command = [\"p\", \"{idx}\"]",
            "e3.toml:6:17",
            "expected `{index}`, `{number}`",
        ),
        (
            "command = [\"p\", \"{adress:0}\"]",
            "e3.toml:6:17",
            "did you mean `{address:0}`?",
        ),
        (
            "command = [\"p\", \"{port:3}\"]",
            "e3.toml:6:17",
            "there is no party 3",
        ),
        (
            "command = [\"p\", \"{count:1}\"]",
            "e3.toml:6:17",
            "is about all parties",
        ),
        (
            "command = [\"p\", \"{\"]",
            "e3.toml:6:17",
            "a brace stands alone",
        ),
        (
            "command = [\"p\", \"{python}\"]",
            "e3.toml:6:17",
            "expected a field `requirements`",
        ),
        ("command = []", "e3.toml:6:11", "the command line is empty"),
        (
            "command = [\"bin/p\"]",
            "e3.toml:6:11",
            "did you mean `./bin/p`?",
        ),
        (
            "command = [\"./none\"]",
            "e3.toml:6:11",
            "there is no file `none`",
        ),
        ("", "e3.toml:4:1", "no command line"),
        (
            "command = [\"p\"]\nenv = { A = \"{port:*}\" }",
            "e3.toml:7:13",
            "only an argument can be repeated",
        ),
        (
            "command = [\"p\"]\nenv = { E3_PARTY = \"1\" }",
            "e3.toml:7:9",
            "is not a variable's name",
        ),
        (
            "command = [\"p\"]\nports = \"indexed\"\nport = 65534",
            "e3.toml:8:8",
            "port 65536",
        ),
        (
            "command = [\"p\"]\ninput_as = \"../x\"",
            "e3.toml:7:12",
            "no place in the working folder",
        ),
        (
            "command = [\"p\"]\nthreshold = 1",
            "e3.toml:7:13",
            "a program of kind `command` has no `threshold`",
        ),
        (
            "command = [\"p\"]\ndial = \"ring\"",
            "e3.toml:7:8",
            "expected `mesh`, `lower-to-higher` or `higher-to-lower`",
        ),
        (
            "command = [\"p\"]\nrequirements = \"none.txt\"",
            "e3.toml:7:16",
            "there is no file `none.txt`",
        ),
    ] {
        let told = wrong(&format!("kind = \"command\"\n{fields}"));
        assert!(told.contains(place), "{fields}\n{told}");
        assert!(told.contains(said), "{fields}\n{told}");
    }
}

#[test]
fn what_has_no_room_in_any_run_is_told_before_it() {
    let among = |parties: u16, fields: &str| {
        let text = format!(
            "[hosts.a]\ncount = {parties}\nregion = \"ams3\"\n[program]\nkind = \"command\"\n{fields}\n"
        );
        common::parse(&text, &Overrides::default()).map_err(|wrong| wrong.to_string())
    };
    let all = "{endpoints}".repeat(10);
    let repeated = format!("command = [\"p\", \"{{index:*}}{all}\"]");
    among(64, &repeated).unwrap();
    let told = among(256, &repeated).unwrap_err();
    assert!(told.contains("e3.toml:6:11"), "{told}");
    assert!(told.contains("longer than 1024 KiB"), "{told}");
    assert!(told.contains("expected fewer or shorter ones"), "{told}");
    // Arguments and variables together.
    let half = format!("\"{{index:*}}{}\"", "{endpoints}".repeat(2));
    among(256, &format!("command = [\"p\", {half}]")).unwrap();
    let more = vec![half; 3].join(", ");
    assert!(among(256, &format!("command = [\"p\", {more}]")).is_err());
    let value = "{endpoints}".repeat(500);
    let variables = |count: u8| {
        let all: Vec<String> = (0..count).map(|n| format!("V{n} = \"{value}\"")).collect();
        among(
            256,
            &format!("command = [\"p\"]\nenv = {{ {} }}", all.join(", ")),
        )
    };
    variables(1).unwrap();
    assert!(variables(2).is_err());
}

#[test]
fn a_field_of_another_kind_is_told_once() {
    let told = wrong("path = \"x.py\"\ncommand = [\"p\"]");
    assert!(
        told.contains("a program of kind `mpyc` has no `command`"),
        "{told}"
    );
    assert_eq!(told.matches("error: ").count(), 1, "{told}");
}

#[test]
fn a_probe_has_a_name_and_the_mesh_a_profile() {
    let probe = |fields: &str| program(&format!("kind = \"probe\"\n{fields}"));
    let ProgramKind::Probe(Probe {
        name,
        limit,
        profile,
    }) = probe("probe = \"round-trip\"").unwrap().kind
    else {
        panic!()
    };
    assert_eq!(
        (name, limit.to_string().as_str(), profile),
        (ProbeName::RoundTrip, "2 s", None)
    );
    for (fields, said) in [
        ("", "the probe has no name"),
        ("probe = \"round_trip\"", "did you mean `round-trip`?"),
        ("probe = \"mesh\"", "has nothing to replay"),
        (
            "probe = \"throughput\"\nprofile = \"x.csv\"",
            "replays nothing",
        ),
        (
            "probe = \"mesh\"\nprofile = \"none.json\"",
            "there is no file `none.json`",
        ),
        (
            "probe = \"throughput\"\nargs = []",
            "a program of kind `probe` has no `args`",
        ),
    ] {
        let told = probe(fields).unwrap_err();
        assert!(told.contains(said), "{fields}\n{told}");
    }
}

#[test]
fn a_probe_or_a_program_takes_the_place_of_a_command() {
    let text = "[hosts.a]\ncount = 3\nregion = \"ams3\"\n[program]\nkind = \"command\"\n\
                command = [\"p\"]\nenv = { A = \"1\" }\ntimeout = \"9 s\"\n";
    let with = |overrides: &Overrides| common::parse(text, overrides).unwrap().program.unwrap();
    let probe = with(&Overrides {
        probe: Some("all-to-all".to_owned()),
        ..Overrides::default()
    });
    assert!(matches!(probe.kind, ProgramKind::Probe(_)));
    assert_eq!(probe.timeout.to_string(), "9 s");
    let program = with(&Overrides {
        program: Some("x.py".to_owned()),
        ..Overrides::default()
    });
    assert!(matches!(program.kind, ProgramKind::Mpyc(_)));
    let more = with(&Overrides {
        args: Some(vec!["-v".to_owned()]),
        ..Overrides::default()
    });
    let ProgramKind::Command(command) = more.kind else {
        panic!()
    };
    assert_eq!(command.line, ["p", "-v"]);
}
