//! The kernel's WireGuard, told and asked by generic netlink (linux/wireguard.h): its key, its peers, where they are, and
//! what it has heard from them.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    os::fd::OwnedFd,
    time::Duration,
};

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NetlinkDeserializable, NetlinkHeader, NetlinkMessage,
    NetlinkPayload, NetlinkSerializable,
};
use netlink_packet_generic::{
    GenlMessage,
    ctrl::{GenlCtrl, GenlCtrlCmd, nlas::GenlCtrlAttrs},
};
use netlink_packet_wireguard::{
    WireguardAddressFamily, WireguardAllowedIp, WireguardAllowedIpAttr, WireguardAttribute,
    WireguardCmd, WireguardDeviceFlags, WireguardMessage, WireguardPeer, WireguardPeerAttribute,
    WireguardPeerFlags,
};
use rustix::net::{
    RecvFlags, SendFlags, recv, send,
    sockopt::{Timeout, set_socket_timeout},
};

use zeroize::{Zeroize as _, Zeroizing};

use crate::key::{PrivateKey, PublicKey};

/// The family's name.
const FAMILY: &str = "wireguard";

/// How long the kernel may take to answer; it needs microseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The kernel sends at most this many bytes of a dump at once (`netlink(7)`).
const PIECE: usize = 64 * 1024;

/// Peers in one message, which must not grow beyond what the kernel takes.
const PEERS: usize = 16;

/// Seconds of silence after which the kernel says something, so that NATs keep the way open.
const ALIVE: u16 = 5;

/// An interface of the kernel's WireGuard, in whatever network the socket belongs to.
#[derive(Debug)]
pub(super) struct Device {
    wire: Wire,
    name: String,
}

/// What is to be changed of a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// It is one from now on, with these addresses inside.
    Add(Vec<IpAddr>),
    /// It is met there from now on, and something is said to it at once.
    Meet(SocketAddr),
    /// It is none any more.
    Remove,
}

/// What the kernel says of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Heard {
    /// Where it was heard last, or is looked for.
    pub(super) at: Option<SocketAddr>,
    /// Whether there was a handshake.
    pub(super) known: bool,
    pub(super) received: u64,
    pub(super) sent: u64,
}

/// Whether this kernel has WireGuard, asked by a socket of generic netlink. It loads its module, if it may.
///
/// # Errors
/// What the system says if it has none.
pub(super) fn is_there() -> io::Result<()> {
    Wire::new(generic()?).map(drop)
}

/// A socket of generic netlink in the calling thread's network.
fn generic() -> io::Result<OwnedFd> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, netlink, socket_with};
    let (family, kind) = (AddressFamily::NETLINK, SocketType::RAW);
    let protocol = Some(netlink::GENERIC);
    Ok(socket_with(family, kind, SocketFlags::CLOEXEC, protocol)?)
}

impl Device {
    /// The interface of this name, told by this socket. It takes its key, and this port, or any that is free for 0.
    ///
    /// # Errors
    /// What the system says: [`io::ErrorKind::AddrInUse`] for a port that another program has.
    pub(super) fn set_up(
        socket: OwnedFd,
        name: &str,
        key: &PrivateKey,
        port: u16,
    ) -> io::Result<Self> {
        let mut device = Self {
            wire: Wire::new(socket)?,
            name: name.to_owned(),
        };
        let message = device.message([
            WireguardAttribute::PrivateKey(*key.to_bytes()),
            WireguardAttribute::ListenPort(port),
            WireguardAttribute::Flags(WireguardDeviceFlags::ReplacePeers),
        ]);
        device.wire.tell(message)?;
        Ok(device)
    }

    /// Tells it of changes.
    pub(super) fn change(&mut self, changes: &[(PublicKey, Change)]) -> io::Result<()> {
        for some in changes.chunks(PEERS) {
            let peers = some.iter().flat_map(|(key, change)| peers(*key, change));
            let message = self.message([WireguardAttribute::Peers(peers.collect())]);
            self.wire.tell(message)?;
        }
        Ok(())
    }

