//! Recognising why namespaces are forbidden, and saying how to allow them.

use std::io;

use e3_sys::obstacle::Obstacle;
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
    let denied = error.kind() == io::ErrorKind::PermissionDenied;
    match Obstacle::behind(&error, step == Step::Namespaces) {
        Some(Obstacle::Limit(limit)) => EnterError::Limit { limit },
        Some(Obstacle::SwitchedOff) => EnterError::SwitchedOff,
        Some(Obstacle::AppArmor) => EnterError::AppArmor,
        Some(Obstacle::Chroot) => EnterError::Chroot,
        Some(Obstacle::Seccomp) => EnterError::Seccomp,
        None if denied && step == Step::Proc => EnterError::HiddenProc,
        None if denied && step == Step::Identity && geteuid().is_root() => EnterError::PoorRoot,
        None => EnterError::Refused {
            step,
            source: error,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
