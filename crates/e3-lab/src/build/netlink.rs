//! Interfaces of the network namespace in which the socket was opened.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, NLM_F_REQUEST, NetlinkMessage,
    NetlinkPayload,
};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{
    InfoData, InfoKind, InfoVeth, LinkAttribute, LinkFlags, LinkInfo, LinkMessage,
};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};
use rustix::net::sockopt::{Timeout, set_socket_timeout};

mod addresses;

pub(crate) use addresses::{EVERYTHING, Via};

/// The index of the loopback interface in every network namespace.
pub(crate) const LOOPBACK: u32 = 1;

/// How long the kernel may take to answer; it needs microseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The type of a message that ends an answer, with an error or without.
const NLMSG_ERROR: u16 = 2;

/// An Ethernet address.
pub(crate) type Mac = [u8; 6];

/// One end of a virtual cable.
pub(crate) struct Plug<'a> {
    pub(crate) index: u32,
    pub(crate) name: &'a str,
    pub(crate) mac: Mac,
}

/// A conversation with the kernel about one network namespace.
pub(crate) struct Netlink {
    socket: Socket,
    sequence: u32,
}

impl Netlink {
    /// About the calling thread's network namespace, for as long as this lives.
    pub(crate) fn open() -> io::Result<Self> {
        let mut socket = Socket::new(NETLINK_ROUTE)?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
        Ok(Self {
            socket,
            sequence: 0,
        })
    }

    /// Switches an interface on.
    pub(crate) fn up(&mut self, index: u32) -> io::Result<()> {
        self.set(link_up(index))
    }

    /// Switches an interface on and gives it a queue of this many packets.
    pub(crate) fn up_with_queue(&mut self, index: u32, packets: u32) -> io::Result<()> {
        let mut link = link_up(index);
        link.attributes.push(LinkAttribute::TxQueueLen(packets));
        self.set(link)
    }

    /// Waits until an interface that has been switched on sends. The kernel sees to that some time later, and drops
    /// packets until then; but before it tells anything about an interface (since Linux 6.9) it makes that true.
    pub(crate) fn settle(&mut self, index: u32) -> io::Result<()> {
        let mut link = LinkMessage::default();
        link.header.index = index;
        self.request(RouteNetlinkMessage::GetLink(link), 0)
    }

    /// Makes a switch, switched on.
    pub(crate) fn add_bridge(&mut self, plug: &Plug<'_>) -> io::Result<()> {
        let mut link = link(plug);
        link.attributes
            .push(LinkAttribute::LinkInfo(vec![LinkInfo::Kind(
                InfoKind::Bridge,
            )]));
        self.create(RouteNetlinkMessage::NewLink(link))
    }

    /// Makes a cable from a switch in this namespace, switched on at this end, to a host in another.
    pub(crate) fn add_cable(
        &mut self,
        here: &Plug<'_>,
        switch: u32,
        there: &Plug<'_>,
        namespace: BorrowedFd<'_>,
    ) -> io::Result<()> {
        let mut far = link(there);
        // A cable's end cannot be switched on before the other end exists.
        far.header.flags = LinkFlags::empty();
        far.attributes
            .push(LinkAttribute::NetNsFd(namespace.as_raw_fd()));
        let mut near = link(here);
        near.attributes.push(LinkAttribute::Controller(switch));
        near.attributes.push(LinkAttribute::LinkInfo(vec![
            LinkInfo::Kind(InfoKind::Veth),
            LinkInfo::Data(InfoData::Veth(InfoVeth::Peer(far))),
        ]));
        self.create(RouteNetlinkMessage::NewLink(near))
    }

    /// Switches an interface off: who is at the other end sees that the cable is out.
    pub(crate) fn down(&mut self, index: u32) -> io::Result<()> {
        let mut link = link_up(index);
        link.header.flags = LinkFlags::empty();
        self.set(link)
    }

    fn set(&mut self, link: LinkMessage) -> io::Result<()> {
        self.request(RouteNetlinkMessage::SetLink(link), 0)
    }

    fn create(&mut self, message: RouteNetlinkMessage) -> io::Result<()> {
        self.request(message, NLM_F_CREATE | NLM_F_EXCL)
    }

    /// Creates what may be there already, in another form.
    fn put(&mut self, message: RouteNetlinkMessage) -> io::Result<()> {
        self.request(message, NLM_F_CREATE | NLM_F_REPLACE)
    }

    fn delete(&mut self, message: RouteNetlinkMessage) -> io::Result<()> {
        self.request(message, 0)
    }

    /// Sends one request and waits for the kernel's answer, which comes at once.
    fn request(&mut self, message: RouteNetlinkMessage, flags: u16) -> io::Result<()> {
        self.sequence += 1;
        let mut packet = NetlinkMessage::from(message);
        packet.header.flags = NLM_F_REQUEST | NLM_F_ACK | flags;
        packet.header.sequence_number = self.sequence;
        packet.finalize();
        let mut buffer = vec![0; packet.buffer_len()];
        packet.serialize(&mut buffer);
        self.socket.send(&buffer, 0)?;
        loop {
            let (answer, _) = self.socket.recv_from_full().map_err(name_silence)?;
            // What is told besides is of no interest, nor has it to be understood.
            if answer.get(4..6) != Some(&NLMSG_ERROR.to_ne_bytes()) {
                continue;
            }
            let answer = NetlinkMessage::<RouteNetlinkMessage>::deserialize(&answer)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            if answer.header.sequence_number != self.sequence {
                continue;
            }
            if let NetlinkPayload::Error(error) = answer.payload {
                return if error.code.is_none() {
                    Ok(())
                } else {
                    Err(error.to_io())
                };
            }
        }
    }
}

/// The kernel says of a time-out only that nothing is there.
fn name_silence(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock {
        let said = format!("the kernel has not answered for {} s", PATIENCE.as_secs());
        io::Error::new(io::ErrorKind::TimedOut, said)
    } else {
        error
    }
}

fn link(plug: &Plug<'_>) -> LinkMessage {
    let mut link = link_up(plug.index);
    link.attributes = vec![
        LinkAttribute::IfName(plug.name.to_owned()),
        LinkAttribute::Address(plug.mac.to_vec()),
    ];
    link
}

fn link_up(index: u32) -> LinkMessage {
    let mut link = LinkMessage::default();
    link.header.index = index;
    link.header.flags = LinkFlags::Up;
    link.header.change_mask = LinkFlags::Up;
    link
}
