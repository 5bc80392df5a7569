//! A coordinator that lies: a real headscale that hands out what the roster does not name.
//!
//! Whoever runs the coordinator can tell it what it likes by its own command, and so do these tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Way, headscale, peers};
use crate::{
    program::{FOREVER, all_begun, program},
    support::{desk::Ran, going::Going, workshop::Workshop},
};

/// From the lie until the program is stopped.
const AT_MOST: Duration = Duration::from_secs(5);

/// What a command takes to end after the program has, on a machine with much to do: it is not what is held to [`AT_MOST`].
const FAREWELL: Duration = Duration::from_secs(8);

/// Three parties, and a coordinator of theirs.
const ENVIRONMENT: &str = "\
[hosts.ams]
region = \"ams3\"

[hosts.nyc]
region = \"nyc3\"

[hosts.home]
region = \"fra1\"
nat = \"home\"

[program]
path = \"program.py\"
timeout = \"2 min\"
";

/// The coordinator's own command, as who runs its host has it.
pub(crate) struct Coordinator {
    config: PathBuf,
    /// A short way to its socket.
    _link: TempDir,
}

impl Coordinator {
    /// That of the environment that is up.
    pub(crate) fn of(workshop: &Workshop) -> Self {
        let mut folders = workshop.host_folders();
        let folder = loop {
            let folder = folders.pop().expect("no coordinator is there");
            if folder.join("config.yaml").exists() {
                break folder;
            }
            let below = fs::read_dir(&folder).into_iter().flatten().flatten();
            folders.extend(below.map(|entry| entry.path()).filter(|path| path.is_dir()));
        };
        let link = tempfile::tempdir().unwrap();
        let short = link.path().join("c");
        std::os::unix::fs::symlink(&folder, &short).unwrap();
        let config = fs::read(folder.join("config.yaml")).unwrap();
        let mut config: Value = serde_json::from_slice(&config).unwrap();
        config["unix_socket"] = json!(short.join("s"));
        let path = link.path().join("config.json");
        fs::write(&path, config.to_string()).unwrap();
        Self {
            config: path,
            _link: link,
        }
    }

    /// Does as it is told; gives what it says.
    pub(crate) fn does(&self, words: &[&str]) -> Value {
        let mut command = Command::new(peers().join("headscale"));
        command.args(words).args(["-o", "json", "-c"]);
        let done = command.arg(&self.config).output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{words:?}: {said} {done:?}");
        serde_json::from_str(&said).unwrap_or(Value::Null)
    }

    /// The names of the nodes that it knows.
    pub(crate) fn nodes(&self) -> Vec<(String, u64)> {
        let nodes = self.does(&["nodes", "list"]);
        let nodes = nodes.as_array().cloned().unwrap_or_default();
        let told = nodes.iter().map(|node| {
            let name = node["name"].as_str().unwrap().to_owned();
            (name, node["id"].as_u64().unwrap())
        });
        told.collect()
    }

    /// Changes who may speak with whom.
    fn allows(&self, change: impl FnOnce(&mut Value)) {
        let mut policy = self.does(&["policy", "get"]);
        change(&mut policy);
        let path = self.config.with_file_name("policy.json");
        fs::write(&path, policy.to_string()).unwrap();
        self.does(&["policy", "set", "-f", path.to_str().unwrap()]);
    }

    /// Registers a node of that name with keys of nobody's, and lets it and the parties see one another: it may speak to their
    /// programs, and no port is open that was not.
    fn adds(&self, name: &str) {
        self.allows(|policy| {
            for rule in policy["acls"].as_array_mut().unwrap() {
                rule["src"] = json!(["*"]);
            }
        });
        // The reference of a registration, as a browser would have it.
        let reference = "hskey-authreq-e3e3e3e3e3e3e3e3e3e3e3e3";
        self.does(&[
            "debug",
            "create-node",
            "--name",
            name,
            "--user",
            "e3",
            "--key",
            reference,
        ]);
        self.does(&["auth", "register", "--user", "e3", "--auth-id", reference]);
    }

    fn forgets(&self, name: &str) {
        let nodes = self.nodes();
        let (_, id) = nodes.iter().find(|(known, _)| known == name).unwrap();
        self.does(&["nodes", "delete", "--force", "-i", &id.to_string()]);
    }
}

