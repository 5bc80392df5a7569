//! The reflector itself: sockets, and what answers on them.

mod answer;
mod stream;
mod udp;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

pub use answer::{Answer, Asked, answer};

use crate::clock::Timestamp;
use crate::station::{Station, Stations};

/// A reflector that answers until it is dropped.
#[derive(Debug)]
pub struct Reflector {
    stations: Stations,
    tasks: JoinSet<()>,
    /// As many tasks as there were in the beginning.
    started: usize,
}

/// A reflector could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the reflector cannot listen on {at}: {source}; is another program using the port?")]
pub struct CannotListen {
    /// Where.
    pub at: SocketAddr,
    /// What the system said.
    pub source: io::Error,
}

/// Which clock a reflector tells; tests have others than the host's.
pub type Clock = fn() -> Timestamp;

/// The sockets of one station.
struct Sockets {
    udp: [UdpSocket; 2],
    tcp: TcpListener,
}

impl Reflector {
    /// Answers on these addresses of this host, on two UDP ports of each, and over TCP on the first one. Ports of 0 are
    /// chosen by the system.
    ///
    /// An address that no interface of the host has, as that of a machine whose provider translates it, is answered for on
    /// all interfaces.
    ///
    /// # Errors
    /// A socket cannot be made.
    pub async fn start(addresses: &[IpAddr], ports: [u16; 2]) -> Result<Self, CannotListen> {
        Self::with_clock(addresses, ports, Timestamp::here).await
    }

    /// The same with another clock than the host's.
    ///
    /// # Errors
    /// A socket cannot be made.
    pub async fn with_clock(
        addresses: &[IpAddr],
        ports: [u16; 2],
        clock: Clock,
    ) -> Result<Self, CannotListen> {
        let mut stations = Stations::default();
        let mut all = Vec::new();
        for address in addresses {
            let sockets = Sockets::open(*address, ports).await?;
            stations.0.push(sockets.station(*address)?);
            all.push(sockets);
        }
        Ok(Self::serve(stations, all, clock))
    }

    /// Where it answers.
    pub fn stations(&self) -> &Stations {
        &self.stations
    }

    /// Whether it still answers on all of its sockets; one that does not is to be started anew.
    pub fn is_well(&mut self) -> bool {
        while self.tasks.try_join_next().is_some() {}
        self.tasks.len() == self.started
    }

    /// Ends it; its sockets are closed when this returns.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }

    fn serve(stations: Stations, all: Vec<Sockets>, clock: Clock) -> Self {
        let mut tasks = JoinSet::new();
        let mut sockets = Vec::new();
        for (station, opened) in stations.0.iter().zip(all) {
            let [first, other] = station.endpoints();
            let [one, two] = opened.udp.map(Arc::new);
            sockets.extend([(first, one), (other, two)]);
            tasks.spawn(stream::serve(opened.tcp, first, stations.clone(), clock));
        }
        let sockets: Arc<[udp::Bound]> = sockets.into();
        for index in 0..sockets.len() {
            let (sockets, stations) = (Arc::clone(&sockets), stations.clone());
            tasks.spawn(udp::serve(sockets, index, stations, clock));
        }
        Self {
            stations,
            started: tasks.len(),
            tasks,
        }
    }
}

impl Sockets {
    async fn open(address: IpAddr, ports: [u16; 2]) -> Result<Self, CannotListen> {
        match Self::bind(address, ports).await {
            Err(error) if error.source.kind() == io::ErrorKind::AddrNotAvailable => {
                let everywhere = match address {
                    IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
                    IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
                };
                Self::bind(everywhere, ports).await
            }
            opened => opened,
        }
    }

    async fn bind(address: IpAddr, ports: [u16; 2]) -> Result<Self, CannotListen> {
        let [first, other] = ports.map(|port| SocketAddr::new(address, port));
        let failed = |at: SocketAddr| move |source| CannotListen { at, source };
        let tcp = TcpListener::bind(first).await.map_err(failed(first))?;
        // Of a port that the system chooses, it is the same one over UDP.
        let first = tcp.local_addr().map_err(failed(first))?;
        let one = UdpSocket::bind(first).await.map_err(failed(first))?;
        let two = UdpSocket::bind(other).await.map_err(failed(other))?;
        let udp = [one, two];
        Ok(Self { udp, tcp })
    }

    fn station(&self, address: IpAddr) -> Result<Station, CannotListen> {
        let at = SocketAddr::new(address, 0);
        let port = |socket: &UdpSocket| {
            let local = socket.local_addr();
            local
                .map(|local| local.port())
                .map_err(|source| CannotListen { at, source })
        };
        let ports = [port(&self.udp[0])?, port(&self.udp[1])?];
        Ok(Station { address, ports })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_that_has_ended_is_not_well_again() {
        let here = [Ipv4Addr::LOCALHOST.into()];
        let mut reflector = Reflector::start(&here, [0, 0]).await.unwrap();
        assert!(reflector.is_well());
        reflector.tasks.abort_all();
        while reflector.is_well() {
            tokio::task::yield_now().await;
        }
        assert!(!reflector.is_well() && !reflector.is_well());
        let ports = reflector.stations().0[0].ports;
        reflector.stop().await;
        Reflector::start(&here, ports).await.unwrap();
    }
}