    /// Its port, and what is known of its peers.
    pub(super) fn look(&mut self) -> io::Result<(u16, BTreeMap<PublicKey, Heard>)> {
        let question = WireguardMessage {
            cmd: WireguardCmd::GetDevice,
            attributes: vec![WireguardAttribute::IfName(self.name.clone())],
        };
        Ok(read(&self.wire.dump(question)?))
    }

    fn message(&self, what: impl IntoIterator<Item = WireguardAttribute>) -> WireguardMessage {
        let name = WireguardAttribute::IfName(self.name.clone());
        WireguardMessage {
            cmd: WireguardCmd::SetDevice,
            attributes: [name].into_iter().chain(what).collect(),
        }
    }
}

/// A change as the kernel reads it.
fn peers(key: PublicKey, change: &Change) -> Vec<WireguardPeer> {
    let peer = |flags, what: Vec<WireguardPeerAttribute>| {
        let head = [
            WireguardPeerAttribute::PublicKey(key.0),
            WireguardPeerAttribute::Flags(flags),
        ];
        WireguardPeer(head.into_iter().chain(what).collect())
    };
    match change {
        Change::Add(own) => {
            let own = own.iter().map(|address| allowed(*address)).collect();
            let own = WireguardPeerAttribute::AllowedIps(own);
            vec![peer(WireguardPeerFlags::ReplaceAllowedIps, vec![own])]
        }
        Change::Meet(at) => {
            let only = WireguardPeerFlags::UpdateOnly;
            let at = WireguardPeerAttribute::Endpoint(*at);
            let alive = WireguardPeerAttribute::PersistentKeepalive;
            // It says something when the interval ceases to be none.
            vec![
                peer(only, vec![at, alive(0)]),
                peer(only, vec![alive(ALIVE)]),
            ]
        }
        Change::Remove => {
            let flags = WireguardPeerFlags::RemoveMe | WireguardPeerFlags::UpdateOnly;
            vec![peer(flags, Vec::new())]
        }
    }
}

/// One address, as a network.
fn allowed(address: IpAddr) -> WireguardAllowedIp {
    let (family, length) = match address {
        IpAddr::V4(_) => (WireguardAddressFamily::Ipv4, 32),
        IpAddr::V6(_) => (WireguardAddressFamily::Ipv6, 128),
    };
    WireguardAllowedIp(vec![
        WireguardAllowedIpAttr::Family(family),
        WireguardAllowedIpAttr::IpAddr(address),
        WireguardAllowedIpAttr::Cidr(length),
    ])
}

/// What a dump says. A peer with many addresses may be told of in several parts.
fn read(dump: &[WireguardMessage]) -> (u16, BTreeMap<PublicKey, Heard>) {
    let (mut port, mut all) = (0, BTreeMap::<_, Heard>::new());
    for attribute in dump.iter().flat_map(|message| &message.attributes) {
        match attribute {
            WireguardAttribute::ListenPort(told) => port = *told,
            WireguardAttribute::Peers(peers) => {
                for peer in peers {
                    let key = peer.iter().find_map(|attribute| match attribute {
                        WireguardPeerAttribute::PublicKey(key) => Some(PublicKey(*key)),
                        _ => None,
                    });
                    if let Some(key) = key {
                        let heard = all.entry(key).or_default();
                        peer.iter().for_each(|attribute| heard.take(attribute));
                    }
                }
            }
            _ => {}
        }
    }
    (port, all)
}

impl Heard {
    fn take(&mut self, attribute: &WireguardPeerAttribute) {
        match attribute {
            WireguardPeerAttribute::Endpoint(at) => self.at = Some(*at),
            WireguardPeerAttribute::LastHandshake(at) => {
                self.known = (at.seconds, at.nano_seconds) != (0, 0);
            }
            WireguardPeerAttribute::RxBytes(bytes) => self.received = *bytes,
            WireguardPeerAttribute::TxBytes(bytes) => self.sent = *bytes,
            _ => {}
        }
    }
}

/// A conversation with the kernel.
#[derive(Debug)]
struct Wire {
    socket: OwnedFd,
    family: u16,
    sequence: u32,
}

