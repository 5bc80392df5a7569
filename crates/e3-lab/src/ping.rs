//! Round-trip times by ICMP echo (RFC 792, RFC 4443), many pairs at once.

use std::collections::HashMap;
use std::io;
use std::mem::MaybeUninit;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::thread;
use std::time::{Duration, Instant};

use e3_sys::epoll::{Epoll, Ready};
use e3_sys::namespace::{self, Kind};
use e3_sys::{arrival, schedule};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, ipproto, recv, sendto,
    socket_with,
};

use crate::host::Host;

mod burst;

pub(crate) use burst::{Burst, burst};

/// Whom to ping from where.
pub(crate) struct Probe<'a> {
    pub(crate) from: &'a Host,
    pub(crate) to: IpAddr,
}

/// How many to send, and how fast.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Pings for each probe.
    pub(crate) rounds: u16,
    /// Between one ping and the next, so that they do not queue behind one another.
    pub(crate) spacing: Duration,
    /// How long to wait for answers after the last ping.
    pub(crate) patience: Duration,
}

/// The spacing where no line is slow.
pub(crate) const SPACING: Duration = Duration::from_micros(200);
/// Between one round and the next, at least.
const ROUND: Duration = Duration::from_millis(1);

/// Requests and replies of IPv4 and IPv6.
const ECHO_REQUEST: [u8; 2] = [8, 128];
const ECHO_REPLY: [u8; 2] = [0, 129];
const ICMP_HEADER: usize = 8;
const PAYLOAD: usize = 48;
/// So much shorter are pings whose IP header is so much longer.
const LONGER_HEADER: usize = 20;

/// What a ping, and its answer, is on the wire: with an IP header of 20 bytes, or of 40 and a shorter payload.
pub(crate) const BYTES_ON_WIRE: u64 = 20 + (ICMP_HEADER + PAYLOAD) as u64;

