//! Recognising why namespaces are forbidden, and saying how to allow them.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

use rustix::process::geteuid;

use super::setup::Step;

/// Why the process could not enter namespaces of its own.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// It came too late.
    #[error(
        "namespaces must be entered before the program starts any thread, and {threads} run already"
    )]
    Threads {
        /// How many there are.
        threads: usize,
    },
    /// Ubuntu's restriction.
    #[error(
        "AppArmor forbids this program user namespaces (Ubuntu's kernel.apparmor_restrict_unprivileged_userns=1); \
         allow them: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    )]
    AppArmor,
    /// Debian's switch.
    #[error(
        "user namespaces are switched off for ordinary users (kernel.unprivileged_userns_clone=0); \
         switch them on: sudo sysctl -w kernel.unprivileged_userns_clone=1"
    )]
    SwitchedOff,
    /// The limit on their number.
    #[error(
        "there may be no further user namespace (user.max_user_namespaces={limit}); \
         raise the limit: sudo sysctl -w user.max_user_namespaces=10000"
    )]
    Limit {
        /// The limit.
        limit: u64,
    },
    /// A container's filter of system calls.
    #[error(
        "a filter of system calls (seccomp) forbids namespaces, as containers have by default; start the container \
         with --security-opt seccomp=unconfined --security-opt systempaths=unconfined --device /dev/net/tun"
    )]
    Seccomp,
    /// The kernel gives no user namespace inside a chroot.
    #[error(
        "the kernel forbids user namespaces inside a chroot; enter the root directory by pivot_root in a mount \
         namespace instead, or run this as root"
    )]
    Chroot,
    /// A container hides parts of /proc, and then the kernel allows no fresh one.
    #[error(
        "/proc cannot be mounted because parts of it are hidden here, as containers do; start the container with \
         --security-opt systempaths=unconfined"
    )]
    HiddenProc,
    /// Root whose rights were taken away, as in a container that was started so.
    #[error(
        "root lacks the right that user namespaces take from root (CAP_SETFCAP); run this as an ordinary user, or start \
         the container without --cap-drop"
    )]
    PoorRoot,
    /// A refusal that none of the above explains.
    #[error(
        "{step} was refused: {source}; look in the kernel's log for who refused it: sudo dmesg | tail"
    )]
    Refused {
        /// What was refused.
        step: Step,
        /// What the kernel said.
        source: io::Error,
    },
    /// Pipes and signals could not be prepared.
    #[error("could not prepare to enter namespaces: {0}")]
    Prepare(io::Error),
    /// The new process ended without a word.
    #[error("the first process in the new namespaces was killed before it was ready; try again")]
    Died,
}

/// Finds the reason for a refusal.
pub(super) fn explain(step: Step, error: io::Error) -> EnterError {
    let machine = Machine::observe();
    let denied = error.kind() == io::ErrorKind::PermissionDenied;
    let full = matches!(
        rustix::io::Errno::from_io_error(&error),
        Some(rustix::io::Errno::NOSPC | rustix::io::Errno::USERS)
    );
    match machine {
        Machine {
            limit: Some(limit), ..
        } if full => EnterError::Limit { limit },
        Machine {
            debian_switch: Some(0),
            ..
        } if denied => EnterError::SwitchedOff,
        Machine {
            apparmor_restriction: Some(1),
            ..
        } if denied => EnterError::AppArmor,
        Machine { chroot: true, .. } if denied && step == Step::Namespaces => EnterError::Chroot,
        Machine { seccomp: true, .. } if denied && step == Step::Namespaces => EnterError::Seccomp,
        _ if denied && step == Step::Proc => EnterError::HiddenProc,
        _ if denied && step == Step::Identity && geteuid().is_root() => EnterError::PoorRoot,
        _ => EnterError::Refused {
            step,
            source: error,
        },
    }
}

/// What decides about namespaces here.
#[derive(Debug)]
struct Machine {
    limit: Option<u64>,
    debian_switch: Option<u64>,
    apparmor_restriction: Option<u64>,
    seccomp: bool,
    chroot: bool,
}

impl Machine {
    fn observe() -> Self {
        Self {
            limit: sysctl("user/max_user_namespaces"),
            debian_switch: sysctl("kernel/unprivileged_userns_clone"),
            apparmor_restriction: sysctl("kernel/apparmor_restrict_unprivileged_userns"),
            seccomp: fs::read_to_string("/proc/self/status")
                .is_ok_and(|status| has_seccomp_filter(&status)),
            chroot: is_chroot(),
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
    fn an_unexplained_refusal_keeps_what_the_kernel_said() {
        let said = io::Error::from_raw_os_error(rustix::io::Errno::INVAL.raw_os_error());
        let error = explain(Step::Loopback, said).to_string();
        assert!(
            error.contains("loopback") && error.contains("nvalid"),
            "{error}"
        );
    }
}
