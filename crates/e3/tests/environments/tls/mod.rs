//! The overlay `tls`, and what of `MPyC`'s own TLS it cannot mend.

use std::fs;

use e3_overlay::{Promise, Registry};
use serde_json::Value;

use rustix::process::Signal;

use crate::{
    death::agent_of,
    example,
    program::{FOREVER, all_begun, put},
    support::{going::kill, workshop::Workshop},
};

/// From nothing to a verified outcome, without a prompt and without a word about identities.
#[test]
fn secret_santa_draws_over_tls_from_nothing() {
    let workshop = Workshop::new();
    let ran = workshop.e3(&[
        "run",
        &example("secret-santa"),
        "--overlay",
        "tls",
        "--json",
    ]);
    let record = ran.succeeded().json();
    assert_eq!(record["overlay"], "tls");
    let identity = record["identity"].as_str().unwrap();
    assert!(identity.starts_with("ca did:key:"), "{identity}");
    assert_eq!(record["failure"], Value::Null);
    for party in 0..4 {
        let log = workshop.read(&format!("runs/latest/party-{party}.log"));
        assert!(log.contains("All 4 parties connected via SSL."), "{log}");
    }
    let verified = workshop.e3(&["verify", "runs/latest"]).succeeded();
    assert!(
        verified.out.contains("overlay    tls, mode mpyc-ssl"),
        "{}",
        verified.out
    );
    workshop.nothing_left();
}

#[test]
fn that_an_authority_is_used_is_said() {
    let workshop = Workshop::new();
    let ran = workshop
        .e3(&["run", &example("lan"), "--overlay", "tls"])
        .succeeded();
    assert!(
        ran.err.contains("overlay tls needs identity ca"),
        "{}",
        ran.err
    );
    workshop.nothing_left();
}

/// Two parties behind NATs of their own cannot reach one another, whatever comes first.
#[test]
fn which_pair_is_unreachable_is_said() {
    let workshop = Workshop::new();
    put(&workshop, 1, "pass");
    workshop.put(
        "e3.toml",
        "overlay = \"tls\"\n\
         [hosts.alice]\nregion = \"ams3\"\nnat = \"port-restricted\"\n\
         [hosts.bob]\nregion = \"nyc3\"\nnat = \"port-restricted\"\n\
         [program]\npath = \"program.py\"\n",
    );
    let ran = workshop.e3(&["run"]).refused();
    assert!(
        ran.err.contains("alice") && ran.err.contains("bob"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("NAT"), "{}", ran.err);
    workshop.nothing_left();
}

/// A command that would speak in clear is not started; one that is handed its key is, and finds it.
#[test]
fn a_command_has_to_use_its_key() {
    let workshop = Workshop::new();
    let declare = |arguments: &str| {
        workshop.put(
            "e3.toml",
            &format!(
                "overlay = \"tls\"\n[hosts.h]\ncount = 2\nregion = \"ams3\"\n[program]\nkind = \"command\"\ncommand = {arguments}\n"
            ),
        );
    };
    declare("[\"true\", \"{endpoints}\"]");
    let ran = workshop.e3(&["run"]).refused();
    assert!(
        ran.err.contains("secured by overlay tls only if"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("{tls_key}"), "{}", ran.err);

    declare(
        "[\"sh\", \"-c\", \"stat -c %a \\\"$@\\\"\", \"-\", \"{tls_key}\", \"{tls_certificate}\", \"{tls_authority}\"]",
    );
    let record = workshop.e3(&["run", "--json"]).succeeded().json();
    assert_eq!(record["outcome"]["same"], "600\n644\n644\n");
    workshop.nothing_left();
}

/// The key is there while the program runs, for its own user alone, and gone afterwards in an environment that stays up.
#[test]
fn a_key_is_there_only_while_the_program_runs() {
    let workshop = Workshop::new();
    workshop.put(
        "e3.toml",
        "overlay = \"tls\"\n[hosts.h]\ncount = 2\nregion = \"ams3\"\n[program]\npath = \"program.py\"\n",
    );
    workshop.put(
        "program.py",
        "import os, stat\n\
         from mpyc.runtime import mpc\n\
         me = os.environ['E3_PARTY']\n\
         print('mode', oct(stat.S_IMODE(os.stat(f'.config/party_{me}.key').st_mode)))\n\
         mpc.run(mpc.start())\n\
         mpc.run(mpc.shutdown())\n",
    );
    workshop.e3(&["up"]).succeeded();
    let record = workshop.e3(&["run", "--json"]).succeeded().json();
    assert_eq!(record["outcome"]["same"], "mode 0o600\n");
    assert_eq!(keys(&workshop), Vec::<String>::new());
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

/// An agent that is killed cannot clear its folder; the holder does.
#[test]
fn a_key_does_not_outlive_its_agent() {
    let workshop = Workshop::new();
    put(&workshop, 2, FOREVER);
    workshop.e3(&["up", "--overlay", "tls"]).succeeded();
    let mut run = workshop.begin(&["run", "--overlay", "tls"]);
    all_begun(&mut run, 2);
    assert_eq!(keys(&workshop).len(), 2);
    kill(agent_of(&workshop, "h-1"), Signal::KILL);
    assert_ne!(run.ended().code, 0);
    assert_eq!(keys(&workshop), Vec::<String>::new());
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

/// Private keys of TLS on this desk's hosts.
fn keys(workshop: &Workshop) -> Vec<String> {
    let mut keys = Vec::new();
    let mut folders = workshop.host_folders();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read(&path).is_ok_and(|text| text.starts_with(b"-----BEGIN PRIVATE")) {
                keys.push(path.display().to_string());
            }
        }
    }
    keys.retain(|path| path.contains("run-"));
    keys
}

/// An experiment: a member calls a party and says that it is another. `MPyC` believes it, and with the threshold that
/// should protect the secret of every party, the member learns one. So the overlay does not promise it.
#[test]
fn mpyc_believes_a_member_that_names_anothers_index() {
    let workshop = Workshop::new();
    workshop.put(
        "e3.toml",
        "overlay = \"tls\"\n[hosts.h]\ncount = 3\nregion = \"ams3\"\n[program]\npath = \"program.py\"\nthreshold = 1\nargs = [\"--no-prss\"]\n",
    );
    workshop.put("program.py", include_str!("impostor.py"));
    let record = workshop.e3(&["run", "--json"]).succeeded().json();
    let told: Vec<String> = (0..3)
        .map(|party| workshop.read(&format!("runs/latest/party-{party}.out")))
        .collect();
    println!("{}", told.concat());
    assert_eq!(record["failure"], Value::Null);
    assert!(told[0].contains("party 0 is kept out"), "{told:?}");
    assert!(
        told[1].contains("whoever holds the certificate of MPyC party 2"),
        "{told:?}"
    );
    assert!(told[2].contains("from two shares: 4711"), "{told:?}");

    let overlay = Registry::builtin().make("tls").unwrap();
    let Promise::No(why) = overlay.properties().names_callers else {
        panic!("tls promises what MPyC does not keep");
    };
    println!("so tls does not promise it: {why}");
    workshop.nothing_left();
}
