//! Echo requests and their replies (RFC 792; RFC 4443, section 4).

use std::{
    io,
    net::{IpAddr, SocketAddr},
    os::fd::OwnedFd,
    time::{Duration, Instant},
};

use e3_sys::checksum::sum;
use rustix::net::{RecvFlags, SendFlags, recv, sendto};
use tokio::{
    io::unix::AsyncFd,
    time::{Instant as Moment, sleep_until, timeout_at},
};

/// Between the first two requests, of which a daemon that is finding the way may lose some; the pause doubles up to the
/// second figure.
const PAUSES: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(250)];

/// Bytes of a message: its header, and what tells it from all others.
const LENGTH: usize = 8 + TOKEN;

/// Bytes that no two messages share.
const TOKEN: usize = 16;

/// By a raw socket for such messages.
pub(super) async fn echo(socket: OwnedFd, to: IpAddr, within: Duration) -> io::Result<Duration> {
    rustix::io::ioctl_fionbio(&socket, true)?;
    #[allow(
        deprecated,
        reason = "deprecated because a type may lie about its descriptor; an `OwnedFd` does not"
    )]
    let socket = AsyncFd::new(socket)?;
    let deadline = Moment::now() + within;
    let mut sent = Vec::new();
    let mut refused = None;
    let [mut pause, longest] = PAUSES;
    while Moment::now() < deadline {
        let message = message(to, sent.len())?;
        match sendto(
            &socket,
            &message,
            SendFlags::empty(),
            &SocketAddr::new(to, 0),
        ) {
            Ok(_) => sent.push((message, Instant::now())),
            Err(error) => refused = Some(io::Error::from(error)),
        }
        let next = (Moment::now() + pause).min(deadline);
        pause = (pause * 2).min(longest);
        match timeout_at(next, reply(&socket, to, &sent)).await {
            Ok(round_trip) => return round_trip,
            Err(_) => sleep_until(next).await,
        }
    }
    Err(refused.unwrap_or_else(|| {
        let said = format!("no echo of {to} within {} s", within.as_secs_f64());
        io::Error::new(io::ErrorKind::TimedOut, said)
    }))
}

/// Waits for the reply to one of those that were sent.
async fn reply(
    socket: &AsyncFd<OwnedFd>,
    of: IpAddr,
    sent: &[([u8; LENGTH], Instant)],
) -> io::Result<Duration> {
    let mut room = [0; 512];
    loop {
        let mut ready = socket.readable().await?;
        let heard = ready.try_io(|socket| {
            let (_, length) = recv(socket, &mut room, RecvFlags::TRUNC)?;
            Ok(length)
        });
        let Ok(length) = heard else { continue };
        let heard = room.get(..length?).unwrap_or(&room);
        let Some(token) = token(heard, of) else {
            continue;
        };
        let same = |(message, _): &&([u8; LENGTH], Instant)| message.get(8..) == Some(token);
        if let Some((_, at)) = sent.iter().find(same) {
            return Ok(at.elapsed());
        }
    }
}

/// A request: type, code, checksum, identifier, number, token. The kernel sums those of IPv6 itself.
fn message(to: IpAddr, number: usize) -> io::Result<[u8; LENGTH]> {
    let mut message = [0; LENGTH];
    let mut fresh = [0; TOKEN];
    getrandom::fill(&mut fresh).map_err(|error| io::Error::other(error.to_string()))?;
    message[0] = if to.is_ipv4() { 8 } else { 128 };
    message[6..8].copy_from_slice(&u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes());
    message[8..].copy_from_slice(&fresh);
    if to.is_ipv4() {
        let sum = !sum(&message, 0);
        message[2..4].copy_from_slice(&sum.to_be_bytes());
    }
    Ok(message)
}

/// The token of a reply; none if these bytes are none. Those of IPv4 come with its header.
fn token(heard: &[u8], of: IpAddr) -> Option<&[u8]> {
    let (message, kind) = match of {
        IpAddr::V4(_) => {
            let words = usize::from(heard.first()? & 15);
            (heard.get(words * 4..)?, 0)
        }
        IpAddr::V6(_) => (heard, 129),
    };
    (message.first() == Some(&kind)).then(|| message.get(8..8 + TOKEN))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_sums_to_nothing() {
        let message = message([192, 0, 2, 1].into(), 7).unwrap();
        assert_eq!(sum(&message, 0), 0xffff);
    }

    #[test]
    fn replies_are_told_from_all_else() {
        let (v4, v6): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [0; 16].into());
        let mut packet = vec![0x45];
        packet.resize(20, 0);
        packet.extend([0; 8]);
        packet.extend([7; TOKEN]);
        assert_eq!(token(&packet, v4), Some(&[7; TOKEN][..]));
        packet[20] = 8;
        assert_eq!(token(&packet, v4), None);
        assert_eq!(token(&packet[..30], v4), None);
        assert_eq!(token(&[], v4), None);
        let mut bare = vec![129];
        bare.resize(8, 0);
        bare.extend([3; TOKEN]);
        assert_eq!(token(&bare, v6), Some(&[3; TOKEN][..]));
    }
}
