//! Knocking: questions of STUN (RFC 8489) from the very port that the kernel's WireGuard has, to peers and to reflectors.
//!
//! WireGuard in the kernel says nothing but its own messages, and lets nobody share its port. So questions leave by a raw
//! socket, under a UDP header with that port, and a raw socket sees a copy of whatever arrives there, of which a filter
//! lets only messages of STUN pass. What WireGuard is to make of them it knows: nothing.
//!
//! Peers knock as ICE does (RFC 8445, section 7): who hears an answer to its own question knows that packets pass both ways.
//! What they say is [`talk`]'s.
//!
//! [`talk`]: super::talk

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::{Duration, Instant},
};

use e3_reflector::message::Message;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, ipproto, recvfrom, sendto,
    socket_with,
};
use socket2::{SockFilter, SockRef};

use crate::packet::{UDP_HEADER, udp_header};

/// The longest message that is taken.
pub(super) const LONGEST: usize = 1500;

/// What stands in every message of STUN behind its first four bytes.
const COOKIE: u32 = 0x2112_A442;

/// A version of IP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// 4.
    Four,
    /// 6.
    Six,
}

/// A raw socket of each version of IP that this host has.
#[derive(Debug)]
pub(super) struct Knocker {
    four: Option<OwnedFd>,
    six: Option<OwnedFd>,
    port: u16,
    sources: Sources,
}

/// What this host's address is towards others, as it was found of late: it takes three system calls to find it.
#[derive(Debug, Default)]
struct Sources(BTreeMap<IpAddr, (IpAddr, Instant)>);

impl Sources {
    /// How long an address is believed: a host may move.
    const BELIEVED: Duration = Duration::from_secs(1);
    /// How many are remembered.
    const MOST: usize = 256;

    /// The address towards there; `find` says it where it is not known.
    fn of(
        &mut self,
        to: SocketAddr,
        now: Instant,
        find: impl FnOnce(SocketAddr) -> io::Result<IpAddr>,
    ) -> io::Result<IpAddr> {
        let known = self.0.get(&to.ip());
        if let Some((own, when)) = known
            && now.saturating_duration_since(*when) < Self::BELIEVED
        {
            return Ok(*own);
        }
        if self.0.len() >= Self::MOST {
            self.0.clear();
        }
        let own = find(to)?;
        self.0.insert(to.ip(), (own, now));
        Ok(own)
    }
}

impl Knocker {
    /// For this port, in the calling thread's network.
    ///
    /// # Errors
    /// What the system says: it takes `CAP_NET_RAW`.
    pub(super) fn open(port: u16) -> io::Result<Self> {
        let four = raw(AddressFamily::INET, &filter_four(port))?;
        let six = raw(AddressFamily::INET6, &filter_six(port)).ok();
        Ok(Self {
            four: Some(four),
            six,
            port,
            sources: Sources::default(),
        })
    }

    /// What is to be waited for.
    pub(super) fn sockets(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let both = self.four.iter().chain(&self.six);
        both.map(AsFd::as_fd)
    }

    /// Sends a datagram. What cannot be sent is lost, as on any network.
    pub(super) fn send(&mut self, to: SocketAddr, datagram: &[u8]) {
        let sent = self.try_send(to, datagram);
        if let Err(error) = sent {
            tracing::trace!(%to, %error, "a knock is not sent");
        }
    }

    fn try_send(&mut self, to: SocketAddr, datagram: &[u8]) -> io::Result<()> {
        let by = if to.is_ipv4() { &self.four } else { &self.six };
        let by = by.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        // The checksum is of both addresses too.
        let own = self.sources.of(to, Instant::now(), source)?;
        let header = udp_header((own, self.port), (to.ip(), to.port()), datagram);
        let packet = [&header.ok_or(io::ErrorKind::InvalidInput)?, datagram].concat();
        // A raw socket of IPv6 takes no port for an address's (ipv6(7)).
        let mut to = to;
        to.set_port(0);
        sendto(by, &packet, SendFlags::empty(), &to)?;
        Ok(())
    }

    /// Takes what came next of this version of IP, with the address from which it came; none if nothing waits.
    pub(super) fn receive<'a>(
        &self,
        version: Version,
        room: &'a mut [u8; LONGEST],
    ) -> Option<(IpAddr, &'a [u8])> {
        let socket = match version {
            Version::Four => self.four.as_ref(),
            Version::Six => self.six.as_ref(),
        };
        let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC;
        let (_, length, from) = recvfrom(socket?, &mut room[..], flags).ok()?;
        let from = SocketAddr::try_from(from?).ok()?.ip();
        // One that is longer than the room is none that is waited for.
        Some((from, room.get(..length).unwrap_or_default()))
    }
}

/// The port from which a packet comes to this one, and the message in it, as it is and as its bytes.
pub(super) fn read(from: IpAddr, port: u16, packet: &[u8]) -> Option<(u16, Message, &[u8])> {
    // Raw sockets of IPv4 give its header too.
    let datagram = match from {
        IpAddr::V4(_) => packet.get(usize::from(packet.first()? & 15) * 4..)?,
        IpAddr::V6(_) => packet,
    };
    let (header, datagram) = datagram.split_at_checked(UDP_HEADER)?;
    let number = |at: usize| Some(u16::from_be_bytes(header.get(at..at + 2)?.try_into().ok()?));
    if number(2)? != port {
        return None;
    }
    Some((number(0)?, Message::decode(datagram).ok()?, datagram))
}

