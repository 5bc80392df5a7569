//! How TCP carriers are paced.
//!
//! BBR spaces packets by timers: where no queue of the interface does that for it, by one of its own for each packet. On
//! the way between neighbours such a timer takes longer than the way itself, and much less gets through (as
//! `scripts/overlay-cost --work stream` shows). A connection that was ever paced so remains it, whatever is chosen later.
//! So every connection begins with Reno, which all kernels have and everybody may choose, and those that go far get back
//! what this host usually takes.

use std::{os::fd::AsFd, sync::OnceLock, time::Duration};

use e3_sys::tcp::least_round_trip;
use rustix::net::{
    AddressFamily, SocketType, socket,
    sockopt::{set_tcp_congestion, tcp_congestion},
};

/// What paces by timers.
const PACES: &str = "bbr";

/// What does not.
const UNPACED: &str = "reno";

/// Ways that are shorter are not worth a timer.
const SHORT: Duration = Duration::from_millis(1);

/// For a socket that is to connect, or to listen.
pub(crate) fn begin(socket: impl AsFd) {
    if usual().is_some() {
        // Where this fails, it is paced as everything else on this host is.
        _ = set_tcp_congestion(socket, UNPACED);
    }
}

/// For a connection that has just been made.
pub(crate) fn go_on(stream: impl AsFd) {
    let is_short = || {
        let rtt = least_round_trip(&stream).ok().flatten();
        rtt.is_some_and(|rtt| rtt < SHORT)
    };
    if let Some(usual) = usual()
        && !is_short()
    {
        _ = set_tcp_congestion(&stream, usual);
    }
}

/// What this host usually takes, if that paces.
fn usual() -> Option<&'static str> {
    static USUAL: OnceLock<Option<String>> = OnceLock::new();
    let usual = USUAL.get_or_init(|| {
        let fresh = socket(AddressFamily::INET, SocketType::STREAM, None).ok()?;
        tcp_congestion(fresh).ok()
    });
    usual.as_deref().filter(|usual| usual.starts_with(PACES))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_connection_within_a_host_is_never_paced() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        begin(&listener);
        let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (far, _) = listener.accept().unwrap();
        go_on(&far);
        let chosen = tcp_congestion(&far).unwrap();
        assert!(!chosen.starts_with(PACES), "{chosen}");
        // Where the system paces nothing, its choice is left alone.
        let usual = tcp_congestion(&near).unwrap();
        if !usual.starts_with(PACES) {
            assert_eq!(chosen, usual);
        }
    }
}
