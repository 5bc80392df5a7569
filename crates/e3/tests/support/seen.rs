//! Processes of ours, as they can be seen from outside.
//!
//! What E³ starts bears the state folder of its test in its environment. What a program starts may have dropped its
//! environment, but cannot leave the PID namespace that a marked process made. Other namespaces are held by processes, or
//! by mounts, which are looked at too.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::Path,
};

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
    /// What holds a program's network for an agent.
    Helper,
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
    /// PID namespaces by their numbers; held open, because the kernel soon gives the number of one that is gone to
    /// another.
    namespaces: BTreeMap<u64, File>,
}

impl Seen {
    /// Looks at all processes that bear this folder in their environment, or live in a PID namespace of theirs.
    pub(crate) fn look(&mut self, mark: &Path) -> Vec<Process> {
        let own = namespace("self").map(|(number, _)| number);
        let mut found = Vec::new();
        for pid in pids().into_iter().filter(|pid| is_alive(*pid)) {
            let marked = is_marked(pid, mark);
            let there = namespace(&pid.to_string());
            let number = there.as_ref().map(|(number, _)| *number);
            let outside = number == own;
            if let Some((number, file)) = there.filter(|_| marked && !outside) {
                self.namespaces.entry(number).or_insert(file);
            }
            found.push((pid, marked, outside, number));
        }
        let ours = found.into_iter().filter(|(_, marked, _, number)| {
            *marked || number.is_some_and(|number| self.namespaces.contains_key(&number))
        });
        ours.map(|(pid, marked, outside, _)| {
            let line = line(pid);
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
        _ if line == "e3-namespace" => Role::Helper,
        _ => Role::Program,
    }
}

/// Every process id, as seen from here.
pub(crate) fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// Zombies are no more than a number that somebody else has to take back.
pub(crate) fn is_alive(pid: u32) -> bool {
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

/// A process's PID namespace; none where it is another user's, or has ended.
fn namespace(pid: &str) -> Option<(u64, File)> {
    let file = File::open(format!("/proc/{pid}/ns/pid")).ok()?;
    Some((file.metadata().ok()?.ino(), file))
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
