//! Machines on which something is wrong.
//!
//! Each is a world of its own: the test's process tree, mounts and limits are not touched. The command under test runs in
//! it as it would on such a machine, and before the world ends, it is searched for what the command has left.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Once,
};

use serde::{Deserialize, Serialize};

use crate::{
    program::put,
    support::{
        desk::Ran,
        workshop::{Workshop, cache},
    },
};

pub(crate) mod inside;

/// Something that is wrong with a machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Wrong {
    /// Whoever calls has no rights, as most people.
    NoRights,
    /// Nothing can be written below this folder.
    ReadOnly(PathBuf),
    /// Below this folder there is room for so many bytes.
    Small(PathBuf, u64),
    /// This folder is empty.
    Empty(PathBuf),
    /// No device below this path can be opened.
    NoDevices(PathBuf),
    /// In the place of the first, there is the second.
    Covered(PathBuf, PathBuf),
    /// There may be no further user namespace.
    NoUserNamespaces,
    /// A setting of the kernel's has this value. Only to be read: it changes nothing.
    Setting(String, u64),
    /// A filter of system calls refuses namespaces.
    Filter,
    /// This user has as many processes as there may be: not even another thread can be started.
    NoThreads,
    /// There can be further threads, and no processes.
    NoProcesses,
    /// The root directory is this one, by chroot.
    Chroot(PathBuf),
    /// So many open files a process.
    OpenFiles(u64),
    /// The same, unless a process allows itself more.
    OpenFilesAtFirst(u64),
    /// So many bytes of memory a process.
    Memory(u64),
}

/// What is wrong, and what to run there.
#[derive(Debug, Serialize, Deserialize)]
struct Charge {
    wrong: Vec<Wrong>,
    /// The desk.
    root: PathBuf,
    /// Where to write what is left.
    report: PathBuf,
    program: PathBuf,
    arguments: Vec<String>,
}

/// The variable that says what a machine is like.
const CHARGE: &str = "E3_TEST_MACHINE";

/// `e3` on a machine with all this wrong; nothing may be left there.
#[track_caller]
pub(crate) fn e3_on(workshop: &Workshop, wrong: &[Wrong], args: &[&str]) -> Ran {
    on(workshop, wrong, &workshop.command(args))
}

/// A command on a machine with all this wrong; nothing may be left there.
#[track_caller]
pub(crate) fn on(workshop: &Workshop, wrong: &[Wrong], command: &Command) -> Ran {
    PYTHON.call_once(make_python);
    let report = workshop.root().join("left-there");
    let ran = workshop
        .going(there(workshop, wrong, command, &report))
        .ended();
    let left = fs::read_to_string(&report).unwrap_or_else(|_| panic!("no such machine: {ran:#?}"));
    fs::remove_file(&report).unwrap();
    assert_eq!(left, "", "is left there: {ran:#?}");
    ran
}

/// Fails unless `e3 doctor`, which a message names, finds what is wrong there, too.
#[track_caller]
pub(crate) fn doctor_finds(workshop: &Workshop, wrong: &[Wrong], what: &str) {
    let ran = e3_on(workshop, wrong, &["doctor"]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    let missing = ran.out.lines().find(|line| {
        let mut words = line.split_whitespace();
        words.next() == Some("missing") && words.next() == what.split(' ').next()
    });
    assert!(missing.is_some(), "{what} is not missed: {}", ran.out);
}

static PYTHON: Once = Once::new();

/// On a machine there is no Internet: the Python environment has to be there before.
fn make_python() {
    let made = fs::read_dir(cache().join("e3/python"))
        .into_iter()
        .flatten()
        .flatten();
    if made
        .into_iter()
        .all(|one| !one.path().join("e3.json").exists())
    {
        let workshop = Workshop::new();
        put(&workshop, 1, "");
        workshop.e3(&["run"]).succeeded();
    }
}

/// The command that makes the machine and runs `command` there.
fn there(workshop: &Workshop, wrong: &[Wrong], command: &Command, report: &Path) -> Command {
    let charge = Charge {
        wrong: wrong.to_vec(),
        root: workshop.root(),
        report: report.to_owned(),
        program: command.get_program().into(),
        arguments: command
            .get_args()
            .map(|word| word.to_str().unwrap().to_owned())
            .collect(),
    };
    let mut machine = e3_lab::testing::helper("machine");
    machine.env(CHARGE, serde_json::to_string(&charge).unwrap());
    machine.stdin(std::process::Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => machine.env(name, value),
            None => machine.env_remove(name),
        };
    }
    machine.current_dir(command.get_current_dir().unwrap());
    machine
}
