//! What init does to its new namespaces before anybody else is in them.

use std::fmt::{self, Write as _};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;

use e3_sys::process::User;
use rustix::io::{read, retry_on_intr, write};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_change};
use rustix::process::{Pid, getegid, geteuid};

use crate::build::netlink::{LOOPBACK, Netlink};

/// A step on the way into the namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Making them.
    Namespaces = 1,
    /// Saying who is root in the user namespace.
    Identity,
    /// Keeping mounts from spreading outwards.
    PrivateMounts,
    /// A /proc that shows the new PID namespace.
    Proc,
    /// The loopback interface.
    Loopback,
    /// Starting the process inside.
    Fork,
}

impl Step {
    pub(super) fn from_number(number: u8) -> Option<Self> {
        use Step::{Fork, Identity, Loopback, Namespaces, PrivateMounts, Proc};
        let all = [Namespaces, Identity, PrivateMounts, Proc, Loopback, Fork];
        all.into_iter().find(|step| *step as u8 == number)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Namespaces => "making namespaces",
            Self::Identity => "becoming root in the user namespace",
            Self::PrivateMounts => "making the mounts private",
            Self::Proc => "mounting /proc",
            Self::Loopback => "bringing up the loopback interface",
            Self::Fork => "starting the process inside",
        })
    }
}

/// Who is who in the user namespace, if there is one.
#[derive(Debug)]
pub(super) struct Ids {
    /// The caller outside.
    outside: Option<(u32, u32)>,
}

/// What the guardian tells init about the map of ids.
const MAPPED: [u8; 1] = [1];
const NOT_MAPPED: [u8; 1] = [0];

impl Ids {
    pub(super) fn of_caller(user: User) -> Self {
        let outside = match user {
            User::Same => None,
            User::New => Some((geteuid().as_raw(), getegid().as_raw())),
        };
        Self { outside }
    }

    /// What the guardian does: as root it gives every id its own number inside, so that files of other users stay
    /// theirs; others may not, and init maps itself alone.
    pub(super) fn tell(&self, init: Pid, to_init: &OwnedFd) {
        if let Some((uid, _)) = self.outside {
            let mapped = uid == 0 && map_all(init).is_ok();
            // If init has died, its report ends early, which is noticed there.
            let _ = write(to_init, if mapped { &MAPPED } else { &NOT_MAPPED });
        }
    }

    /// What init does.
    fn settle(&self, from_guardian: &OwnedFd) -> io::Result<()> {
        let Some((uid, gid)) = self.outside else {
            return Ok(());
        };
        let mut told = NOT_MAPPED;
        if retry_on_intr(|| read(from_guardian, &mut told))? == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if told == MAPPED {
            Ok(())
        } else {
            become_root(uid, gid)
        }
    }
}

/// Gives another process's new user namespace all ids of this one's, under their own numbers.
fn map_all(process: Pid) -> io::Result<()> {
    for file in ["uid_map", "gid_map"] {
        let ours = fs::read_to_string(format!("/proc/self/{file}"))?;
        let path = format!("/proc/{}/{file}", process.as_raw_pid());
        fs::write(path, identity_map(&ours))?;
    }
    Ok(())
}

/// Of a map (`user_namespaces(7)`: inside, outside, count) the one that leads a namespace below to the same ids.
fn identity_map(ours: &str) -> String {
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

/// Prepares the namespaces that the calling process is the first in.
pub(super) fn prepare(ids: &Ids, from_guardian: &OwnedFd) -> Result<(), (Step, io::Error)> {
    let during = |step| move |error: io::Error| (step, error);
    ids.settle(from_guardian).map_err(during(Step::Identity))?;
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).map_err(|error| (Step::PrivateMounts, error.into()))?;
    let safe = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "/proc", "proc", safe, None).map_err(|error| (Step::Proc, error.into()))?;
    Netlink::open()
        .and_then(|mut netlink| netlink.up(LOOPBACK))
        .map_err(during(Step::Loopback))
}

/// Root inside is the caller outside, because programs keep their capabilities across `exec` only as root.
fn become_root(uid: u32, gid: u32) -> io::Result<()> {
    // Without this the kernel accepts no map of groups from an ordinary user (user_namespaces(7)).
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("0 {uid} 1"))?;
    fs::write("/proc/self/gid_map", format!("0 {gid} 1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_keeps_its_number() {
        assert_eq!(
            identity_map("         0          0 4294967295\n"),
            "0 0 4294967295\n"
        );
        assert_eq!(
            identity_map("0 100000 1000\n1000 1000 1\n"),
            "0 0 1000\n1000 1000 1\n"
        );
    }
}
