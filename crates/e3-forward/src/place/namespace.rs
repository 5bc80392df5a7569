//! A network namespace of the program's own.
//!
//! Its loopback interface has the party's own virtual addresses. A route for each peer's address leads to that interface,
//! too; nothing else is routed, so that all other addresses are unreachable at once. Connections to peers are redirected
//! to listeners of the agent's, which ask for the address that was wanted (`SO_ORIGINAL_DST`). Connections from peers are opened from the peers' addresses, which are local ones here.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::fd::OwnedFd,
    sync::{Mutex, PoisonError, RwLock},
    time::Duration,
};

use e3_session::types::DialTable;
use e3_sys::program_namespace::{Entrance, ProgramNamespace, SocketKind, Traffic};
use rustix::net::sockopt::{ip_original_dst, ipv6_original_dst, set_ipv6_freebind};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::sleep,
};

use super::{
    Accepted, Call, Family, PlaceError, Plan,
    error::Furnishing as _,
    netlink::Netlink,
    residents::{Residents, of, socket},
};

/// Where the agent listens, in the namespace: the one port there that a program cannot have. It was tcpmux's
/// (RFC 1078), which nobody uses.
const LISTEN: u16 = 1;

/// Connections that may wait to be taken over.
const BACKLOG: u32 = 1024;

/// Between attempts to accept where the system is short of something.
const PAUSE: Duration = Duration::from_millis(50);

/// A namespace with what is in it.
#[derive(Debug)]
pub(super) struct Namespace {
    inside: ProgramNamespace,
    routes: Mutex<Netlink>,
    residents: RwLock<Residents>,
    listeners: [Option<TcpListener>; 2],
}

impl Namespace {
    pub(super) fn open(plan: &Plan) -> Result<Self, PlaceError> {
        let mut residents = Residents::of(plan)?;
        let namespace = ProgramNamespace::make(Traffic::Near)?;
        let routes = namespace.socket(SocketKind::Route);
        let mut routes = routes.and_then(Netlink::new).furnishing("a route socket")?;
        let filter = namespace.socket(SocketKind::Netfilter);
        let mut filter = filter
            .and_then(Netlink::new)
            .furnishing("a packet filter's socket")?;
        routes.switch_on().furnishing("the loopback interface")?;

        let mut listeners = [None, None];
        for (listener, family) in listeners.iter_mut().zip([Family::V4, Family::V6]) {
            let Some(own) = residents.own_of(family) else {
                // Whoever has no address of a family can reach nobody by it.
                residents = residents.without(family);
                continue;
            };
            match furnish(&namespace, (&mut routes, &mut filter), own) {
                Ok(made) => *listener = Some(made),
                // A machine without IPv6 has IPv4 at least.
                Err(error) if family == Family::V6 && residents.own().len() > 1 => {
                    tracing::debug!(%error, "programs do without IPv6");
                    residents = residents.without(family);
                }
                Err(error) => return Err(error),
            }
        }
        for address in residents.others() {
            let from = residents.own_of(of(address));
            let added = from.map(|from| routes.add_route(address, from));
            added.transpose().furnishing("a route to a party")?;
        }
        Ok(Self {
            inside: namespace,
            routes: Mutex::new(routes),
            residents: RwLock::new(residents),
            listeners,
        })
    }

    pub(super) fn entrance(&self) -> Entrance {
        self.inside.entrance()
    }

    pub(super) fn table(&self, plan: &Plan) -> DialTable {
        self.known().table(plan)
    }

    /// Takes other parties. Whoever stays keeps its route, and with it its connections.
    pub(super) fn change(&self, plan: &Plan) -> Result<(), PlaceError> {
        let before = self.known();
        let mut after = Residents::of(plan)?;
        for family in [Family::V4, Family::V6] {
            if before.own_of(family).is_none() {
                after = after.without(family);
            }
        }
        if before.own() != after.own() {
            return Err(PlaceError::OwnAddress);
        }
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        for gone in before.others().filter(|old| after.at(*old).is_none()) {
            routes.remove_route(gone).furnishing("forgetting a route")?;
        }
        for new in after.others().filter(|new| before.at(*new).is_none()) {
            let from = after.own_of(of(new));
            let added = from.map(|from| routes.add_route(new, from));
            added.transpose().furnishing("a route to a party")?;
        }
        *self
            .residents
            .write()
            .unwrap_or_else(PoisonError::into_inner) = after;
        Ok(())
    }

