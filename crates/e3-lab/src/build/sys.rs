//! What /sys shows of a host's network.
//!
//! A sysfs shows the interfaces of the network namespace in which it was mounted. The two folders in which it does so are
//! laid over those of the machine's; all else in /sys stays as it is.

use std::io;

use rustix::io::Errno;
use rustix::mount::{MountFlags, UnmountFlags, mount, mount_bind, unmount};

use super::etc::WORKSHOP;

/// The folders; what stands in the first leads into the second.
const FOLDERS: [&str; 2] = ["class/net", "devices/virtual/net"];

/// Lets /sys show the calling thread's network in its mount namespace. Where the kernel does not allow it, as in
/// containers that hide parts of /sys, it shows the network outside as before.
pub(super) fn show_own_network() -> io::Result<()> {
    let safe = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC | MountFlags::RDONLY;
    match mount("sysfs", WORKSHOP, "sysfs", safe, None) {
        Err(Errno::PERM | Errno::ACCESS | Errno::NODEV) => return Ok(()),
        done => done?,
    }
    let placed = FOLDERS.iter().try_for_each(|folder| {
        match mount_bind(format!("{WORKSHOP}/{folder}"), format!("/sys/{folder}")) {
            // Nothing can be laid over what is not there.
            Err(Errno::NOENT) => Ok(()),
            done => done,
        }
    });
    // What is laid over keeps it alive.
    unmount(WORKSHOP, UnmountFlags::DETACH)?;
    Ok(placed?)
}
