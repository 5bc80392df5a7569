//! The way into a program namespace.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::Arc;

use rustix::io::Errno;
use rustix::thread::{
    CapabilitySet, CapabilitySets, LinkNameSpaceType, move_into_link_name_space, set_capabilities,
};

/// The way into a program namespace, for commands that are about to start.
#[derive(Debug, Clone)]
pub struct Entrance {
    namespaces: Arc<(Option<OwnedFd>, OwnedFd)>,
}

impl Entrance {
    pub(super) fn new(user: Option<OwnedFd>, network: OwnedFd) -> Self {
        Self {
            namespaces: Arc::new((user, network)),
        }
    }

    /// Makes `command` go into the namespace before it executes, where it has no capabilities and can get none, not even
    /// as root; its user and group stay what they are. Whatever ties it to this process has to be said afterwards (see
    /// [`tie`](crate::child::tie)): who changes what it may do is tied to nobody.
    pub fn prepare(&self, command: &mut Command) {
        let entrance = self.clone();
        let step = move || {
            entrance.enter()?;
            renounce_capabilities()
        };
        // SAFETY: `step` runs between fork and exec, where only async-signal-safe calls are allowed. It makes system calls
        // (setns, prctl, capset) on memory that it owns already, and neither allocates nor locks.
        unsafe { command.pre_exec(step) };
    }

    /// The network namespace that it leads to.
    pub fn network(&self) -> BorrowedFd<'_> {
        self.namespaces.1.as_fd()
    }

    fn enter(&self) -> io::Result<()> {
        let (user, network) = &*self.namespaces;
        if let Some(user) = user {
            move_into_link_name_space(user.as_fd(), Some(LinkNameSpaceType::User))?;
        }
        move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))?;
        Ok(())
    }
}

/// Gives up all capabilities, and the right to get any by executing a file, root's included (capabilities(7)).
fn renounce_capabilities() -> io::Result<()> {
    for capability in 0_i32.. {
        // SAFETY: this prctl takes its argument by value.
        if unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) } != 0 {
            match Errno::from_io_error(&io::Error::last_os_error()) {
                // The kernel knows no further one.
                Some(Errno::INVAL) => break,
                other => return Err(other.unwrap_or(Errno::PERM).into()),
            }
        }
    }
    rustix::thread::clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    set_capabilities(
        None,
        CapabilitySets {
            effective: none,
            permitted: none,
            inheritable: none,
        },
    )?;
    Ok(())
}
