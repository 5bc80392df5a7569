//! UDP in batches: several datagrams a system call, several of one length as one piece (udp(7): `UDP_SEGMENT`, `UDP_GRO`).
//!
//! One socket serves both versions of IP. The kernel cuts a piece into datagrams as late as it can, and joins what comes
//! from one sender as early as it can; where it does neither, datagrams go and come one by one, with the same effect.

mod address;
mod receive;
mod send;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::net::sockopt::set_ipv6_v6only;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with};

pub use receive::{Inbox, Piece};
pub use send::{MOST_BYTES, MOST_PIECES, Parcel};

/// How much may wait in the kernel, each way: some milliseconds of a fast stream.
const WAITING: libc::c_int = 4 * 1024 * 1024;

/// A UDP socket that does not block.
#[derive(Debug)]
pub struct Datagrams {
    socket: UdpSocket,
    /// Whether it is of IPv6, and takes IPv4 as mapped addresses (RFC 4291, section 2.5.5.2).
    dual: bool,
    /// Whether the kernel cuts pieces.
    cuts: AtomicBool,
}

impl Datagrams {
    /// Binds one to this port of all addresses, or to any that is free for 0; of both versions of IP where the system has
    /// IPv6.
    pub fn bind(port: u16) -> io::Result<Self> {
        let six = SocketAddr::from((Ipv6Addr::UNSPECIFIED, port));
        let four = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
        let (socket, dual) = match open(six) {
            // Somebody else would be met there by half of the peers.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(_) => (open(four)?, false),
            Ok(socket) => (socket, true),
        };
        let on: libc::c_int = 1;
        // Beyond the machine's limit for those who may; as much as anybody may, else.
        for (forced, usual) in [
            (libc::SO_RCVBUFFORCE, libc::SO_RCVBUF),
            (libc::SO_SNDBUFFORCE, libc::SO_SNDBUF),
        ] {
            if set(&socket, libc::SOL_SOCKET, forced, WAITING).is_err() {
                set(&socket, libc::SOL_SOCKET, usual, WAITING)?;
            }
        }
        // Kernels before 5.0 do not join.
        let _ = set(&socket, libc::SOL_UDP, libc::UDP_GRO, on);
        Ok(Self {
            socket,
            dual,
            cuts: AtomicBool::new(true),
        })
    }

    /// The port that it is bound to.
    pub fn port(&self) -> io::Result<u16> {
        Ok(self.socket.local_addr()?.port())
    }

    /// Whether it reaches addresses of that version of IP.
    pub fn reaches(&self, at: SocketAddr) -> bool {
        self.dual || at.is_ipv4()
    }

    fn raw(&self) -> libc::c_int {
        self.socket.as_raw_fd()
    }

    fn cuts(&self) -> bool {
        self.cuts.load(Ordering::Relaxed)
    }
}

impl AsFd for Datagrams {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn open(at: SocketAddr) -> io::Result<UdpSocket> {
    let (family, flags) = (
        match at {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        },
        SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
    );
    let socket = socket_with(family, SocketType::DGRAM, flags, None)?;
    if at.is_ipv6() {
        set_ipv6_v6only(&socket, false)?;
    }
    bind(&socket, &at)?;
    Ok(UdpSocket::from(socket))
}

fn set(
    socket: &UdpSocket,
    level: libc::c_int,
    name: libc::c_int,
    to: libc::c_int,
) -> io::Result<()> {
    let length = libc::socklen_t::try_from(size_of::<libc::c_int>()).unwrap_or(4);
    // SAFETY: the value outlives the call, and its length is given.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            (&raw const to).cast(),
            length,
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
