//! What the helper and its maker say to each other: requests of one byte, answers of five, with descriptors.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

/// A socket that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocketKind {
    /// TCP over IPv4.
    TcpV4 = 1,
    /// TCP over IPv6.
    TcpV6,
    /// For interfaces, addresses and routes (rtnetlink(7)).
    Route,
    /// For packet filters (nfnetlink).
    Netfilter,
    /// For what is known of sockets there, and to end them (`sock_diag(7)`).
    Sockets,
    /// ICMP over IPv4, for echoes (icmp(7)).
    EchoV4,
    /// ICMP over IPv6.
    EchoV6,
    /// The device that makes TUN interfaces there ([`tun`](crate::tun)): no socket, but bound to the network in which it is
    /// opened, as sockets are.
    Tun,
    /// For families of generic netlink, WireGuard's among them.
    Generic,
}

impl SocketKind {
    pub(super) fn from_number(number: u8) -> Option<Self> {
        let all = [
            Self::TcpV4,
            Self::TcpV6,
            Self::Route,
            Self::Netfilter,
            Self::Sockets,
            Self::EchoV4,
            Self::EchoV6,
            Self::Tun,
            Self::Generic,
        ];
        all.into_iter().find(|kind| *kind as u8 == number)
    }
}

/// The request that comes before all others; those for sockets are their kinds' numbers.
pub(super) const SETTLE: u8 = 0;

/// The same, where what programs say goes farther than to this host itself.
pub(super) const SETTLE_FAR: u8 = u8::MAX;

/// Descriptors that an answer carries at most.
const MOST: usize = 2;

/// What the helper answers.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// How far it got, where that is told.
    pub(super) step: u8,
    /// The system's error number; 0 where all went well.
    pub(super) error: i32,
    /// What was asked for.
    pub(super) descriptors: [Option<OwnedFd>; MOST],
}

/// Sends an answer. Neither allocates nor locks.
pub(super) fn answer(
    channel: BorrowedFd<'_>,
    (step, error): (u8, i32),
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let [a, b, c, d] = error.to_ne_bytes();
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut control = SendAncillaryBuffer::new(&mut room);
    if !descriptors.is_empty() {
        control.push(SendAncillaryMessage::ScmRights(descriptors));
    }
    let told = [step, a, b, c, d];
    sendmsg(
        channel,
        &[IoSlice::new(&told)],
        &mut control,
        SendFlags::NOSIGNAL,
    )?;
    Ok(())
}

/// Awaits an answer.
pub(super) fn hear(channel: BorrowedFd<'_>) -> io::Result<Answer> {
    let mut told = [0; 5];
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut control = RecvAncillaryBuffer::new(&mut room);
    let mut parts = [IoSliceMut::new(&mut told)];
    let heard = recvmsg(channel, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let mut descriptors = control
        .drain()
        .filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
            _ => None,
        })
        .flatten();
    let descriptors = [descriptors.next(), descriptors.next()];
    if heard.bytes < 5 {
        return Err(io::Error::new(
            io::ErrorKind::BrokenPipe,
            "the process that keeps the program's namespace has ended",
        ));
    }
    let [step, number @ ..] = told;
    Ok(Answer {
        step,
        error: i32::from_ne_bytes(number),
        descriptors,
    })
}
