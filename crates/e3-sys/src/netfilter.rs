//! Keeping programs of others from the host's packet filter (seccomp(2)).

use std::{io, mem::offset_of};

/// The architecture whose system calls are looked at, as the kernel names it (`linux/audit.h`); none where it is not known
/// here.
const ARCHITECTURE: Option<u32> = if cfg!(target_arch = "x86_64") {
    Some(0xc000_003e)
} else if cfg!(target_arch = "aarch64") {
    Some(0xc000_00b7)
} else {
    None
};

/// From now on the calling thread, and whatever is started by it, is refused sockets that speak with the kernel's packet
/// filter (netlink(7), `NETLINK_NETFILTER`). It cannot be undone, and lets nobody get more rights by what it starts
/// (`PR_SET_NO_NEW_PRIVS`).
///
/// It is for programs that mean well: whoever has other ways to the filter keeps them.
///
/// # Errors
/// What the system says; that this is no architecture that is known here.
pub fn forswear() -> io::Result<()> {
    let architecture = ARCHITECTURE.ok_or(io::ErrorKind::Unsupported)?;
    let mut filter = filter(architecture)?;
    let program = libc::sock_fprog {
        len: u16::try_from(filter.len()).map_err(io::Error::other)?,
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: this call takes numbers alone.
    check(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) })?;
    // SAFETY: the program outlives the call, and says how long it is.
    check(unsafe {
        libc::prctl(
            libc::PR_SET_SECCOMP,
            libc::SECCOMP_MODE_FILTER,
            &raw const program,
        )
    })
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Refuses `socket(AF_NETLINK, _, NETLINK_NETFILTER)`; allows all else.
fn filter(architecture: u32) -> io::Result<Vec<libc::sock_filter>> {
    // Of an argument the half that comes first, on machines that write the smaller half first, as all that are known here do.
    let argument = |number: usize| offset_of!(libc::seccomp_data, args) + 8 * number;
    let questions = [
        (offset_of!(libc::seccomp_data, arch), architecture),
        (
            offset_of!(libc::seccomp_data, nr),
            number(libc::SYS_socket)?,
        ),
        (argument(0), number(libc::AF_NETLINK)?),
        (argument(2), number(libc::NETLINK_NETFILTER)?),
    ];
    let mut filter = Vec::new();
    for (at, expected) in questions {
        filter.push(line(
            libc::BPF_LD | libc::BPF_W | libc::BPF_ABS,
            0,
            number(at)?,
        )?);
        // Any other leads to the last line: past what is left of these, two each, and past the refusal.
        let done = filter.len() / 2 + 1;
        let left = u8::try_from(2 * (questions.len() - done) + 1).map_err(io::Error::other)?;
        filter.push(line(
            libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
            left,
            expected,
        )?);
    }
    let refused = libc::SECCOMP_RET_ERRNO | number(libc::EPERM)?;
    for answer in [refused, libc::SECCOMP_RET_ALLOW] {
        filter.push(line(libc::BPF_RET | libc::BPF_K, 0, answer)?);
    }
    Ok(filter)
}

/// One instruction; where what it asks is not so, so many of the next are left out.
fn line(code: u32, otherwise: u8, k: u32) -> io::Result<libc::sock_filter> {
    Ok(libc::sock_filter {
        code: u16::try_from(code).map_err(io::Error::other)?,
        jt: 0,
        jf: otherwise,
        k,
    })
}

fn number<From>(number: From) -> io::Result<u32>
where
    u32: TryFrom<From>,
{
    u32::try_from(number).map_err(|_| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Whether a socket of netlink for that purpose can be had.
    fn opens(purpose: libc::c_int) -> io::Result<()> {
        // SAFETY: a call without pointers.
        let socket = unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW, purpose) };
        if socket < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor has just been made and belongs to nobody else.
        check(unsafe { libc::close(socket) })
    }

    #[test]
    fn the_packet_filter_is_refused_and_nothing_else() {
        let before = opens(libc::NETLINK_NETFILTER);
        let refused = thread::spawn(|| {
            forswear().unwrap();
            let refused = opens(libc::NETLINK_NETFILTER).unwrap_err();
            assert_eq!(refused.raw_os_error(), Some(libc::EPERM));
            opens(libc::NETLINK_ROUTE).unwrap();
            std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        });
        refused.join().unwrap();
        // Others are not affected.
        assert_eq!(opens(libc::NETLINK_NETFILTER).is_ok(), before.is_ok());
    }
}
