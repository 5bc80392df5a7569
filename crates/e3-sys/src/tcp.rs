//! What the kernel knows of a TCP connection (tcp(7)).

use std::{
    io,
    mem::{offset_of, size_of},
    os::fd::{AsFd, AsRawFd},
    time::Duration,
};

/// The beginning of the kernel's `struct tcp_info`, which grows at its end (linux/tcp.h).
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
struct Info {
    /// State, options and scales.
    state: [u8; 8],
    /// From `tcpi_rto` to `tcpi_total_retrans`.
    numbers: [u32; 24],
    /// From `tcpi_pacing_rate` to `tcpi_bytes_received`.
    totals: [u64; 4],
    /// `tcpi_segs_out`, `tcpi_segs_in`, `tcpi_notsent_bytes`.
    segments: [u32; 3],
    /// `tcpi_min_rtt` in microseconds; all ones before the first was measured.
    least_rtt: u32,
}

/// The least round-trip time that the kernel has measured lately on a TCP connection, from a segment to its
/// acknowledgement: what programs at both ends do in between has no part in it. None if it has measured none.
///
/// # Errors
/// The socket is not one of TCP.
pub fn least_round_trip(socket: impl AsFd) -> io::Result<Option<Duration>> {
    let mut info = Info::default();
    let mut length = libc::socklen_t::try_from(size_of::<Info>()).unwrap_or(0);
    // SAFETY: TCP_INFO is plain numbers, of which no more are written than the length that is given says.
    let outcome = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &raw mut length,
        )
    };
    if outcome != 0 {
        return Err(io::Error::last_os_error());
    }
    // A kernel that is older tells less.
    let told = usize::try_from(length).is_ok_and(|length| length > offset_of!(Info, least_rtt));
    let measured = told && !matches!(info.least_rtt, 0 | u32::MAX);
    Ok(measured.then(|| Duration::from_micros(info.least_rtt.into())))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_connection_has_one_from_its_beginning() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(least_round_trip(&listener).unwrap(), None);
        let begun = Instant::now();
        let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let took = begun.elapsed();
        let rtt = least_round_trip(&near).unwrap().unwrap();
        assert!(rtt <= took, "{rtt:?} of {took:?}");
        let other = UdpSocket::bind("127.0.0.1:0").unwrap();
        least_round_trip(&other).unwrap_err();
    }
}
