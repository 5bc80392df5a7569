//! Killing each part of a lab, and looking from outside for what is left.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use e3_lab::testing::helper;
use e3_lab::{EnterOptions, Nat, Role, enter};

use crate::common::{host, lab, site};

/// Builds a lab, starts a program in it that forks twice, says so and waits.
pub(crate) fn victim() {
    match enter(EnterOptions::default()) {
        Ok(Role::Guardian(guardian)) => {
            println!("init {}", guardian.init());
            std::process::exit(guardian.wait().unwrap())
        }
        Ok(Role::Inside) => {}
        Err(error) => panic!("{error}"),
    }
    let lab = lab(vec![
        site("a", "ams3", Nat::None, &["anna"]),
        site("b", "nyc3", Nat::Home, &["bert"]),
    ]);
    let mut command = Command::new("sh");
    command
        .args(["-c", "(setsid sleep 1000 &) ; exec sleep 1000"])
        .stdout(Stdio::null());
    host(&lab, "bert").enter_command(&mut command);
    let mut child = command.spawn().unwrap();
    println!("built");
    child.wait().unwrap();
}

/// What can be seen from outside: processes of this program and of its children, namespaces, interfaces, mounts.
#[derive(Debug, PartialEq, Eq)]
struct Outside {
    processes: BTreeSet<String>,
    namespaces: BTreeSet<(String, u64)>,
    interfaces: BTreeSet<String>,
    mounts: String,
}

fn look() -> Outside {
    let mut processes = BTreeSet::new();
    let mut namespaces = BTreeSet::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let pid = entry.file_name().into_string().unwrap();
        if !pid.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let command = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        if command.contains("sleep\x001000") || command.contains("victim") {
            processes.insert(format!("{pid} {command}"));
        }
        for kind in ["net", "mnt", "pid", "user", "uts"] {
            // Others' processes cannot be looked into, and are none of ours.
            if let Ok(namespace) = fs::metadata(entry.path().join("ns").join(kind)) {
                namespaces.insert((kind.to_owned(), namespace.ino()));
            }
        }
    }
    let interfaces = fs::read_dir("/sys/class/net").unwrap().flatten();
    Outside {
        processes,
        namespaces,
        interfaces: interfaces
            .map(|interface| interface.file_name().into_string().unwrap())
            .collect(),
        mounts: fs::read_to_string("/proc/self/mountinfo").unwrap(),
    }
}

struct Victim {
    guardian: Child,
    init: u32,
}

impl Victim {
    fn start() -> Self {
        let mut guardian = helper("victim").stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(guardian.stdout.take().unwrap()).lines();
        let mut init = None;
        for line in lines.map_while(Result::ok) {
            match line.strip_prefix("init ") {
                Some(pid) => init = pid.parse().ok(),
                None => assert_eq!(line, "built"),
            }
            if line == "built" {
                break;
            }
        }
        Self {
            guardian,
            init: init.unwrap(),
        }
    }

    /// The only child of init.
    fn inside(&self) -> u32 {
        let children =
            fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.init)).unwrap();
        // Orphans that init has been given have their own command line; the inside has the victim's.
        let is_inside = |pid: &&str| {
            fs::read_to_string(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|command| command.contains("victim"))
        };
        children
            .split_whitespace()
            .find(is_inside)
            .unwrap()
            .parse()
            .unwrap()
    }
}

fn kill_and_look(choose: impl Fn(&Victim) -> u32) {
    let before = look();
    let mut victim = Victim::start();
    let during = look();
    assert!(during.processes.len() >= 4, "{during:?}");
    assert!(
        during.namespaces.len() > before.namespaces.len() + 4,
        "{during:?}"
    );
    assert_eq!(
        during.interfaces, before.interfaces,
        "nothing of a lab shows outside"
    );
    let killed = Command::new("kill")
        .args(["-KILL", &choose(&victim).to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    victim.guardian.wait().unwrap();
    let started = Instant::now();
    while look() != before {
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "left over: {:#?}\nbefore: {before:#?}",
            look()
        );
        thread::sleep(Duration::from_millis(5));
    }
    println!("all gone {:?} after the guardian", started.elapsed());
}

pub(crate) fn killing_the_inside_leaves_nothing() {
    kill_and_look(Victim::inside);
}

pub(crate) fn killing_init_leaves_nothing() {
    kill_and_look(|victim| victim.init);
}

pub(crate) fn killing_the_guardian_leaves_nothing() {
    kill_and_look(|victim| victim.guardian.id());
}