impl Wire {
    /// Finds the number that the family has on this machine.
    fn new(socket: OwnedFd) -> io::Result<Self> {
        set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
        let mut wire = Self {
            socket,
            family: 0,
            sequence: 0,
        };
        let question = GenlCtrl {
            cmd: GenlCtrlCmd::GetFamily,
            nlas: vec![GenlCtrlAttrs::FamilyName(FAMILY.to_owned())],
        };
        let answers = wire.talk(GenlMessage::from_payload(question), NLM_F_ACK)?;
        let number = answers.iter().find_map(|answer: &GenlMessage<GenlCtrl>| {
            answer.payload.nlas.iter().find_map(|said| match said {
                GenlCtrlAttrs::FamilyId(number) => Some(*number),
                _ => None,
            })
        });
        wire.family = number.ok_or(io::ErrorKind::NotFound)?;
        Ok(wire)
    }

    fn tell(&mut self, message: WireguardMessage) -> io::Result<()> {
        let mut message = GenlMessage::from_payload(message);
        message.set_resolved_family_id(self.family);
        self.talk(message, NLM_F_ACK).map(drop)
    }

    fn dump(&mut self, message: WireguardMessage) -> io::Result<Vec<WireguardMessage>> {
        let mut message = GenlMessage::from_payload(message);
        message.set_resolved_family_id(self.family);
        let answers = self.talk(message, NLM_F_DUMP)?;
        Ok(answers.into_iter().map(|answer| answer.payload).collect())
    }

    /// Says something and takes all answers, up to that which ends them.
    fn talk<M>(&mut self, message: M, flags: u16) -> io::Result<Vec<M>>
    where
        M: NetlinkSerializable + NetlinkDeserializable + Into<NetlinkPayload<M>> + Erase,
    {
        self.sequence = self.sequence.wrapping_add(1);
        // There may be a key in it.
        let bytes = Zeroizing::new(encoded(message, self.sequence, flags));
        send(&self.socket, &bytes, SendFlags::empty())?;
        let mut answers = Vec::new();
        let mut room = Zeroizing::new(vec![0; PIECE]);
        loop {
            let (_, length) = recv(&self.socket, room.as_mut_slice(), RecvFlags::empty())?;
            let mut rest = room.get(..length).unwrap_or_default();
            while !rest.is_empty() {
                let answer = NetlinkMessage::<M>::deserialize(rest).map_err(odd)?;
                // Messages begin at multiples of four bytes.
                let length = (answer.header.length as usize).next_multiple_of(4);
                rest = rest.get(length..).unwrap_or_default();
                // What was asked before was answered too late.
                if answer.header.sequence_number != self.sequence {
                    continue;
                }
                match answer.payload {
                    NetlinkPayload::Error(error) if error.code.is_some() => {
                        return Err(error.to_io());
                    }
                    // A dump may break off (netlink(7)): its end then says why.
                    NetlinkPayload::Done(done) if done.code < 0 => {
                        return Err(io::Error::from_raw_os_error(done.code.saturating_neg()));
                    }
                    NetlinkPayload::Error(_) | NetlinkPayload::Done(_) => return Ok(answers),
                    NetlinkPayload::InnerMessage(mut message) => {
                        message.erase();
                        answers.push(message);
                    }
                    _ => {}
                }
            }
        }
    }
}

fn encoded<M>(message: M, sequence: u32, flags: u16) -> Vec<u8>
where
    M: NetlinkSerializable + Into<NetlinkPayload<M>> + Erase,
{
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | flags;
    header.sequence_number = sequence;
    let mut message = NetlinkMessage::new(header, message.into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    if let NetlinkPayload::InnerMessage(message) = &mut message.payload {
        message.erase();
    }
    bytes
}

/// What may hold a private key, which is not to lie in memory that others are given later.
trait Erase {
    /// Overwrites it.
    fn erase(&mut self);
}

impl Erase for GenlMessage<GenlCtrl> {
    fn erase(&mut self) {}
}

impl Erase for GenlMessage<WireguardMessage> {
    fn erase(&mut self) {
        for attribute in &mut self.payload.attributes {
            if let WireguardAttribute::PrivateKey(key) = attribute {
                key.zeroize();
            }
        }
    }
}

fn odd(error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

#[cfg(test)]
mod tests;
