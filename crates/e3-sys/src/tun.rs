//! Network interfaces whose other end is a descriptor.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;

/// The device that makes them.
pub const DEVICE: &str = "/dev/net/tun";

/// The length in bytes of the virtio network header that precedes every packet (Linux `struct virtio_net_hdr`).
pub const HEADER: usize = 10;
const HEADER_LENGTH: libc::c_int = 10;

/// A TUN whose packets come without a prefix except the virtio header. The kernel takes an `int`'s flags in a `short`.
#[allow(clippy::cast_possible_truncation)] // The three flags are 0x5001 together, which fits.
const FLAGS: libc::c_short =
    (libc::IFF_TUN | libc::IFF_NO_PI | libc::IFF_VNET_HDR) as libc::c_short;

/// Makes a TUN interface of this name in the calling thread's network namespace. The interface lives as long as that
/// namespace, which the file keeps alive too; reads and writes do not block.
///
/// Every packet read or written starts with a virtio header of [`HEADER`] bytes. Checksums may be left to its reader,
/// and so may cutting: a packet has up to 64 KiB, because few long ones are much faster than many short ones.
pub fn create(name: &str) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(DEVICE)?;
    set_up(&file, name)?;
    // Without this, closing the file would remove the interface, and wait some 20 ms for the kernel to forget it. With
    // it, the namespace's end does so later, for all interfaces at once.
    // SAFETY: TUNSETPERSIST takes its flag by value.
    check(unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETPERSIST, 1) })?;
    Ok(file)
}

/// The same by [`DEVICE`] as it was opened in the network namespace in which the interface is to be, not to block. The
/// interface goes when the file is closed.
pub fn set_up(file: &File, name: &str) -> io::Result<()> {
    let mut request = libc::ifreq {
        ifr_name: interface_name(name)?,
        ifr_ifru: libc::__c_anonymous_ifr_ifru { ifru_flags: FLAGS },
    };
    // SAFETY: the request is an `ifreq` as TUNSETIFF takes, and outlives the call.
    check(unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETIFF, &raw mut request) })?;
    let length = HEADER_LENGTH;
    // SAFETY: TUNSETVNETHDRSZ takes a pointer to an int.
    check(unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETVNETHDRSZ, &raw const length) })?;
    offload(file)
}

fn offload(file: &File) -> io::Result<()> {
    let joined = libc::TUN_F_CSUM | libc::TUN_F_TSO4 | libc::TUN_F_TSO6;
    // Kernels before 6.2 cannot join UDP datagrams; TCP is what matters.
    let attempts = [joined | libc::TUN_F_USO4 | libc::TUN_F_USO6, joined];
    let mut result = Ok(());
    for flags in attempts {
        // SAFETY: TUNSETOFFLOAD takes its flags by value.
        result = check(unsafe {
            libc::ioctl(
                file.as_raw_fd(),
                libc::TUNSETOFFLOAD,
                libc::c_ulong::from(flags),
            )
        });
        if result.is_ok() {
            break;
        }
    }
    result
}

fn interface_name(name: &str) -> io::Result<[libc::c_char; libc::IFNAMSIZ]> {
    let mut field = [0; libc::IFNAMSIZ];
    if name.is_empty() || name.len() >= field.len() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("`{name}` cannot be an interface: it must have 1 to 15 bytes"),
        ));
    }
    for (to, from) in field.iter_mut().zip(name.bytes()) {
        *to = from.cast_signed() as libc::c_char;
    }
    Ok(field)
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
