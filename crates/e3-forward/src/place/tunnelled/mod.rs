//! A network namespace of the program's own whose only way out is a tunnel: an interface whose packets an overlay
//! carries, by itself or by a daemon of others.
//!
//! The interface has the party's virtual addresses, and a route for each peer's; nothing else is routed, so that all
//! other addresses are unreachable at once. Programs speak to their peers' programs themselves, by the kernel's TCP.

use std::{
    fs::File,
    io,
    net::IpAddr,
    os::fd::{AsFd as _, OwnedFd},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use e3_overlay::ProgramPlace;
use e3_session::types::DialTable;
use e3_sys::{
    program_namespace::{ProgramNamespace, SocketKind, Traffic},
    tun,
};
use rustix::net::{AddressFamily, SocketFlags, SocketType, netdevice::name_to_index, socket_with};

use super::{
    Family, PlaceError, Plan,
    error::Furnishing as _,
    netlink::Netlink,
    residents::{Residents, of},
};

mod echo;

/// A program's namespace with a tunnel out of it. Dropped, nothing of it is left on the host, nor if this process is killed.
#[derive(Debug)]
pub struct Tunnelled {
    inside: ProgramNamespace,
    mtu: u32,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    plan: Plan,
    residents: Residents,
    routes: Netlink,
    connections: Netlink,
    /// The tunnel's number there, once there is one.
    interface: Option<u32>,
}

impl Tunnelled {
    /// Makes a namespace in which there is no tunnel yet. Its packets will have at most `mtu` bytes.
    ///
    /// # Errors
    /// [`PlaceError`] if no namespace can be had.
    pub fn open(plan: &Plan, mtu: u32) -> Result<Self, PlaceError> {
        let residents = Residents::of(plan)?;
        let inside = ProgramNamespace::make(Traffic::Far)?;
        let routes = inside.socket(SocketKind::Route);
        let mut routes = routes.and_then(Netlink::new).furnishing("a route socket")?;
        routes.switch_on().furnishing("the loopback interface")?;
        let connections = inside.socket(SocketKind::Sockets);
        let connections = connections
            .and_then(Netlink::new)
            .furnishing("a socket about sockets")?;
        Ok(Self {
            inside,
            mtu,
            state: Mutex::new(State {
                plan: plan.clone(),
                residents,
                routes,
                connections,
                interface: None,
            }),
        })
    }

    /// Makes the tunnel: packets that programs send are read from the file, each behind a virtio header (see [`tun`]), and
    /// what is written to it comes to programs. Takes no right on the host.
    ///
    /// # Errors
    /// [`PlaceError`] if the system refuses.
    pub fn tun(&self, name: &str) -> Result<File, PlaceError> {
        let device = self.inside.socket(SocketKind::Tun);
        let device = File::from(device.furnishing("the device /dev/net/tun")?);
        tun::set_up(&device, name).furnishing("a TUN interface")?;
        self.furnish(name)?;
        Ok(device)
    }

    /// Takes an interface of the host's own network for the tunnel: that which a daemon has made, which goes on reading and
    /// writing its packets. Takes the right to change the host's network.
    ///
    /// # Errors
    /// [`PlaceError`] if the system refuses, or there is no such interface.
    pub fn adopt(&self, name: &str) -> Result<(), PlaceError> {
        let entrance = self.inside.entrance();
        outside()
            .and_then(|mut ours| ours.move_to(name, entrance.network()))
            .furnishing("moving a daemon's interface into a program's network")?;
        self.furnish(name)
    }

    /// Lets the kernel make the tunnel: an interface of this kind, which it carries itself by sockets of the host's own
    /// network. It is never in that network, where others could see it, or a killed process leave it. Takes the right to
    /// change the host's network. Gives a socket of generic netlink by which the interface is told what it needs.
    ///
    /// # Errors
    /// [`PlaceError`] if the system refuses, or has no such kind.
    pub fn make(&self, name: &str, kind: &str) -> Result<OwnedFd, PlaceError> {
        let entrance = self.inside.entrance();
        outside()
            .and_then(|mut ours| ours.make_in(name, kind, entrance.network()))
            .furnishing("making an interface that the kernel carries")?;
        self.furnish(name)?;
        let generic = self.inside.socket(SocketKind::Generic);
        generic.furnishing("a socket of generic netlink")
    }

    /// Gives the tunnel addresses and routes, and switches it on.
    fn furnish(&self, name: &str) -> Result<(), PlaceError> {
        let any = self.inside.socket(SocketKind::TcpV4);
        let number = any.and_then(|any| Ok(name_to_index(any.as_fd(), name)?));
        let number = number.furnishing("the tunnel's number")?;
        let mut state = self.state();
        let State {
            residents, routes, ..
        } = &mut *state;
        routes
            .switch_on_with(name, self.mtu)
            .furnishing("switching the tunnel on")?;
        for own in residents.own().to_vec() {
            match routes.add_address_to(number, own) {
                Ok(()) => {}
                // A machine without IPv6 has IPv4 at least.
                Err(error) if own.is_ipv6() && residents.own().len() > 1 => {
                    tracing::debug!(%error, "programs do without IPv6");
                    *residents = residents.clone().without(Family::V6);
                }
                Err(error) => return Err(error).furnishing("the party's virtual address"),
            }
        }
        for peer in residents.others() {
            add_route(routes, number, residents, peer)?;
        }
        state.interface = Some(number);
        Ok(())
    }

    /// Takes the plan of a changed roster: parties added, removed or moved to another index. Connections among those
    /// that stay are not touched; those with whoever is left out end at once, as if reset.
    ///
    /// # Errors
    /// [`PlaceError`] if the system refuses, or this party's own address is another.
    pub fn change(&self, plan: &Plan) -> Result<(), PlaceError> {
        let mut state = self.state();
        let State {
            residents: before,
            routes,
            connections,
            interface,
            ..
        } = &mut *state;
        let mut after = Residents::of(plan)?;
        for family in [Family::V4, Family::V6] {
            if before.own_of(family).is_none() {
                after = after.without(family);
            }
        }
        if before.own() != after.own() {
            return Err(PlaceError::OwnAddress);
        }
        if let Some(interface) = *interface {
            let gone: Vec<_> = before
                .others()
                .filter(|old| after.at(*old).is_none())
                .collect();
            // While there is a route, so that the other end hears of it, too.
            end(connections, |peer| gone.contains(&peer));
            for gone in &gone {
                let removed = routes.remove_route_by(interface, *gone);
                removed.furnishing("forgetting a route")?;
            }
            // And those that programs have begun meanwhile.
            end(connections, |peer| gone.contains(&peer));
            for new in after.others().filter(|new| before.at(*new).is_none()) {
                add_route(routes, interface, &after, new)?;
            }
        }
        state.residents = after;
        state.plan = plan.clone();
        Ok(())
    }

    /// Removes the tunnel: what it has of the host's is given back when this returns, and not when the kernel comes to it.
    ///
    /// # Errors
    /// [`PlaceError`] if the system refuses.
    pub fn remove(&self) -> Result<(), PlaceError> {
        let mut state = self.state();
        let interface = state.interface.take();
        let removed = interface.map(|interface| state.routes.remove(interface));
        removed.transpose().furnishing("removing the tunnel")?;
        Ok(())
    }

    /// Ends all connections with peers at once, as if reset, so that these hear of it while there is a tunnel.
    pub fn hang_up(&self) {
        let mut state = self.state();
        let State {
            residents,
            connections,
            ..
        } = &mut *state;
        end(connections, |peer| {
            residents.others().any(|other| other == peer)
        });
    }

    /// How the program reaches the parties.
    pub fn dial_table(&self) -> DialTable {
        let state = self.state();
        state.residents.table(&state.plan)
    }

    /// Where a program is to be started, and how.
    pub fn program_place(&self) -> ProgramPlace {
        ProgramPlace::Namespace(self.inside.entrance())
    }

    /// Sends echo requests to an address from inside (RFC 792, RFC 4443) until one is answered, and gives the round-trip
    /// time of that one.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] if none is answered in time; what the system says if none can be sent.
    pub async fn echo(&self, to: IpAddr, within: Duration) -> io::Result<Duration> {
        let kind = match of(to) {
            Family::V4 => SocketKind::EchoV4,
            Family::V6 => SocketKind::EchoV6,
        };
        echo::echo(self.inside.socket(kind)?, to, within).await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A kernel may not be able to (`INET_DIAG_DESTROY`): then connections fall silent.
fn end(connections: &mut Netlink, with: impl Fn(IpAddr) -> bool) {
    match connections.end_connections(with) {
        Ok(0) => {}
        Ok(ended) => tracing::debug!(ended, "connections with whoever is gone have ended"),
        Err(error) => {
            tracing::warn!(%error, "some connections cannot be ended: those with whoever is gone fall silent");
        }
    }
}

/// A conversation about the host's own network.
fn outside() -> io::Result<Netlink> {
    let protocol = None; // NETLINK_ROUTE is 0, which is what none stands for.
    let ours = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        protocol,
    );
    ours.map_err(io::Error::from).and_then(Netlink::new)
}

fn add_route(
    routes: &mut Netlink,
    interface: u32,
    residents: &Residents,
    to: IpAddr,
) -> Result<(), PlaceError> {
    let from = residents.own_of(of(to));
    let added = from.map(|from| routes.add_route_by(interface, to, from));
    added.transpose().furnishing("a route to a party")?;
    Ok(())
}
