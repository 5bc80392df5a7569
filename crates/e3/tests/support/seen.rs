//! Processes and namespaces of ours, as they can be seen from outside.
//!
//! What E³ starts bears the state folder of its test in its environment. What a program starts may have dropped its
//! environment, but cannot leave the PID namespace that a marked process made.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::Path,
};

/// Kinds of namespaces that a lab makes.
const KINDS: [&str; 5] = ["net", "mnt", "pid", "user", "uts"];

/// What a process is to E³.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// A verb that somebody typed.
    Command,
    /// `e3 holder`, outside the lab.
    Guardian,
    /// The first process of the lab.
    Init,
    /// The holder itself.
    Inside,
    /// An agent on a host.
    Agent,
    /// What a party runs, and what that starts.
    Program,
}

/// A process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Process {
    pub(crate) role: Role,
    pub(crate) pid: u32,
    pub(crate) line: String,
}

/// What was seen of one test's processes until now.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    namespaces: BTreeSet<(&'static str, u64)>,
}

impl Seen {
    /// Looks at all processes that bear this folder in their environment, or live in a namespace of theirs.
    pub(crate) fn look(&mut self, mark: &Path) -> Vec<Process> {
        let own: BTreeSet<_> = namespaces("self").into_iter().collect();
        let all: Vec<_> = pids()
            .into_iter()
            .filter(|pid| is_alive(*pid))
            .map(|pid| (pid, is_marked(pid, mark), namespaces(&pid.to_string())))
            .collect();
        for (_, marked, theirs) in &all {
            if *marked {
                self.namespaces
                    .extend(theirs.iter().filter(|one| !own.contains(one)));
            }
        }
        let ours = all.into_iter().filter(|(_, marked, theirs)| {
            *marked || theirs.iter().any(|one| self.namespaces.contains(one))
        });
        let pid_namespace = own.iter().find(|(kind, _)| *kind == "pid");
        ours.map(|(pid, marked, theirs)| {
            let line = line(pid);
            let outside = pid_namespace.is_none_or(|own| theirs.contains(own));
            Process {
                role: role(pid, marked, outside, &line),
                pid,
                line,
            }
        })
        .collect()
    }
}

fn role(pid: u32, marked: bool, outside: bool, line: &str) -> Role {
    let verb = line.split(' ').nth(1).unwrap_or_default();
    match verb {
        "holder" if marked && outside => Role::Guardian,
        "holder" if marked && is_first(pid) => Role::Init,
        "holder" if marked => Role::Inside,
        "agent" if marked => Role::Agent,
        _ if outside => Role::Command,
        _ => Role::Program,
    }
}

/// Every process id, as seen from here.
fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// Zombies are no more than a number that somebody else has to take back.
fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.chars().next());
    !matches!(state, None | Some(Some('Z' | 'X')))
}

fn is_marked(pid: u32, mark: &Path) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let mark = [b"XDG_STATE_HOME=", mark.as_os_str().as_bytes()].concat();
    environment.split(|byte| *byte == 0).any(|one| one == mark)
}

/// Whether it is the first process of its PID namespace (`proc_pid_status(5)`, `NSpid`).
fn is_first(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    numbers.is_some_and(|numbers| numbers.split_whitespace().last() == Some("1"))
}

fn line(pid: u32) -> String {
    let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words: Vec<_> = words
        .split(|byte| *byte == 0)
        .map(String::from_utf8_lossy)
        .collect();
    words.join(" ").trim_end().to_owned()
}

/// A process's namespaces; none where it is another user's, or has ended.
fn namespaces(pid: &str) -> Vec<(&'static str, u64)> {
    let number = |kind| {
        let link = fs::metadata(format!("/proc/{pid}/ns/{kind}"));
        link.map(|namespace| (kind, namespace.ino()))
    };
    KINDS
        .into_iter()
        .filter_map(|kind| number(kind).ok())
        .collect()
}

/// Interfaces of this machine, and mounts that could be ours.
pub(crate) fn surroundings(mark: &Path) -> (BTreeSet<String>, Vec<String>) {
    let interfaces = fs::read_dir("/sys/class/net").unwrap().flatten();
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let mark = mark.display().to_string();
    (
        interfaces
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect(),
        mounts
            .lines()
            .filter(|line| line.contains(&mark))
            .map(str::to_owned)
            .collect(),
    )
}
