//! How a host is seen, by one version of IP.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use e3_session::types::{NetworkView, ServiceReach};
use tokio::net::UdpSocket;

use super::behaviour::{self, Asked};
use super::{Pace, Target, latency, stream};

/// Asks these reflectors, all of one version of IP; none where there are none, or the host has no address of it.
pub(super) async fn of(
    targets: &[Target<'_>],
    pace: Pace,
) -> Option<(NetworkView, Vec<ServiceReach>)> {
    let first = targets.first()?;
    let local = local_address(first.station.first()).await.ok()?;
    let mut services = Vec::new();
    let mut reached = Vec::new();
    let mut reflexive = None;
    for target in targets {
        let socket = open(local).await.ok()?;
        let (reach, seen) = latency::measure(&socket, *target, pace).await;
        match seen {
            Some(_) => reached.push(*target),
            None => services.push(stream::measure(*target, pace).await),
        }
        reflexive = reflexive.or(seen);
        services.push(reach);
    }
    let found = behaviour::find(Asked::choose(&reached), local, pace).await;
    let view = NetworkView {
        local,
        udp: reflexive.is_some(),
        reflexive,
        translated: reflexive.is_some_and(|seen| seen.ip() != local),
        mapping: found.mapping,
        filtering: found.filtering,
        reflectors: u16::try_from(reached.len()).unwrap_or(u16::MAX),
    };
    Some((view, services))
}

/// The address that packets to there leave with. Nothing is sent.
async fn local_address(to: SocketAddr) -> io::Result<IpAddr> {
    let any = match to {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = open(any).await?;
    socket.connect(to).await?;
    Ok(socket.local_addr()?.ip())
}

/// A socket with a port of its own.
pub(super) async fn open(address: IpAddr) -> io::Result<UdpSocket> {
    UdpSocket::bind(SocketAddr::new(address, 0)).await
}
