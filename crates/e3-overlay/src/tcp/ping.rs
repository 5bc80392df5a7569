//! Measuring a link without touching the program's port.
//!
//! A running MPyC reads two bytes of whoever connects to its port and takes them for a party's index, so that port
//! is never touched while a program may run. The port below it is dialled instead: nobody listens there, and the
//! reset with which the peer's kernel answers (RFC 9293, section 3.5.2) has made one round trip. A host whose
//! firewall drops what nobody listens for does not answer; that is told as such.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use tokio::{net::TcpStream, time::timeout};

/// Round trips that are measured; the least counts.
const ROUNDS: u8 = 3;

/// After this long there is no answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The least round-trip time to a host; an error says in words why there is none.
pub(super) async fn ping(address: IpAddr, program_port: u16) -> Result<Duration, String> {
    let at = SocketAddr::new(address, quiet_port(program_port));
    let mut least: Option<Duration> = None;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        match timeout(PATIENCE, TcpStream::connect(at)).await {
            // A reset is the answer; somebody listening there is one as well.
            Ok(Ok(_)) => {}
            Ok(Err(error)) if answers(&error) => {}
            Ok(Err(error)) => return Err(format!("{address} cannot be reached: {error}")),
            Err(_) => break,
        }
        let elapsed = start.elapsed();
        least = Some(least.map_or(elapsed, |least| least.min(elapsed)));
    }
    least.ok_or_else(|| format!("no answer from {address} in {} s", PATIENCE.as_secs()))
}

fn answers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset
    )
}

/// The port next to the program's that nobody listens on.
pub(super) fn quiet_port(program: u16) -> u16 {
    match program {
        0 | 1 => 2,
        program => program - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quiet_port_is_never_the_programs() {
        assert!((0..=u16::MAX).all(|port| quiet_port(port) != port && quiet_port(port) != 0));
    }
}
