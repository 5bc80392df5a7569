//! A command is filled in within its room, whatever the one who sends it asks for.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

use std::net::Ipv4Addr;

use e3_program::{
    command::{CommandError, command_line},
    given::Given,
    host::Runtime,
    line::CommandLine,
    stage::Staging,
};
use e3_session::types::{
    Command, Dial, DialTable, InputSource, Manifest, PartyIndex, Ports, Reach, RunId,
};

/// What the first of 256 parties makes of a command with these arguments and variables.
fn filled(arguments: &[String], variables: &[String]) -> Result<CommandLine, CommandError> {
    let home = tempfile::tempdir().unwrap();
    let mut staging = Staging::open(home.path()).unwrap();
    let manifest = Manifest { files: Vec::new() };
    let none = staging.begin(RunId(0), &manifest, &InputSource::None);
    assert!(none.unwrap().is_empty());
    let reach = |party| Reach {
        party: PartyIndex(party),
        name: format!("host{party}"),
        address: Ipv4Addr::LOCALHOST.into(),
        port: 10_000,
    };
    let dial = DialTable {
        me: PartyIndex(0),
        parties: (0..256).map(reach).collect(),
    };
    let runtime = Runtime {
        program: "/bin/true".into(),
        python: None,
        name: "true".to_owned(),
        language: String::new(),
    };
    let named = (0..).zip(variables);
    let command = Command {
        environment: named
            .map(|(n, value)| (format!("V{n}"), value.clone()))
            .collect(),
        input_as: None,
        dial: Dial::Mesh,
        interpreter: None,
    };
    let what = (arguments, &command, Ports::one(10_000));
    command_line(
        &runtime,
        what,
        &dial,
        (&staging.finish().unwrap(), &Given::default()),
        [],
    )
}

#[track_caller]
fn too_long(arguments: &[String], variables: &[String]) {
    let told = filled(arguments, variables).unwrap_err().to_string();
    assert!(told.contains("longer than 1024 KiB"), "{told}");
}

#[test]
fn arguments_and_variables_share_one_room() {
    let all = "{endpoints}".to_owned();
    // 256 times `127.0.0.1:10000,`, 256 times: that is 1024 KiB already without what else stands there.
    let repeated = format!("{{index:*}}{all}");
    too_long(&[repeated], &[]);

    let halves = |count| vec!["{endpoints}".repeat(120); count];
    assert_eq!(filled(&halves(1), &halves(1)).unwrap().arguments.len(), 1);
    too_long(&halves(3), &[]);
    too_long(&[], &halves(3));
    too_long(&halves(1), &halves(2));
}