/// What stands in for `way.command`, on a desk with three parties.
fn begin(workshop: &Workshop, way: &Way, args: &[&str]) -> Going {
    workshop.put("e3.toml", ENVIRONMENT);
    workshop.put("program.py", &program(FOREVER));
    workshop.going(way.command(workshop, args))
}

/// A run that is lied about is stopped in time, with a message that has these words.
#[track_caller]
fn stops(lie: impl FnOnce(&Coordinator), words: &[&str]) {
    let way = headscale();
    if !way.is_here() {
        return;
    }
    let workshop = Workshop::alone();
    let mut going = begin(&workshop, &way, &["run"]);
    all_begun(&mut going, 3);
    let coordinator = Coordinator::of(&workshop);
    let begun = Instant::now();
    lie(&coordinator);
    going.until(words[0]);
    let after = begun.elapsed();
    println!("stopped {after:?} after the lie began");
    assert!(after < AT_MOST, "{after:?}");
    let ran = going.ended();
    assert!(begun.elapsed() < AT_MOST + FAREWELL);
    tells(&ran, words);
    workshop.nothing_left();
}

#[track_caller]
fn tells(ran: &Ran, words: &[&str]) {
    assert_ne!(ran.code, 0, "{ran:?}");
    for word in words {
        assert!(ran.err.contains(word), "`{word}` is not in {}", ran.err);
    }
}

#[test]
fn a_node_added_during_a_run_stops_it_and_is_named() {
    stops(
        |coordinator| coordinator.adds("mallory"),
        &["the roster does not name", "mallory", "nodekey:"],
    );
}

#[test]
fn ports_opened_during_a_run_stop_it() {
    stops(
        |coordinator| {
            coordinator.allows(|policy| {
                let all = json!([{"action": "accept", "src": ["*"], "dst": ["*:*"]}]);
                policy["acls"] = all;
            });
        },
        &["lets others in at ports 0 to 65535"],
    );
}

#[test]
fn a_party_that_the_coordinator_forgets_stops_the_run_and_is_named() {
    stops(
        |coordinator| coordinator.forgets("nyc"),
        &["the key of party nyc"],
    );
}

#[test]
fn a_key_swapped_during_a_run_stops_it_and_the_party_is_named() {
    stops(
        |coordinator| {
            coordinator.forgets("nyc");
            coordinator.adds("nyc");
        },
        &["the key of party nyc", "calls itself \"nyc\""],
    );
}

#[test]
fn a_lie_before_a_run_lets_none_begin() {
    let way = headscale();
    if !way.is_here() {
        return;
    }
    let workshop = Workshop::alone();
    begin(&workshop, &way, &["up"]).ended().succeeded();
    Coordinator::of(&workshop).adds("mallory");
    std::thread::sleep(AT_MOST);
    let begun = Instant::now();
    let ran = begin(&workshop, &way, &["run"]).ended();
    assert!(begun.elapsed() < FAREWELL, "{:?}", begun.elapsed());
    tells(&ran, &["the roster does not name", "mallory"]);
    assert!(!ran.err.contains("begun"), "{}", ran.err);
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn after_its_parties_have_left_a_coordinator_knows_none_of_them() {
    let way = headscale();
    if !way.is_here() {
        return;
    }
    // It is asked as often as it answers, which takes a processor.
    let workshop = Workshop::alone();
    begin(&workshop, &way, &["up"]).ended().succeeded();
    let coordinator = Coordinator::of(&workshop);
    assert_eq!(coordinator.nodes().len(), 3);
    let folder: &Path = coordinator.config.parent().unwrap();
    let folder = fs::canonicalize(folder.join("c")).unwrap();
    let watching = std::thread::spawn({
        let coordinator = Coordinator {
            config: coordinator.config.clone(),
            _link: tempfile::tempdir().unwrap(),
        };
        move || {
            // As long as it answers, it is asked; what it has said last counts.
            let mut last = coordinator.nodes().len();
            while folder.exists() {
                let mut command = Command::new(peers().join("headscale"));
                command.args(["nodes", "list", "-o", "json", "-c"]);
                let said = command.arg(&coordinator.config).output().unwrap();
                if let (true, Ok(nodes)) = (
                    said.status.success(),
                    serde_json::from_slice::<Value>(&said.stdout),
                ) {
                    last = nodes.as_array().map_or(0, Vec::len);
                }
            }
            last
        }
    });
    workshop.e3(&["down"]).succeeded();
    assert_eq!(
        watching.join().unwrap(),
        0,
        "nodes that it still knew at its end"
    );
    workshop.nothing_left();
}
