//! What init does to its new namespaces before anybody else is in them.

use std::fmt;
use std::fs;
use std::io;

use e3_sys::process::User;
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_change};
use rustix::process::{getegid, geteuid};

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

/// Who the caller is outside, where that has to be told to a user namespace.
#[derive(Debug)]
pub(super) struct Ids {
    outside: Option<(u32, u32)>,
}

impl Ids {
    pub(super) fn of_caller(user: User) -> Self {
        let outside = match user {
            User::Same => None,
            User::New => Some((geteuid().as_raw(), getegid().as_raw())),
        };
        Self { outside }
    }
}

/// Prepares the namespaces that the calling process is the first in.
pub(super) fn prepare(ids: &Ids) -> Result<(), (Step, io::Error)> {
    let during = |step| move |error: io::Error| (step, error);
    if let Some((uid, gid)) = ids.outside {
        become_root(uid, gid).map_err(during(Step::Identity))?;
    }
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
