//! The coordinator as an agent starts it.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use e3_overlay::{Need, RunningService, Service, ServiceError, ServiceStart};
use e3_session::types::{Health, ServicePort, Transport};
use e3_stock::{Daemon, HEADSCALE};
use futures::FutureExt as _;
use serde_bytes::ByteBuf;
use tokio::{net::TcpListener, sync::Mutex, task::JoinHandle};

use super::{
    config::files::BOOK,
    kept::Kept,
    server::{Clerk, start},
    tidying::{AGAIN, Tidying, tell},
};
use crate::{
    desk::server::{Desk, acceptor},
    introduced::Introduced,
    told::{self, Ports, Told, address},
};

/// Where one listens unless something else is declared.
const USUAL: Ports = Ports {
    server: 8443,
    desk: 8444,
    stun: 3478,
};

/// How often a free port is asked for, until it is not the one that is chosen already.
const ATTEMPTS: usize = 4;

/// A coordinator for an agent to start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coordinator;

struct Running {
    daemon: Mutex<Daemon>,
    clerk: Clerk,
    desk: Desk,
    serving: JoinHandle<()>,
    tidying: Mutex<Tidying>,
    ports: Ports,
    told: BTreeMap<String, ByteBuf>,
}

fn listed(ports: Ports) -> Vec<ServicePort> {
    let port = |port, transport| ServicePort { port, transport };
    vec![
        port(ports.server, Transport::Tcp),
        port(ports.desk, Transport::Tcp),
        port(ports.stun, Transport::Udp),
    ]
}

/// The ports that were declared, and the usual ones for what was not: of TCP, the first is the server's and the second the
/// desk's.
pub(crate) fn chosen(declared: &[ServicePort]) -> Ports {
    choose(declared, |_, usual, _| usual)
}

/// The same with what `instead` makes of a usual port, which must not be the other one.
fn choose(declared: &[ServicePort], instead: impl Fn(Transport, u16, u16) -> u16) -> Ports {
    let of = |transport| {
        let declared = declared.iter();
        declared
            .filter(move |port| port.transport == transport)
            .map(|port| port.port)
    };
    let mut tcp = of(Transport::Tcp);
    let server = tcp.next();
    let server = server.unwrap_or_else(|| instead(Transport::Tcp, USUAL.server, 0));
    // Who moves one moves both, unless it says otherwise.
    let desk = || instead(Transport::Tcp, server.wrapping_add(1).max(1), server);
    let stun = || instead(Transport::Udp, USUAL.stun, 0);
    Ports {
        server,
        desk: tcp.next().unwrap_or_else(desk),
        stun: of(Transport::Udp).next().unwrap_or_else(stun),
    }
}

/// Where one listens that begins so: where it did before in this session, else where it was declared to, else at the usual
/// ports, or at others where somebody else has these.
fn ports(begin: &ServiceStart) -> Ports {
    told::ports(&begin.told).unwrap_or_else(|| choose(&begin.ports, free))
}

/// The usual port, or any that is free where it is taken. What else keeps it from being had is told when it is.
fn free(transport: Transport, usual: u16, other_than: u16) -> u16 {
    let is_taken = |result: io::Result<u16>| {
        result.is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
    };
    let have = |port| match transport {
        Transport::Tcp => everywhere(|all| std::net::TcpListener::bind((all, port))?.local_addr()),
        Transport::Udp => everywhere(|all| std::net::UdpSocket::bind((all, port))?.local_addr()),
    };
    if usual != other_than && !is_taken(have(usual)) {
        return usual;
    }
    let any = std::iter::repeat_with(|| have(0)).take(ATTEMPTS).flatten();
    { any }.find(|port| *port != other_than).unwrap_or(usual)
}

/// On all addresses of this host, of both families where the system has IPv6.
fn everywhere(bind: impl Fn(IpAddr) -> io::Result<SocketAddr>) -> io::Result<u16> {
    let bound = match bind(Ipv6Addr::UNSPECIFIED.into()) {
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
            bind(Ipv4Addr::UNSPECIFIED.into())
        }
        done => done,
    };
    Ok(bound?.port())
}

