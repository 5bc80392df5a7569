//! Killing each part of a lab, and looking from outside for what is left.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use e3_lab::testing::{Test, helper};
use e3_lab::{EnterOptions, Nat, Role, enter};
use rustix::fs::FlockOperation;
use rustix::process::Signal;

use crate::common::{host, lab, signal, site};

/// The tests of this file, and what they start.
pub(crate) const TESTS: &[Test] = &[
    Test::outside(
        "killing_the_inside_leaves_nothing",
        killing_the_inside_leaves_nothing,
    ),
    Test::outside("killing_init_leaves_nothing", killing_init_leaves_nothing),
    Test::outside(
        "killing_the_guardian_leaves_nothing",
        killing_the_guardian_leaves_nothing,
    ),
    Test::outside(
        "a_shared_lock_is_free_only_when_all_have_ended",
        a_shared_lock_is_free_only_when_all_have_ended,
    ),
    Test::helper("victim", victim),
    Test::helper("locked_victim", locked_victim),
];

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
        site("b", "nyc3", Nat::port_restricted(), &["bert"]),
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

/// What of a lab can be seen from outside. Others may build labs on this machine meanwhile, so this looks for the
/// victim's own namespaces and processes only.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    processes: BTreeSet<u32>,
    namespaces: BTreeSet<(&'static str, u64)>,
}

impl Seen {
    /// All that belongs to a process and its descendants, except what the caller has too.
    fn of(root: u32) -> Self {
        let mut seen = Self::default();
        let mut waiting = vec![root];
        while let Some(pid) = waiting.pop() {
            let children =
                fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
            waiting.extend(
                children
                    .split_whitespace()
                    .map(|child| child.parse::<u32>().unwrap()),
            );
            seen.processes.insert(pid);
            seen.namespaces.extend(namespaces(&pid.to_string()));
        }
        for own in namespaces("self") {
            seen.namespaces.remove(&own);
        }
        seen
    }

    /// What of it is still there.
    fn rest(&self) -> Self {
        let mut rest = Self::default();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Ok(pid) = entry.file_name().to_str().unwrap().parse::<u32>() else {
                continue;
            };
            // An orphan that has ended waits for the machine's first process, which in a container may never look.
            if !is_alive(pid) {
                continue;
            }
            rest.processes.extend(self.processes.get(&pid));
            let there = namespaces(&pid.to_string());
            rest.namespaces.extend(
                there
                    .into_iter()
                    .filter(|namespace| self.namespaces.contains(namespace)),
            );
        }
        rest
    }
}

/// A process's namespaces; none where it is another user's.
fn namespaces(pid: &str) -> Vec<(&'static str, u64)> {
    let inode = |kind| {
        fs::metadata(format!("/proc/{pid}/ns/{kind}")).map(|namespace| (kind, namespace.ino()))
    };
    ["net", "mnt", "pid", "user", "uts"]
        .into_iter()
        .filter_map(|kind| inode(kind).ok())
        .collect()
}

/// Interfaces, and the mounts that a lab makes for itself.
fn surroundings() -> (BTreeSet<String>, Vec<String>) {
    let interfaces = fs::read_dir("/sys/class/net").unwrap().flatten();
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let of_a_lab = |line: &&str| {
        let place = line.split(' ').nth(4).unwrap();
        place.starts_with("/etc/") || ["/proc", "/tmp"].contains(&place)
    };
    (
        interfaces
            .map(|interface| interface.file_name().into_string().unwrap())
            .collect(),
        mounts.lines().filter(of_a_lab).map(str::to_owned).collect(),
    )
}

struct Victim {
    guardian: Child,
    init: u32,
}

impl Victim {
    fn start() -> Self {
        Self::start_with(&mut helper("victim"))
    }

    fn start_with(helper: &mut Command) -> Self {
        let mut guardian = helper.stdout(Stdio::piped()).spawn().unwrap();
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
    let before = surroundings();
    let mut victim = Victim::start();
    let started = Instant::now();
    // Guardian, init, inside, and two programs, one of which has to be forked off first.
    let mut seen = Seen::of(victim.guardian.id());
    while seen.processes.len() < 5 {
        assert!(started.elapsed() < Duration::from_secs(5), "{seen:?}");
        seen = Seen::of(victim.guardian.id());
    }
    assert!(seen.namespaces.len() >= 6, "{seen:?}");
    assert_eq!(surroundings(), before, "nothing of a lab shows outside");
    assert_eq!(seen.rest().namespaces, seen.namespaces);
    signal(choose(&victim), Signal::KILL);
    victim.guardian.wait().unwrap();
    let started = Instant::now();
    while seen.rest() != Seen::default() {
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "left over: {:#?}",
            seen.rest()
        );
        thread::sleep(Duration::from_millis(5));
    }
    println!("all gone {:?} after the guardian", started.elapsed());
    assert_eq!(surroundings(), before);
}

/// Takes the lock that is its standard input, and starts a program that takes its time to die.
pub(crate) fn locked_victim() {
    rustix::fs::flock(std::io::stdin(), FlockOperation::LockExclusive).unwrap();
    // A copy, as init closes its standard streams.
    let lock = std::io::stdin().as_fd().try_clone_to_owned().unwrap();
    let inside = match enter(EnterOptions::default()) {
        Ok(Role::Guardian(guardian)) => {
            println!("init {}", guardian.init());
            std::process::exit(guardian.wait().unwrap())
        }
        Ok(Role::Inside) => lock,
        Err(error) => panic!("{error}"),
    };
    // `tail` keeps what may be the last line, and the kernel takes its time to take so much memory back.
    let script = "{ head -c 300M /dev/zero; echo; echo full >&2; exec sleep 1000; } | tail -c 300M";
    let mut command = Command::new("sh");
    command
        .args(["-c", script])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let mut programs = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut full = [0; 5];
    programs
        .stderr
        .take()
        .unwrap()
        .read_exact(&mut full)
        .unwrap();
    println!("built");
    programs.wait().unwrap();
    drop(inside);
}

/// A lock that guardian, init and inside share tells that nothing is left, whoever is killed.
pub(crate) fn a_shared_lock_is_free_only_when_all_have_ended() {
    for choose in [
        |victim: &Victim| victim.guardian.id(),
        |victim: &Victim| victim.init,
        Victim::inside,
    ] {
        let path = std::env::temp_dir().join(format!("e3-lock-{}", std::process::id()));
        let lock = File::create(&path).unwrap();
        let theirs = File::open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let mut victim = Victim::start_with(helper("locked_victim").stdin(theirs));
        let mut programs = Seen::of(victim.guardian.id()).processes;
        programs.retain(|pid| ![victim.guardian.id(), victim.init].contains(pid));
        assert!(programs.len() >= 4, "{programs:?}");
        signal(choose(&victim), Signal::KILL);
        rustix::fs::flock(&lock, FlockOperation::LockExclusive).unwrap();
        let left = programs.iter().filter(|pid| is_alive(**pid)).count();
        assert_eq!(left, 0, "the lock is free and programs still run");
        victim.guardian.wait().unwrap();
    }
}

/// Whether there is such a process, and it has not merely not been reaped yet.
fn is_alive(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.contains(") Z ") && !stat.contains(") X "))
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
