//! Receiving.

use std::io;
use std::mem::{size_of_val, zeroed};
use std::net::SocketAddr;

use super::Datagrams;
use super::address::{self, Room};

/// Messages that one call may bring, and the bytes that each may have.
const MESSAGES: usize = 8;
const BYTES: usize = 65_536;

/// What one call has brought.
pub struct Inbox {
    bytes: Vec<u8>,
    found: Vec<Found>,
}

/// Where a message is in the buffer.
struct Found {
    number: usize,
    length: usize,
    segment: usize,
    from: SocketAddr,
}

/// Datagrams of one sender, one after another: all as long as `segment`, but the last one, which may be shorter.
#[derive(Debug)]
pub struct Piece<'a> {
    /// Who has sent them.
    pub from: SocketAddr,
    /// Their bytes.
    pub bytes: &'a [u8],
    /// The length of each; never 0.
    pub segment: usize,
}

impl Inbox {
    /// Room for what one call brings.
    pub fn new() -> Self {
        Self {
            bytes: vec![0; MESSAGES * BYTES],
            found: Vec::with_capacity(MESSAGES),
        }
    }

    /// What the last call has brought.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        self.found.iter().filter_map(|found| {
            let begin = found.number * BYTES;
            Some(Piece {
                from: found.from,
                bytes: self.bytes.get(begin..begin + found.length)?,
                segment: found.segment,
            })
        })
    }

    /// Whether the last call has brought as much as it could: more may wait.
    pub fn is_full(&self) -> bool {
        self.found.len() == MESSAGES
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Datagrams {
    /// Takes what has arrived; nothing if nothing has.
    ///
    /// # Errors
    /// What the system says. What it says of an earlier datagram's fate is no error here.
    pub fn receive(&self, into: &mut Inbox) -> io::Result<()> {
        into.found.clear();
        let mut from: [Room; MESSAGES] = std::array::from_fn(|_| address::room());
        // Aligned for the header of a control message, and with room for one with an int.
        let mut control = [[0_u64; 4]; MESSAGES];
        // SAFETY: all-zero bytes are a valid `iovec` and a valid `mmsghdr`.
        let (mut parts, mut messages) = unsafe {
            (
                zeroed::<[libc::iovec; MESSAGES]>(),
                zeroed::<[libc::mmsghdr; MESSAGES]>(),
            )
        };
        let buffers = into.bytes.chunks_exact_mut(BYTES);
        for ((((message, part), from), control), buffer) in messages
            .iter_mut()
            .zip(&mut parts)
            .zip(&mut from)
            .zip(&mut control)
            .zip(buffers)
        {
            part.iov_base = buffer.as_mut_ptr().cast();
            part.iov_len = buffer.len();
            let header = &mut message.msg_hdr;
            header.msg_name = (&raw mut *from).cast();
            header.msg_namelen = libc::socklen_t::try_from(size_of::<Room>()).unwrap_or(0);
            header.msg_iov = &raw mut *part;
            header.msg_iovlen = 1;
            header.msg_control = control.as_mut_ptr().cast();
            #[allow(clippy::unnecessary_cast)] // Its type is another in another C library.
            {
                header.msg_controllen = size_of_val(control) as _;
            }
        }
        let most = libc::c_uint::try_from(MESSAGES).unwrap_or(1);
        // SAFETY: each message points to an address, a buffer and a control buffer of the lengths that it says.
        let count = unsafe {
            libc::recvmmsg(
                self.raw(),
                messages.as_mut_ptr(),
                most,
                libc::MSG_DONTWAIT,
                std::ptr::null_mut(),
            )
        };
        let Ok(count) = usize::try_from(count) else {
            let error = io::Error::last_os_error();
            return match error.kind() {
                // The last three are what a peer's host has said: whom it concerns does not answer.
                io::ErrorKind::WouldBlock
                | io::ErrorKind::Interrupted
                | io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable => Ok(()),
                _ => Err(error),
            };
        };
        for (number, (message, from)) in messages.iter().zip(&from).take(count).enumerate() {
            let length = usize::try_from(message.msg_len).unwrap_or(0);
            // SAFETY: the kernel has filled the message, whose control buffer is still there.
            let segment = unsafe { segment_in(&message.msg_hdr) };
            let Some(from) = address::read(from) else {
                continue;
            };
            if length == 0 {
                continue;
            }
            into.found.push(Found {
                number,
                length,
                segment: segment.filter(|size| *size != 0).unwrap_or(length),
                from,
            });
        }
        Ok(())
    }
}

/// The length of the datagrams that the kernel has joined; none where it has not.
///
/// # Safety
/// The message must have been filled by `recvmmsg`, and its control buffer be there.
unsafe fn segment_in(message: &libc::msghdr) -> Option<usize> {
    // SAFETY: as the caller promises.
    let mut next = unsafe { libc::CMSG_FIRSTHDR(message) };
    while !next.is_null() {
        // SAFETY: it is a header within the control buffer.
        let (level, kind) = unsafe { ((*next).cmsg_level, (*next).cmsg_type) };
        if (level, kind) == (libc::SOL_UDP, libc::UDP_GRO) {
            // SAFETY: a message of this kind holds an int; reading a copy needs no alignment.
            let size = unsafe { libc::CMSG_DATA(next).cast::<libc::c_int>().read_unaligned() };
            return usize::try_from(size).ok();
        }
        // SAFETY: as the caller promises, and `next` is a header of the same message.
        next = unsafe { libc::CMSG_NXTHDR(message, next) };
    }
    None
}
