//! Sockets that stand for others' addresses.

use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd as _};

/// Lets a socket that listens at `at` take connections that were meant for other addresses, and a packet filter hand
/// them to it (`IP_TRANSPARENT`, ip(7)).
///
/// # Errors
/// The socket is in no network of this process's making.
pub fn take_others(socket: impl AsFd, at: IpAddr) -> io::Result<()> {
    let (level, option) = match at {
        IpAddr::V4(_) => (libc::SOL_IP, libc::IP_TRANSPARENT),
        IpAddr::V6(_) => (libc::SOL_IPV6, libc::IPV6_TRANSPARENT),
    };
    let on: libc::c_int = 1;
    let length = libc::socklen_t::try_from(size_of_val(&on)).unwrap_or_default();
    let socket = socket.as_fd().as_raw_fd();
    // SAFETY: the option is an int, which outlives the call.
    let result = unsafe {
        libc::setsockopt(
            socket,
            level,
            option,
            std::ptr::from_ref(&on).cast(),
            length,
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
