//! Private inputs and outputs: where they are, and for how long.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::{
    program::{all_begun, program, tell, until_told},
    support::workshop::Workshop,
};

const SECRETS: [&str; 2] = ["first-secret-0123456789", "second-secret-0123456789"];

/// Two hosts with an input each, and a program that shows that it has it.
fn put(workshop: &Workshop, then: &str) {
    workshop.put(
        "e3.toml",
        "[hosts.h]\ncount = 2\nregion = \"ams3\"\ninput = \"in/{index}.txt\"\n[program]\npath = \"program.py\"\n",
    );
    for (index, secret) in SECRETS.iter().enumerate() {
        workshop.put(&format!("in/{index}.txt"), secret);
    }
    let body = format!(
        "secret = open(os.environ['E3_INPUT']).read()\n{}\n{then}",
        until_told(workshop)
    );
    workshop.put("program.py", &program(&body));
}

#[test]
fn an_input_is_on_its_own_host_alone_and_only_during_the_run() {
    let workshop = Workshop::new();
    put(&workshop, "print(len(secret))");
    workshop.e3(&["up"]).succeeded();
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    for (index, secret) in SECRETS.iter().enumerate() {
        let found = holding(&workshop, secret);
        assert!(!found.is_empty(), "the input of party {index} is nowhere");
        for path in found {
            let host = format!("/h-{index}/");
            assert!(path.to_str().unwrap().contains(&host), "{}", path.display());
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
    }
    // The same, as the program on the host has it.
    let folder = workshop
        .host_folders()
        .into_iter()
        .find(|path| path.ends_with("h-1"))
        .unwrap();
    let search = workshop.e3(&[
        "exec",
        "1",
        "--",
        "grep",
        "-rl",
        SECRETS[1],
        folder.to_str().unwrap(),
    ]);
    assert!(search.succeeded().out.contains("/h-1/"));
    tell(&workshop);
    run.ended().succeeded();
    for secret in SECRETS {
        assert_eq!(holding(&workshop, secret), [] as [PathBuf; 0]);
    }
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn an_input_is_gone_after_a_failure_too() {
    let workshop = Workshop::new();
    put(&workshop, "sys.exit(9)");
    workshop.e3(&["up"]).succeeded();
    tell(&workshop);
    let ran = workshop.e3(&["run"]);
    assert_eq!(ran.code, 9, "{ran:#?}");
    for secret in SECRETS {
        assert_eq!(holding(&workshop, secret), [] as [PathBuf; 0]);
    }
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn an_input_that_is_on_the_host_stays_there_and_passes_nobody() {
    let workshop = Workshop::new();
    let there = workshop.path("on-the-host.txt");
    workshop.put("on-the-host.txt", SECRETS[0]);
    workshop.put(
        "e3.toml",
        &format!(
            "[hosts.h]\nregion = \"ams3\"\ninput = {{ on_host = {:?} }}\n[hosts.i]\nregion = \"ams3\"\n\
             [program]\npath = \"program.py\"\nfiles = []\n",
            there.display().to_string()
        ),
    );
    let body = "there = os.environ.get('E3_INPUT')\nprint(there and open(there).read())";
    workshop.put("program.py", &program(body));
    let ran = workshop.e3(&["run", "--json"]).succeeded();
    let outcome = &ran.json()["outcome"]["differs"];
    assert_eq!(outcome["h"], format!("{}\n", SECRETS[0]));
    assert_eq!(outcome["i"], "None\n");
    assert!(there.exists());
    assert!(ran.err.contains("is on h already"), "{}", ran.err);
    workshop.nothing_left();
}

#[test]
fn an_output_that_is_kept_stays_on_its_host_and_is_in_no_record() {
    let workshop = Workshop::new();
    workshop.put(
        "e3.toml",
        "[hosts.open]\nregion = \"ams3\"\n[hosts.quiet]\nregion = \"ams3\"\noutput = \"keep\"\n\
         [program]\npath = \"program.py\"\n",
    );
    workshop.put("program.py", &program("print('result', 1000 + me)"));
    let ran = workshop.e3(&["run", "--json"]).succeeded();
    let record = ran.json();
    let parties = record["parties"].as_array().unwrap();
    let kept = parties
        .iter()
        .find(|party| party["host"] == "quiet")
        .unwrap();
    let (path, printed) = (
        kept["kept"].as_str().unwrap(),
        format!("result 100{}", kept["index"]),
    );
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert!(text.contains(&printed), "{text}");
    assert_eq!(
        searched(&workshop.path("runs"), &printed),
        [] as [PathBuf; 0]
    );
    assert!(!ran.err.contains(&printed) && !ran.out.contains(&printed));
    assert!(ran.out.contains("result 100"), "the other's is shown");
    workshop.nothing_left();
    assert!(Path::new(path).exists());
}

/// Files on hosts that hold this text.
fn holding(workshop: &Workshop, text: &str) -> Vec<PathBuf> {
    workshop
        .host_folders()
        .iter()
        .flat_map(|folder| searched(folder, text))
        .collect()
}

/// Files below a folder that hold this text.
fn searched(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(searched(&path, text));
        } else if String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).contains(text) {
            found.push(path);
        }
    }
    found
}
