//! Whether this machine gives TUN interfaces, and what to do where it does not.

use std::fs::OpenOptions;
use std::io;

use e3_sys::tun::DEVICE;

/// Why there are no TUN interfaces here.
#[derive(Debug, thiserror::Error)]
pub enum TunError {
    /// No device file, which usually means no driver.
    #[error(
        "{DEVICE} does not exist; load its driver: sudo modprobe tun (in a container, start it with --device {DEVICE})"
    )]
    Missing,
    /// The device file is closed to this user.
    #[error("{DEVICE} is not open to this user; allow it: sudo chmod 0666 {DEVICE}")]
    Forbidden,
    /// A device file without a driver behind it.
    #[error("{DEVICE} has no driver behind it; load it: sudo modprobe tun")]
    NoDriver,
    /// Anything else that the kernel says.
    #[error("{DEVICE} cannot be opened: {0}")]
    Refused(io::Error),
}

/// Opens the device once, which creates nothing.
pub(crate) fn check() -> Result<(), TunError> {
    match OpenOptions::new().read(true).write(true).open(DEVICE) {
        Ok(_) => Ok(()),
        Err(error) => Err(explain(error)),
    }
}

fn explain(error: io::Error) -> TunError {
    let no_driver = [rustix::io::Errno::NODEV, rustix::io::Errno::NXIO];
    match rustix::io::Errno::from_io_error(&error) {
        Some(errno) if no_driver.contains(&errno) => TunError::NoDriver,
        _ if error.kind() == io::ErrorKind::NotFound => TunError::Missing,
        _ if error.kind() == io::ErrorKind::PermissionDenied => TunError::Forbidden,
        _ => TunError::Refused(error),
    }
}
