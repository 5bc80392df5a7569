//! Sending.

use std::io;
use std::mem::{size_of_val, zeroed};
use std::net::SocketAddr;

use super::Datagrams;
use super::address::{self, Room};

/// Datagrams that one piece may have (`UDP_MAX_SEGMENTS` of Linux before 6.9), and bytes.
pub const MOST_PIECES: usize = 64;
/// The bytes of a piece that the kernel takes: what fits a packet of IPv4, with its headers.
pub const MOST_BYTES: usize = 65_000;

/// Parcels that go with one call.
const AT_ONCE: usize = 16;

/// What is to be sent to one address: datagrams one after another, all as long as `segment`, but the last one, which may
/// be shorter. No more than [`MOST_PIECES`] and [`MOST_BYTES`].
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    /// To whom.
    pub to: SocketAddr,
    /// The datagrams.
    pub bytes: &'a [u8],
    /// The length of each.
    pub segment: usize,
}

impl Datagrams {
    /// Sends all of them, as far as they can be sent: what the kernel has no room for, or no way to, is lost, as it may be
    /// on any network.
    pub fn send(&self, parcels: &[Parcel<'_>]) {
        let all = parcels.iter().filter(|parcel| self.reaches(parcel.to));
        if self.cuts() {
            let whole: Vec<Parcel<'_>> = all.copied().collect();
            for some in whole.chunks(AT_ONCE) {
                self.send_some(some);
            }
            return;
        }
        let single: Vec<Parcel<'_>> = all.flat_map(one_by_one).collect();
        for some in single.chunks(AT_ONCE) {
            self.send_some(some);
        }
    }

    /// Sends some; one that fails keeps none of those behind it from going.
    fn send_some(&self, parcels: &[Parcel<'_>]) {
        let mut rest = parcels;
        while let Some((first, behind)) = rest.split_first() {
            match self.call(rest) {
                Ok(0) => return,
                Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if self.cuts() && cannot_cut(&error, first) => {
                    self.cuts.store(false, std::sync::atomic::Ordering::Relaxed);
                    self.send(rest);
                    return;
                }
                // Each datagram by itself may pass in fragments where no piece does.
                Err(error) if is_narrow(&error, first) => {
                    let single: Vec<Parcel<'_>> = one_by_one(first).collect();
                    for some in single.chunks(AT_ONCE) {
                        self.send_some(some);
                    }
                    rest = behind;
                }
                Err(_) => rest = behind,
            }
        }
    }

    /// How many the kernel has taken, of those in the beginning.
    fn call(&self, parcels: &[Parcel<'_>]) -> io::Result<usize> {
        let mut to: [Room; AT_ONCE] = std::array::from_fn(|_| address::room());
        // Aligned for the header of a control message, and with room for one with two bytes.
        let mut control = [[0_u64; 3]; AT_ONCE];
        // SAFETY: all-zero bytes are a valid `iovec` and a valid `mmsghdr`.
        let (mut parts, mut messages) = unsafe {
            (
                zeroed::<[libc::iovec; AT_ONCE]>(),
                zeroed::<[libc::mmsghdr; AT_ONCE]>(),
            )
        };
        let mut count = 0;
        for ((((message, part), to), control), parcel) in messages
            .iter_mut()
            .zip(&mut parts)
            .zip(&mut to)
            .zip(&mut control)
            .zip(parcels)
        {
            count += 1;
            part.iov_base = parcel.bytes.as_ptr().cast_mut().cast();
            part.iov_len = parcel.bytes.len();
            let header = &mut message.msg_hdr;
            header.msg_namelen = address::write(parcel.to, self.dual, to);
            header.msg_name = (&raw mut *to).cast();
            header.msg_iov = &raw mut *part;
            header.msg_iovlen = 1;
            if parcel.bytes.len() > parcel.segment {
                header.msg_control = control.as_mut_ptr().cast();
                #[allow(clippy::unnecessary_cast)] // Its type is another in another C library.
                {
                    header.msg_controllen = size_of_val(control) as _;
                }
                let segment = u16::try_from(parcel.segment).unwrap_or(u16::MAX);
                // SAFETY: the control buffer is as long as the header says, which is enough for one with two bytes.
                unsafe { tell_segment(header, segment) };
            }
        }
        // SAFETY: each message points to an address, bytes that are only read, and a control buffer of the lengths that
        // it says.
        let sent = unsafe {
            libc::sendmmsg(
                self.raw(),
                messages.as_mut_ptr(),
                count,
                libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL,
            )
        };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }
}

/// Tells how long each datagram is.
///
/// # Safety
/// The message's control buffer must have room for a header and two bytes.
unsafe fn tell_segment(message: &mut libc::msghdr, segment: u16) {
    // SAFETY: as the caller promises.
    unsafe {
        let header = libc::CMSG_FIRSTHDR(message);
        (*header).cmsg_level = libc::SOL_UDP;
        (*header).cmsg_type = libc::UDP_SEGMENT;
        #[allow(clippy::unnecessary_cast)] // Its type is another in another C library.
        {
            (*header).cmsg_len = libc::CMSG_LEN(2) as _;
            message.msg_controllen = libc::CMSG_SPACE(2) as _;
        }
        libc::CMSG_DATA(header)
            .cast::<u16>()
            .write_unaligned(segment);
    }
}

/// Whether what the system says means that it cuts nothing here: an interface that cannot sum, or an old kernel.
fn cannot_cut(error: &io::Error, parcel: &Parcel<'_>) -> bool {
    let known = [libc::EIO, libc::EOPNOTSUPP, libc::ENOPROTOOPT];
    is_piece(parcel) && is_one_of(error, &known)
}

/// Whether what the system says means that datagrams are longer than this way takes: kernels say one or the other. Other
/// ways may be wider.
fn is_narrow(error: &io::Error, parcel: &Parcel<'_>) -> bool {
    is_piece(parcel) && is_one_of(error, &[libc::EMSGSIZE, libc::EINVAL])
}

fn is_piece(parcel: &Parcel<'_>) -> bool {
    parcel.bytes.len() > parcel.segment
}

fn is_one_of(error: &io::Error, known: &[libc::c_int]) -> bool {
    error
        .raw_os_error()
        .is_some_and(|number| known.contains(&number))
}

fn one_by_one<'a>(parcel: &Parcel<'a>) -> impl Iterator<Item = Parcel<'a>> + use<'a> {
    let Parcel { to, bytes, segment } = *parcel;
    let each = bytes.chunks(segment.max(1));
    each.map(move |bytes| Parcel {
        to,
        bytes,
        segment: bytes.len(),
    })
}
