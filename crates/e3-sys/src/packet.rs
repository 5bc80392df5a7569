//! Seeing what passes an interface (packet(7)).

use std::ffi::CString;
use std::io;
use std::mem::{size_of, size_of_val, zeroed};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

pub use crate::tun::HEADER;

/// How much may wait in the kernel until it is received: some milliseconds of a fast stream.
const WAITING: libc::c_int = 16 * 1024 * 1024;

/// A socket to which everything is copied that passes one interface.
///
/// Each packet starts with a virtio header of [`HEADER`] bytes, as those of [`tun`](crate::tun) do, and its Ethernet
/// header follows: packets may be up to 64 KiB long, to be cut later, with their checksums left to be completed.
#[derive(Debug)]
pub struct PacketSocket {
    socket: OwnedFd,
}

/// A packet that was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// How long it is in the buffer, its virtio header included; what did not fit there is lost.
    pub length: usize,
    /// When the kernel saw it, since 1970.
    pub at: Duration,
    /// Whether it was sent by this interface, and not received.
    pub sent: bool,
}

impl PacketSocket {
    /// Opens one for this interface of the calling thread's network namespace; it works from any namespace. Receiving
    /// waits no longer than `patience`.
    pub fn open(interface: &str, patience: Duration) -> io::Result<Self> {
        let name = CString::new(interface)?;
        // SAFETY: the name ends with a zero byte.
        let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
        let index = libc::c_int::try_from(index).unwrap_or(0);
        if index == 0 {
            return Err(io::Error::last_os_error());
        }
        // Without a protocol nothing is copied before it is bound.
        // SAFETY: a call without pointers.
        let socket =
            unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
        if socket < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor has just been made and belongs to nobody else.
        let socket = unsafe { OwnedFd::from_raw_fd(socket) };
        let socket = Self { socket };
        socket.set(libc::SOL_PACKET, libc::PACKET_VNET_HDR, &1)?;
        socket.set(libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, &1)?;
        socket.set_patience(patience)?;
        // Beyond the machine's limit for those who may; as much as anybody may, else.
        if socket
            .set(libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, &WAITING)
            .is_err()
        {
            socket.set(libc::SOL_SOCKET, libc::SO_RCVBUF, &WAITING)?;
        }
        socket.bind(index)?;
        Ok(socket)
    }

    /// The next packet, which is written into the buffer; none if there was none for as long as was said.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<Copied>> {
        let mut part = libc::iovec {
            iov_base: buffer.as_mut_ptr().cast(),
            iov_len: buffer.len(),
        };
        // SAFETY: all-zero bytes are a valid `sockaddr_ll` and a valid `msghdr`.
        let (mut from, mut message) =
            unsafe { (zeroed::<libc::sockaddr_ll>(), zeroed::<libc::msghdr>()) };
        // Aligned for the header of a control message, and with room for one with a `timespec`.
        let mut control = [0_u64; 8];
        message.msg_name = (&raw mut from).cast();
        message.msg_namelen = length_of::<libc::sockaddr_ll>();
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        #[allow(clippy::unnecessary_cast)] // Its type is another in another C library.
        {
            message.msg_controllen = size_of_val(&control) as _;
        }
        // SAFETY: the message points to an address, a buffer and a control buffer of the lengths that it says.
        let length = unsafe { libc::recvmsg(self.socket.as_raw_fd(), &raw mut message, 0) };
        let Ok(length) = usize::try_from(length) else {
            let error = io::Error::last_os_error();
            return match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(None),
                _ => Err(error),
            };
        };
        Ok(Some(Copied {
            length,
            // SAFETY: the kernel has filled the message, whose control buffer is still there.
            at: unsafe { time_in(&message) },
            sent: from.sll_pkttype == libc::PACKET_OUTGOING,
        }))
    }

    /// How many packets could not be copied since this was last asked, because too much was waiting.
    pub fn missed(&self) -> io::Result<u32> {
        // SAFETY: all-zero bytes are a valid `tpacket_stats`.
        let mut counts = unsafe { zeroed::<libc::tpacket_stats>() };
        let mut length = length_of::<libc::tpacket_stats>();
        // SAFETY: PACKET_STATISTICS writes a `tpacket_stats`, whose length is given.
        check(unsafe {
            libc::getsockopt(
                self.socket.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                (&raw mut counts).cast(),
                &raw mut length,
            )
        })?;
        Ok(counts.tp_drops)
    }

    /// Lets receiving wait no longer than this.
    pub fn set_patience(&self, patience: Duration) -> io::Result<()> {
        let patience = libc::timeval {
            tv_sec: libc::time_t::try_from(patience.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_usec: patience.subsec_micros().into(),
        };
        self.set(libc::SOL_SOCKET, libc::SO_RCVTIMEO, &patience)
    }

    fn set<T>(&self, level: libc::c_int, option: libc::c_int, value: &T) -> io::Result<()> {
        // SAFETY: the value outlives the call, and its length is given.
        check(unsafe {
            libc::setsockopt(
                self.socket.as_raw_fd(),
                level,
                option,
                std::ptr::from_ref(value).cast(),
                length_of::<T>(),
            )
        })
    }

    fn bind(&self, index: libc::c_int) -> io::Result<()> {
        // SAFETY: all-zero bytes are a valid `sockaddr_ll`.
        let mut address = unsafe { zeroed::<libc::sockaddr_ll>() };
        address.sll_family = short(libc::AF_PACKET);
        address.sll_protocol = short(libc::ETH_P_ALL).to_be();
        address.sll_ifindex = index;
        // SAFETY: the address outlives the call, and its length is given.
        check(unsafe {
            libc::bind(
                self.socket.as_raw_fd(),
                (&raw const address).cast(),
                length_of::<libc::sockaddr_ll>(),
            )
        })
    }
}

/// The kernel's time in a message's control buffer; zero if it has given none.
///
/// # Safety
/// The message must have been filled by `recvmsg`, and its control buffer be there.
unsafe fn time_in(message: &libc::msghdr) -> Duration {
    // SAFETY: as the caller promises.
    let mut next = unsafe { libc::CMSG_FIRSTHDR(message) };
    while !next.is_null() {
        // SAFETY: it is a header within the control buffer.
        let (level, kind) = unsafe { ((*next).cmsg_level, (*next).cmsg_type) };
        if (level, kind) == (libc::SOL_SOCKET, libc::SO_TIMESTAMPNS) {
            // SAFETY: a message of this kind holds a `timespec`; reading a copy needs no alignment.
            let time = unsafe {
                libc::CMSG_DATA(next)
                    .cast::<libc::timespec>()
                    .read_unaligned()
            };
            let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
            let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
            return Duration::new(seconds, nanos);
        }
        // SAFETY: as the caller promises, and `next` is a header of the same message.
        next = unsafe { libc::CMSG_NXTHDR(message, next) };
    }
    Duration::ZERO
}

/// A small constant, for a field of two bytes.
fn short(constant: libc::c_int) -> u16 {
    u16::try_from(constant).unwrap_or(u16::MAX)
}

fn length_of<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or(libc::socklen_t::MAX)
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