    pub(super) async fn accept(&self) -> io::Result<Accepted> {
        let [v4, v6] = &self.listeners;
        loop {
            let accepted = tokio::select! {
                accepted = next(v4.as_ref()) => accepted,
                accepted = next(v6.as_ref()) => accepted,
            };
            match accepted {
                Ok((stream, from)) => {
                    if let Some(accepted) = self.taken(stream, from) {
                        return Ok(accepted);
                    }
                }
                // What ended before it was taken, or there is no room for now: others follow.
                Err(error) => {
                    tracing::debug!(%error, "a program's connection was not taken");
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// A connection, if it was meant for a peer: a program may find the listener itself, which is nobody.
    fn taken(&self, stream: TcpStream, from: SocketAddr) -> Option<Accepted> {
        let wanted: SocketAddr = match of(from.ip()) {
            Family::V4 => ip_original_dst(&stream).ok()?.into(),
            Family::V6 => ipv6_original_dst(&stream).ok()?.into(),
        };
        let to = self.known().at(wanted.ip())?;
        // It is one hop of a way, and should not hold anything back.
        stream.set_nodelay(true).ok()?;
        Some(Accepted {
            to,
            port: wanted.port(),
            from_port: from.port(),
            family: of(wanted.ip()),
            stream,
        })
    }

    pub(super) async fn dial(&self, call: Call) -> io::Result<TcpStream> {
        let known = self.known();
        let own = known.own_of(call.family);
        let peer = known.address_of(call.from, call.family);
        let (Some(own), Some(peer)) = (own, peer) else {
            return Err(io::ErrorKind::AddrNotAvailable.into());
        };
        let at = socket(own, call.port);
        match self.connect(socket(peer, call.from_port), at).await {
            // The same two ports are connected, or were until a moment ago.
            Err(error) if is_taken(&error) => self.connect(socket(peer, 0), at).await,
            done => done,
        }
    }

    async fn connect(&self, from: SocketAddr, to: SocketAddr) -> io::Result<TcpStream> {
        let family = of(from.ip());
        let caller = tcp(self.inside.socket(kind(family))?)?;
        if family == Family::V6 {
            // An address that is routed here and not the interface's own.
            set_ipv6_freebind(&caller, true)?;
        }
        caller.set_reuseaddr(true)?;
        caller.set_nodelay(true)?;
        caller.bind(from)?;
        caller.connect(to).await
    }

    fn known(&self) -> Residents {
        let residents = self.residents.read();
        residents.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Gives the namespace an address, and redirects to the listener that is returned all that leaves from it.
fn furnish(
    namespace: &ProgramNamespace,
    (routes, filter): (&mut Netlink, &mut Netlink),
    own: IpAddr,
) -> Result<TcpListener, PlaceError> {
    routes
        .add_address(own)
        .furnishing("the party's virtual address")?;
    filter
        .redirect(own, LISTEN)
        .furnishing("the packet filter (nftables with nat)")?;
    let loopback = match own {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    let listener = namespace.socket(kind(of(own))).and_then(tcp);
    let listener = listener.and_then(|listener| {
        listener.bind(socket(loopback, LISTEN))?;
        listener.listen(BACKLOG)
    });
    listener.furnishing("a listener")
}

fn kind(family: Family) -> SocketKind {
    match family {
        Family::V4 => SocketKind::TcpV4,
        Family::V6 => SocketKind::TcpV6,
    }
}

fn tcp(socket: OwnedFd) -> io::Result<TcpSocket> {
    let stream = std::net::TcpStream::from(socket);
    stream.set_nonblocking(true)?;
    Ok(TcpSocket::from_std_stream(stream))
}

fn is_taken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrInUse | io::ErrorKind::AddrNotAvailable
    )
}

async fn next(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}