#[async_trait]
impl Service for Coordinator {
    fn usual_ports(&self) -> Vec<ServicePort> {
        listed(USUAL)
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Program(&HEADSCALE)]
    }

    async fn start(&self, begin: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError> {
        let name = || begin.name.clone();
        let failed = |why: &dyn std::fmt::Display| ServiceError::Start {
            name: name(),
            why: why.to_string(),
        };
        let own =
            address(&begin.addresses).ok_or_else(|| ServiceError::NoAddress { name: name() })?;
        let ports = ports(&begin);
        let kept = Kept::open(&begin.folder, &begin.addresses).map_err(|error| failed(&error))?;
        let listener = listen(ports.desk)
            .await
            .map_err(|source| ServiceError::Listen {
                name: name(),
                port: ports.desk,
                transport: Transport::Tcp,
                source,
            })?;
        let desk = Desk::open(begin.folder.join(BOOK)).map_err(|error| failed(&error))?;
        let acceptor = acceptor(&kept.desk, &desk).map_err(|error| failed(&error))?;
        let (daemon, clerk) = start(&begin.folder, own, ports)
            .await
            .map_err(|error| failed(&error))?;
        let serving = desk
            .clone()
            .serve(listener, acceptor, Arc::new(clerk.clone()));
        let told = Told {
            address: own,
            certificate: kept.certificate,
            desk_key: kept.desk.verifying_key(),
            ports,
        };
        Ok(Box::new(Running {
            daemon: Mutex::new(daemon),
            clerk,
            desk,
            serving: tokio::spawn(serving),
            tidying: Mutex::default(),
            ports,
            told: told.tell(),
        }))
    }
}

/// On all addresses of this host, of both families where the system has IPv6.
async fn listen(port: u16) -> io::Result<TcpListener> {
    match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await {
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await
        }
        done => done,
    }
}

#[async_trait]
impl RunningService for Running {
    fn ports(&self) -> Vec<ServicePort> {
        listed(self.ports)
    }

    fn told(&self) -> BTreeMap<String, ByteBuf> {
        self.told.clone()
    }

    /// What is no introduction is nobody's: its party's agent has refused the roster.
    async fn admit(&self, keys: &[ByteBuf]) {
        let parties = keys.iter().filter_map(|bytes| Introduced::read(bytes));
        self.desk
            .admit(parties.map(|party| (party.desk, party.node)));
        let mut tidying = self.tidying.lock().await;
        // What is tried from an earlier roster is tried again from this one.
        *tidying = Tidying::default();
        let Err(error) = self.clerk.forget_others(&self.desk).await else {
            return;
        };
        tell(&error);
        let (clerk, desk) = (self.clerk.clone(), self.desk.clone());
        *tidying = Tidying::again(AGAIN, move || {
            let (clerk, desk) = (clerk.clone(), desk.clone());
            async move { clerk.forget_others(&desk).await }
        });
    }

    /// A coordinator that may still know somebody whom the roster does not name is in order no more if that lasts.
    async fn health(&self) -> Health {
        if let Some(reason) = self.daemon.lock().await.end().now_or_never() {
            return Health::Down { reason };
        }
        // While it is tried for the first time, nothing has lasted.
        let tidying = self.tidying.try_lock();
        let trouble = tidying.ok().and_then(|tidying| tidying.trouble());
        trouble.map_or(Health::Up, |reason| Health::Down { reason })
    }

    async fn stop(self: Box<Self>) {
        self.serving.abort();
        let _ended = self.serving.await;
        drop(self.tidying);
        self.daemon.into_inner().stop().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_ports_are_used_in_their_order() {
        let port = |port, transport| ServicePort { port, transport };
        assert_eq!(chosen(&[]), USUAL);
        let some = chosen(&[port(443, Transport::Tcp)]);
        assert_eq!((some.server, some.desk, some.stun), (443, 444, 3478));
        let all = [
            port(1, Transport::Udp),
            port(2, Transport::Tcp),
            port(3, Transport::Tcp),
        ];
        assert_eq!(
            chosen(&all),
            Ports {
                server: 2,
                desk: 3,
                stun: 1
            }
        );
    }

    #[test]
    fn what_somebody_else_has_is_not_chosen_and_what_was_told_is_again() {
        let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
        let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
        let tcp = listener.local_addr().unwrap().port();
        let udp = socket.local_addr().unwrap().port();
        assert!(![0, tcp].contains(&free(Transport::Tcp, tcp, 0)));
        assert!(![0, udp].contains(&free(Transport::Udp, udp, 0)));
        drop((listener, socket));
        assert_eq!(free(Transport::Tcp, tcp, 0), tcp);
        assert_eq!(free(Transport::Udp, udp, 0), udp);
        assert_ne!(free(Transport::Tcp, tcp, tcp), tcp);

        let ports = Ports {
            server: 1,
            desk: 2,
            stun: 3,
        };
        let told = Told {
            address: "198.18.0.1".parse().unwrap(),
            certificate: vec![1],
            desk_key: crate::keys::PartyKeys::generate().unwrap().public().desk,
            ports,
        };
        assert_eq!(told::ports(&told.tell()), Some(ports));
        assert_eq!(told::ports(&BTreeMap::new()), None);
    }
}
