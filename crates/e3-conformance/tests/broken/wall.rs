//! A wall around a program: nobody reaches its port but a gate, by which the overlay's peers come.
//!
//! The kernel refuses every way to the port, from wherever, unless it begins at the gate's own ports. Policy routing
//! alone does that (ip-rule(8)), so that the machine needs no firewall.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use netlink_packet_core::{NLM_F_ACK, NLM_F_CREATE, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::{
    AddressFamily, IpProtocol, RouteNetlinkMessage,
    rule::{RuleAction, RuleAttribute, RuleHeader, RuleMessage, RulePortRange},
};
use netlink_sys::{Socket, protocols::NETLINK_ROUTE};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpSocket, TcpStream},
};

/// The ports from which the gate calls the program; no program gets one of these by itself.
const GATE: RulePortRange = RulePortRange {
    start: 900,
    end: 999,
};

/// The kernel's table of a host's own addresses.
const LOCAL: u8 = 255;

/// The address at which peers find the gate, where they would find the program without the wall.
pub(crate) fn gate_of(program: SocketAddr) -> SocketAddr {
    SocketAddr::new(program.ip(), program.port() + 1)
}

/// Builds a wall around a port of this host, and keeps its gate.
pub(crate) async fn build(port: u16) -> io::Result<()> {
    for family in [AddressFamily::Inet, AddressFamily::Inet6] {
        let to_local = |priority| rule(family, RuleAction::ToTable, vec![priority]);
        // The way to own addresses comes first of all; the wall has to stand before it.
        tell(RouteNetlinkMessage::NewRule(to_local(
            RuleAttribute::Priority(100),
        )))?;
        tell(RouteNetlinkMessage::DelRule(to_local(
            RuleAttribute::Priority(0),
        )))?;
        let program = [
            RuleAttribute::IpProtocol(IpProtocol::Tcp),
            RuleAttribute::DestinationPortRange(RulePortRange {
                start: port,
                end: port,
            }),
        ];
        let gate = [
            RuleAttribute::Priority(10),
            RuleAttribute::Iifname("lo".to_owned()),
            RuleAttribute::SourcePortRange(GATE),
        ];
        let through = [&program[..], &gate].concat();
        let wall = [&program[..], &[RuleAttribute::Priority(20)]].concat();
        tell(RouteNetlinkMessage::NewRule(rule(
            family,
            RuleAction::ToTable,
            through,
        )))?;
        tell(RouteNetlinkMessage::NewRule(rule(
            family,
            RuleAction::Prohibit,
            wall,
        )))?;
    }
    let gate = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port + 1)).await?;
    tokio::spawn(keep(gate, port));
    Ok(())
}

async fn keep(gate: TcpListener, port: u16) {
    let mut from = (GATE.start..=GATE.end).cycle();
    while let Ok((mut peer, _)) = gate.accept().await {
        let from = from.next().unwrap();
        tokio::spawn(async move {
            let mut program = call(from, port).await?;
            copy_bidirectional(&mut peer, &mut program).await
        });
    }
}

async fn call(from: u16, port: u16) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, from).into())?;
    socket.connect((Ipv4Addr::LOCALHOST, port).into()).await
}

fn rule(family: AddressFamily, action: RuleAction, attributes: Vec<RuleAttribute>) -> RuleMessage {
    let mut rule = RuleMessage::default();
    rule.header = RuleHeader {
        family,
        action,
        table: if action == RuleAction::ToTable {
            LOCAL
        } else {
            0
        },
        ..RuleHeader::default()
    };
    rule.attributes = attributes;
    rule
}

/// Tells the kernel, in the network namespace of the calling thread, and waits for its answer.
fn tell(message: RouteNetlinkMessage) -> io::Result<()> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    let mut packet = NetlinkMessage::from(message);
    packet.header.flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;
    packet.finalize();
    let mut buffer = vec![0; packet.buffer_len()];
    packet.serialize(&mut buffer);
    socket.send_to(&buffer, &netlink_sys::SocketAddr::new(0, 0), 0)?;
    let (answer, _) = socket.recv_from_full()?;
    let answer = NetlinkMessage::<RouteNetlinkMessage>::deserialize(&answer).unwrap();
    match answer.payload {
        NetlinkPayload::Error(error) if error.code.is_some() => Err(error.to_io()),
        _ => Ok(()),
    }
}
