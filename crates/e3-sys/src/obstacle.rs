//! What on a machine keeps a process from namespaces.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

use rustix::io::Errno;

/// What stands between a process and a user namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Ubuntu's restriction.
    AppArmor,
    /// Debian's switch.
    SwitchedOff,
    /// The limit on their number, which is this.
    Limit(u64),
    /// A filter of system calls, as containers have.
    Seccomp,
    /// A chroot, in which the kernel gives none.
    Chroot,
}

impl Obstacle {
    /// What explains that the kernel refused something with this error. `makes` says whether that was to make namespaces,
    /// rather than to do something in them.
    pub fn behind(error: &io::Error, makes: bool) -> Option<Self> {
        let denied = error.kind() == io::ErrorKind::PermissionDenied;
        let full = matches!(
            Errno::from_io_error(error),
            Some(Errno::NOSPC | Errno::USERS)
        );
        let limit = sysctl("user/max_user_namespaces").filter(|_| full);
        match limit {
            Some(limit) => Some(Self::Limit(limit)),
            _ if !denied => None,
            _ if sysctl("kernel/unprivileged_userns_clone") == Some(0) => Some(Self::SwitchedOff),
            _ if sysctl("kernel/apparmor_restrict_unprivileged_userns") == Some(1) => {
                Some(Self::AppArmor)
            }
            _ if !makes => None,
            _ if is_chroot() => Some(Self::Chroot),
            _ if is_filtered() => Some(Self::Seccomp),
            _ => None,
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AppArmor => f.write_str(
                "AppArmor forbids this program user namespaces (Ubuntu's \
                 kernel.apparmor_restrict_unprivileged_userns=1); allow them: sudo sysctl -w \
                 kernel.apparmor_restrict_unprivileged_userns=0",
            ),
            Self::SwitchedOff => f.write_str(
                "user namespaces are switched off for ordinary users (kernel.unprivileged_userns_clone=0); switch them \
                 on: sudo sysctl -w kernel.unprivileged_userns_clone=1",
            ),
            Self::Limit(limit) => write!(
                f,
                "there may be no further user namespace (user.max_user_namespaces={limit}); raise the limit: sudo \
                 sysctl -w user.max_user_namespaces=10000"
            ),
            Self::Seccomp => f.write_str(
                "a filter of system calls (seccomp) forbids namespaces, as containers have by default; start the \
                 container with --security-opt seccomp=unconfined",
            ),
            Self::Chroot => f.write_str(
                "the kernel forbids user namespaces inside a chroot; enter the root directory by pivot_root in a mount \
                 namespace instead, or run this as root",
            ),
        }
    }
}

fn sysctl(name: &str) -> Option<u64> {
    fs::read_to_string(format!("/proc/sys/{name}"))
        .ok()?
        .trim()
        .parse()
        .ok()
}

fn is_filtered() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| has_seccomp_filter(&status))
}

/// `proc_pid_status(5)`: 2 is `SECCOMP_MODE_FILTER`.
fn has_seccomp_filter(status: &str) -> bool {
    status.lines().any(|line| {
        line.strip_prefix("Seccomp:")
            .is_some_and(|mode| mode.trim() == "2")
    })
}

/// A chroot shows in two ways: nothing is mounted on what looks like the root, or the root is not that of the first
/// process (where one may look).
fn is_chroot() -> bool {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let identity = |path| fs::metadata(path).map(|root| (root.dev(), root.ino()));
    let other_root = match (identity("/"), identity("/proc/1/root/")) {
        (Ok(ours), Ok(first)) => ours != first,
        _ => false,
    };
    other_root || (!mounts.is_empty() && !has_root_mount(&mounts))
}

/// `proc_pid_mountinfo(5)`: the fifth field is the mount point, relative to the reader's root.
fn has_root_mount(mountinfo: &str) -> bool {
    mountinfo
        .lines()
        .any(|line| line.split(' ').nth(4) == Some("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_recognised() {
        assert!(has_seccomp_filter(
            "Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1\n"
        ));
        assert!(!has_seccomp_filter("Name:\tx\nSeccomp:\t0\n"));
    }

    #[test]
    fn a_root_mount_is_recognised() {
        assert!(has_root_mount(
            "21 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
        ));
        assert!(!has_root_mount("22 21 0:5 / /proc rw - proc proc rw\n"));
    }

    #[test]
    fn what_is_no_refusal_has_no_obstacle() {
        let error = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Obstacle::behind(&error, true), None);
    }
}