/// The address that this host says something from to there.
fn source(to: SocketAddr) -> io::Result<IpAddr> {
    let any: SocketAddr = match to {
        SocketAddr::V4(_) => ([0; 4], 0).into(),
        SocketAddr::V6(_) => ([0; 16], 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(to)?;
    Ok(socket.local_addr()?.ip())
}

fn raw(family: AddressFamily, filter: &[SockFilter]) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(family, SocketType::RAW, flags, Some(ipproto::UDP))?;
    SockRef::from(&socket).attach_filter(filter)?;
    Ok(socket)
}

/// Instructions of a filter (`linux/bpf_common.h`): loads of two and four bytes, at a place and behind a header.
mod bpf {
    pub(super) const LOAD_2: u16 = 0x28;
    pub(super) const LOAD_4: u16 = 0x20;
    pub(super) const LOAD_2_BEHIND: u16 = 0x48;
    pub(super) const LOAD_4_BEHIND: u16 = 0x40;
    /// Sets the place behind which is loaded: the length of the IPv4 header that begins there.
    pub(super) const BEHIND_HEADER: u16 = 0xb1;
    pub(super) const IF_EQUAL: u16 = 0x15;
    pub(super) const RETURN: u16 = 0x06;
}

/// Lets only messages of STUN to this port pass; the packet begins with its IPv4 header.
fn filter_four(port: u16) -> [SockFilter; 7] {
    let step = |code, then, otherwise, number| SockFilter::new(code, then, otherwise, number);
    [
        step(bpf::BEHIND_HEADER, 0, 0, 0),
        step(bpf::LOAD_2_BEHIND, 0, 0, 2),
        step(bpf::IF_EQUAL, 0, 3, port.into()),
        step(bpf::LOAD_4_BEHIND, 0, 0, 12),
        step(bpf::IF_EQUAL, 0, 1, COOKIE),
        step(bpf::RETURN, 0, 0, u32::MAX),
        step(bpf::RETURN, 0, 0, 0),
    ]
}

/// The same, where the packet begins with its UDP header.
fn filter_six(port: u16) -> [SockFilter; 6] {
    let step = |code, then, otherwise, number| SockFilter::new(code, then, otherwise, number);
    [
        step(bpf::LOAD_2, 0, 0, 2),
        step(bpf::IF_EQUAL, 0, 3, port.into()),
        step(bpf::LOAD_4, 0, 0, 12),
        step(bpf::IF_EQUAL, 0, 1, COOKIE),
        step(bpf::RETURN, 0, 0, u32::MAX),
        step(bpf::RETURN, 0, 0, 0),
    ]
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use e3_reflector::message::{Class, Transaction};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_looked_for_once_in_a_second() {
        let (mut sources, now) = (Sources::default(), Instant::now());
        let mut found = 0;
        let at = |number: u16| {
            SocketAddr::from(([10, 0, number.to_be_bytes()[0], number.to_be_bytes()[1]], 5))
        };
        let mut find = |sources: &mut Sources, to, when| {
            let find = |_| {
                found += 1;
                Ok([10, 0, 0, 9].into())
            };
            sources.of(to, when, find).unwrap();
            found
        };
        assert_eq!(find(&mut sources, at(1), now), 1);
        assert_eq!(find(&mut sources, at(1), now), 1);
        assert_eq!(find(&mut sources, at(2), now), 2);
        assert_eq!(find(&mut sources, at(1), now + Sources::BELIEVED), 3);
        for number in 0..1000 {
            find(&mut sources, at(number), now);
        }
        assert!(sources.0.len() <= Sources::MOST);
    }

    /// Beside a socket that has the port, as WireGuard's has: what is no message of STUN does not come here.
    #[test]
    fn what_comes_to_a_port_is_seen_beside_its_owner() {
        for loopback in ["127.0.0.1", "::1"] {
            let loopback: IpAddr = loopback.parse().unwrap();
            let Ok(owner) = UdpSocket::bind((loopback, 0)) else {
                continue;
            };
            let at = owner.local_addr().unwrap();
            let mut knocker = match Knocker::open(at.port()) {
                Ok(knocker) => knocker,
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return,
                Err(error) => panic!("{error}"),
            };
            let other = UdpSocket::bind((loopback, 0)).unwrap();
            let from = other.local_addr().unwrap();
            let question = Message::new(Class::Request, Transaction([7; 12])).encode();
            other.send_to(&[4; 64], at).unwrap();
            other.send_to(&question, at).unwrap();
            other.send_to(&question, from).unwrap();
            let version = if loopback.is_ipv4() {
                Version::Four
            } else {
                Version::Six
            };
            let mut room = [0; LONGEST];
            let (ip, packet) = knocker.receive(version, &mut room).unwrap();
            assert_eq!(ip, from.ip());
            let message = Message::decode(&question).unwrap();
            let heard = read(ip, at.port(), packet);
            assert_eq!(heard, Some((from.port(), message, &question[..])));
            assert_eq!(knocker.receive(version, &mut room), None);
            // And what leaves comes from that port.
            knocker.send(from, b"hello");
            let mut room = [0; 600];
            let (_, _) = other.recv_from(&mut room).unwrap();
            assert_eq!(other.recv_from(&mut room).unwrap(), (5, at));
        }
    }

    proptest! {
        #[test]
        fn whatever_it_is_is_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = read([127, 0, 0, 1].into(), 5, &bytes);
            let _ = read([0; 16].into(), 5, &bytes);
        }
    }
}
