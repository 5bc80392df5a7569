//! Who is who in a program's user namespace: everybody keeps the number that they have outside.

use std::fmt::Write as _;
use std::fs;
use std::io;

use rustix::process::{Pid, getegid, geteuid};

/// Gives the caller's user and group their own numbers in the user namespace of a process that the caller has started;
/// all others, too, where the caller may say so, as root may.
pub(super) fn keep(process: Pid) -> io::Result<()> {
    keep_all(process).or_else(|_| keep_own(process))
}

fn keep_all(process: Pid) -> io::Result<()> {
    // Groups first: whoever may map groups may map users, too.
    for file in ["gid_map", "uid_map"] {
        let ours = fs::read_to_string(format!("/proc/self/{file}"))?;
        fs::write(path(process, file), same(&ours))?;
    }
    Ok(())
}

fn keep_own(process: Pid) -> io::Result<()> {
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    // Without this the kernel accepts no map of groups from an ordinary user (user_namespaces(7)).
    fs::write(path(process, "setgroups"), "deny")?;
    fs::write(path(process, "gid_map"), format!("{group} {group} 1"))?;
    fs::write(path(process, "uid_map"), format!("{user} {user} 1"))
}

fn path(process: Pid, file: &str) -> String {
    format!("/proc/{}/{file}", process.as_raw_pid())
}

/// Of a map (`user_namespaces(7)`: inside, outside, count) the one that leads a namespace below to the same ids.
pub(crate) fn same(ours: &str) -> String {
    let mut map = String::new();
    for line in ours.lines() {
        let mut fields = line.split_ascii_whitespace();
        if let (Some(inside), _, Some(count)) = (fields.next(), fields.next(), fields.next()) {
            // Writing to a string cannot fail.
            let _ = writeln!(map, "{inside} {inside} {count}");
        }
    }
    map
}