/// Sends pings and waits for the answers: for each probe, the round-trip times of those that were answered.
pub(crate) fn measure(probes: &[Probe<'_>], pace: Pace) -> io::Result<Vec<Vec<Duration>>> {
    let run = || {
        schedule::be_prompt();
        Pinger::open(probes)?.run(pace)
    };
    // A thread of its own, because it walks through the hosts' networks.
    let done = thread::scope(|scope| scope.spawn(run).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

struct Pinger<'a> {
    probes: &'a [Probe<'a>],
    /// The socket of each probe, by index.
    sockets: Vec<OwnedFd>,
    of_probe: Vec<usize>,
    epoll: Epoll,
    /// By how much requests are longer than they have to be.
    padding: usize,
    started: Instant,
    sent: Vec<Vec<Duration>>,
    answered: Vec<Vec<Option<Duration>>>,
}

impl<'a> Pinger<'a> {
    fn open(probes: &'a [Probe<'a>]) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        let mut sockets = Vec::new();
        let mut by_host = HashMap::new();
        let mut of_probe = Vec::with_capacity(probes.len());
        for probe in probes {
            let of = (probe.from.name(), probe.to.is_ipv6());
            let index = *by_host.entry(of).or_insert(sockets.len());
            if index == sockets.len() {
                let socket = echo_socket(probe)?;
                epoll.add(&socket, index as u64)?;
                sockets.push(socket);
            }
            of_probe.push(index);
        }
        let nothing = vec![Vec::new(); probes.len()];
        let answered = vec![Vec::new(); probes.len()];
        Ok(Self {
            probes,
            sockets,
            of_probe,
            epoll,
            padding: 0,
            started: Instant::now(),
            sent: nothing,
            answered,
        })
    }

    fn run(mut self, pace: Pace) -> io::Result<Vec<Vec<Duration>>> {
        let mut at = Duration::ZERO;
        for round in 0..pace.rounds {
            let round_starts = at;
            for index in 0..self.probes.len() {
                self.listen_until(at)?;
                self.send(index, round)?;
                // What comes late is not made up for: a burst would queue on a slow line.
                at = self.started.elapsed() + pace.spacing;
            }
            at = at.max(round_starts + ROUND);
        }
        let last = self.started.elapsed();
        self.finish_until(last + pace.patience)?;
        Ok(self
            .answered
            .into_iter()
            .map(|times| times.into_iter().flatten().collect())
            .collect())
    }

    fn send(&mut self, index: usize, round: u16) -> io::Result<()> {
        let (Some(probe), Some(sent), Some(answered)) = (
            self.probes.get(index),
            self.sent.get_mut(index),
            self.answered.get_mut(index),
        ) else {
            return Ok(());
        };
        let socket = self
            .of_probe
            .get(index)
            .and_then(|socket| self.sockets.get(*socket));
        let Some(socket) = socket else { return Ok(()) };
        let mut packet = request(index, round, probe.to);
        packet.resize(packet.len() + self.padding, 0);
        sent.push(self.started.elapsed());
        answered.push(None);
        match sendto(
            socket,
            &packet,
            SendFlags::empty(),
            &SocketAddr::new(probe.to, 0),
        ) {
            // What is unreachable is not answered, which is what the caller wants to know.
            Ok(_) | Err(rustix::io::Errno::NETUNREACH | rustix::io::Errno::HOSTUNREACH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes answers until this time (since the start).
    fn listen_until(&mut self, end: Duration) -> io::Result<()> {
        while self.started.elapsed() < end {
            self.listen_once(end)?;
        }
        Ok(())
    }

    /// Takes answers until all are there, or until this time.
    fn finish_until(&mut self, end: Duration) -> io::Result<()> {
        while self.started.elapsed() < end && self.answered.iter().flatten().any(Option::is_none) {
            self.listen_once(end)?;
        }
        Ok(())
    }

    fn listen_once(&mut self, end: Duration) -> io::Result<()> {
        let mut ready = Ready::new();
        let patience = end.saturating_sub(self.started.elapsed());
        self.epoll.wait(&mut ready, Some(patience))?;
        ready.tokens().for_each(|token| self.take(token));
        Ok(())
    }

    fn take(&mut self, token: u64) {
        let socket = usize::try_from(token)
            .ok()
            .and_then(|index| self.sockets.get(index));
        let Some(socket) = socket else { return };
        let mut buffer = [MaybeUninit::uninit(); 128];
        while let Ok(((packet, _), _)) = recv(socket, &mut buffer, RecvFlags::empty()) {
            // This thread may have waited for a processor, which is not the network's doing.
            let waited = arrival::since(socket).unwrap_or_default();
            let now = self.started.elapsed().saturating_sub(waited);
            let Some((index, round)) = reply(packet) else {
                continue;
            };
            let sent = self
                .sent
                .get(index)
                .and_then(|sent| sent.get(usize::from(round)));
            let place = self
                .answered
                .get_mut(index)
                .and_then(|answered| answered.get_mut(usize::from(round)));
            if let (Some(sent), Some(place @ None)) = (sent, place) {
                *place = Some(now.saturating_sub(*sent));
            }
        }
    }
}

/// A socket for echo requests in a host's network; the kernel fills in identifier and checksum (icmp(7)).
fn echo_socket(probe: &Probe<'_>) -> io::Result<OwnedFd> {
    namespace::enter(Kind::Net, probe.from.net()?)?;
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let (family, protocol) = match probe.to {
        IpAddr::V4(_) => (AddressFamily::INET, ipproto::ICMP),
        IpAddr::V6(_) => (AddressFamily::INET6, ipproto::ICMPV6),
    };
    let socket = socket_with(family, SocketType::DGRAM, flags, Some(protocol))?;
    arrival::note(&socket);
    Ok(socket)
}

/// An echo request that carries which probe and round it is of.
fn request(index: usize, round: u16, to: IpAddr) -> Vec<u8> {
    let [v4, v6] = ECHO_REQUEST;
    let (kind, length) = match to {
        IpAddr::V4(_) => (v4, ICMP_HEADER + PAYLOAD),
        IpAddr::V6(_) => (v6, ICMP_HEADER + PAYLOAD - LONGER_HEADER),
    };
    let mut packet = vec![kind, 0, 0, 0, 0, 0];
    packet.extend(round.to_be_bytes());
    packet.extend((index as u64).to_be_bytes());
    packet.resize(length, 0);
    packet
}

/// Which probe and round an answer is to.
fn reply(packet: &[u8]) -> Option<(usize, u16)> {
    if !ECHO_REPLY.contains(packet.first()?) {
        return None;
    }
    let round = packet.get(6..8)?.try_into().ok().map(u16::from_be_bytes)?;
    let index = packet
        .get(ICMP_HEADER..ICMP_HEADER + 8)?
        .try_into()
        .ok()
        .map(u64::from_be_bytes)?;
    Some((usize::try_from(index).ok()?, round))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_its_request() {
        let hosts: [IpAddr; 2] = [[198, 18, 0, 2].into(), [0x2001, 2, 0, 1, 0, 0, 0, 2].into()];
        for (host, answer) in hosts.into_iter().zip(ECHO_REPLY) {
            let mut packet = request(70_000, 3, host);
            assert_eq!(reply(&packet), None, "a request is no answer");
            packet[0] = answer;
            assert_eq!(reply(&packet), Some((70_000, 3)));
            assert_eq!(reply(&packet[..10]), None);
        }
    }
}
