//! When a packet came to a socket, however late the process came to receive it (socket(7), `SIOCGSTAMPNS`).

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

/// From linux/sockios.h; the layout is that of `struct timespec` on machines of 64 bits, and errors tell elsewhere.
const SIOCGSTAMPNS: libc::Ioctl = 0x8907;

/// Lets the kernel note when packets come to this socket, for [`since`].
pub fn note(socket: impl AsFd) {
    // The first question switches it on, and has no answer yet.
    let _ = stamp(&socket);
}

/// How long ago the packet came that was received last.
///
/// # Errors
/// Nothing was received, or its time was not noted.
pub fn since(socket: impl AsFd) -> io::Result<Duration> {
    let came = stamp(&socket)?;
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
    let seconds = now.tv_sec.saturating_sub(came.tv_sec);
    let nanoseconds = seconds.saturating_mul(1_000_000_000);
    let nanoseconds = nanoseconds.saturating_add(now.tv_nsec - came.tv_nsec);
    // A clock that was set back meanwhile tells nothing.
    Ok(Duration::from_nanos(
        u64::try_from(nanoseconds).unwrap_or(0),
    ))
}

fn stamp(socket: &impl AsFd) -> io::Result<libc::timespec> {
    let mut came = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let socket = socket.as_fd().as_raw_fd();
    // SAFETY: the kernel writes one `timespec`.
    let result = unsafe { libc::ioctl(socket, SIOCGSTAMPNS, &raw mut came) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(came)
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::thread;

    use super::*;

    #[test]
    fn a_packet_that_waited_came_when_it_came() {
        let to = UdpSocket::bind("127.0.0.1:0").unwrap();
        assert!(since(&to).is_err(), "nothing was received");
        note(&to);
        let wait = Duration::from_millis(50);
        // The kernel begins to note times a little later than it is told to.
        thread::sleep(wait);
        let from = UdpSocket::bind("127.0.0.1:0").unwrap();
        from.send_to(b"x", to.local_addr().unwrap()).unwrap();
        thread::sleep(wait);
        to.recv(&mut [0; 1]).unwrap();
        assert!(since(&to).unwrap() >= wait);
    }
}
