//! A site: its router, its switch, its hosts.

use std::fs::File;
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, OwnedFd};

use e3_sys::namespace::{self, Doorway, Kind};
use e3_sys::tun;
use rustix::net::{AddressFamily, SocketType, netdevice, socket};

use super::netlink::{EVERYTHING, LOOPBACK, Mac, Netlink, Plug, Via};
use super::{Names, etc, sys, sysctl};
use crate::error::{During, LabError};
use crate::plan::{CARRIERS, HostPlan, PUBLIC, PUBLIC_6, SitePlan};

/// The router's interfaces.
pub(crate) const SWITCH: &str = "lan0";
/// The router's interface to the wide area.
const LINE: &str = "wan0";
/// A host's interface.
pub(crate) const PORT: &str = "eth0";

/// Indices are ours to choose in a namespace of our own: high enough not to meet those that the kernel chooses.
pub(crate) const SWITCH_INDEX: u32 = 100;
/// A host's interface to its site's switch.
pub(crate) const PORT_INDEX: u32 = 2;

/// Enough for the bursts of a fast sender; a TUN's own 500 packets are not.
const LINE_QUEUE: u32 = 10_000;

/// A site's router while its hosts are attached to it.
pub(super) struct Router {
    namespace: OwnedFd,
    netlink: Netlink,
    line: Option<File>,
}

impl Router {
    /// Moves the calling thread into a new network namespace and makes the site's router there, with a line to the
    /// wide area if that is wanted.
    pub(super) fn build(site: &SitePlan, line: bool) -> Result<Self, LabError> {
        let place = &site.name;
        namespace::unshare(&[Kind::Net]).during("make the router's namespace", place)?;
        let namespace =
            namespace::current(Kind::Net).during("hold the router's namespace", place)?;
        sysctl::for_router(site.v4.is_some(), site.v6.is_some())
            .during("set up the router's kernel", place)?;
        let mut netlink = Netlink::open().during("talk to the kernel", place)?;
        netlink
            .up(LOOPBACK)
            .during("bring up the router's loopback", place)?;
        let switch = Plug {
            index: SWITCH_INDEX,
            name: SWITCH,
            mac: mac(0),
        };
        netlink
            .add_bridge(&switch)
            .during("make the switch", place)?;
        for (gateway, prefix) in gateways(site) {
            netlink
                .add_address(SWITCH_INDEX, gateway, prefix)
                .during("give the router its address", place)?;
        }
        for everything in EVERYTHING.into_iter().filter(|to| speaks(site, *to)) {
            netlink
                .add_route(everything, Via::Unreachable)
                .during("end the router's routes", place)?;
        }
        let mut router = Self {
            namespace,
            netlink,
            line: None,
        };
        if line {
            router.lay_line(site)?;
        }
        Ok(router)
    }

    fn lay_line(&mut self, site: &SitePlan) -> Result<(), LabError> {
        let place = &site.name;
        let tun = tun::create(LINE).during("make the line to the wide area", place)?;
        let any = socket(AddressFamily::INET, SocketType::DGRAM, None);
        let index = any.and_then(|socket| netdevice::name_to_index(&socket, LINE));
        let index = index.during("find the line to the wide area", place)?;
        self.netlink
            .up_with_queue(index, LINE_QUEUE)
            .during("bring up the line", place)?;
        self.netlink
            .settle(index)
            .during("wait for the line", place)?;
        let mut beyond = vec![
            (IpAddr::V4(PUBLIC.address), PUBLIC.prefix),
            (IpAddr::V6(PUBLIC_6.address), PUBLIC_6.prefix),
        ];
        if site.nat.carrier().is_some() {
            beyond.push((IpAddr::V4(CARRIERS.address), CARRIERS.prefix));
        }
        for network in beyond.into_iter().filter(|to| speaks(site, *to)) {
            self.netlink
                .add_route(network, Via::Interface(index))
                .during("route to the wide area", place)?;
        }
        self.line = Some(tun);
        Ok(())
    }

    /// Moves the calling thread into new namespaces and makes a host there, plugged into the site's switch.
    pub(super) fn attach(
        &mut self,
        index: usize,
        host: &HostPlan,
        site: &SitePlan,
        names: &Names<'_>,
    ) -> Result<Doorway, LabError> {
        let place = &host.name;
        let kinds = [Kind::Net, Kind::Uts, Kind::Mount];
        namespace::unshare(&kinds).during("make namespaces", place)?;
        let held = kinds.map(|kind| namespace::current(kind).map(|namespace| (kind, namespace)));
        let held = held
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .during("hold the namespaces", place)?;
        let doorway = Doorway::new(held);

        sysctl::for_host(site.v6.is_some()).during("set up the kernel", place)?;
        rustix::system::sethostname(place.as_bytes()).during("set the hostname", place)?;
        etc::write(place, &names.seen_from(site))?;
        sys::show_own_network().during("show the host's own network in /sys", place)?;

        let number = number_of(index);
        let port = format!("port{number}");
        let here = Plug {
            index: port_index(index),
            name: &port,
            mac: mac(0x8000 | number),
        };
        let there = Plug {
            index: PORT_INDEX,
            name: PORT,
            mac: mac(number),
        };
        let net = namespace::current(Kind::Net).during("hold the namespaces", place)?;
        self.netlink
            .add_cable(&here, SWITCH_INDEX, &there, net.as_fd())
            .during("plug in the host", place)?;

        let mut netlink = Netlink::open().during("talk to the kernel", place)?;
        netlink
            .up(LOOPBACK)
            .during("bring up the loopback", place)?;
        netlink
            .up(PORT_INDEX)
            .during("bring up the interface", place)?;
        for (address, prefix) in host.addresses().zip(prefixes(site)) {
            netlink
                .add_address(PORT_INDEX, address, prefix)
                .during("give the host its address", place)?;
        }
        for everything in EVERYTHING {
            let gateway = gateways(site).find(|(it, _)| it.is_ipv4() == everything.0.is_ipv4());
            if let Some((gateway, _)) = gateway {
                netlink
                    .add_route(everything, Via::Gateway(gateway))
                    .during("route by the router", place)?;
            }
        }
        self.introduce(index, host, site, &mut netlink)
            .during("name the neighbours", place)?;
        let ends = [here.index, SWITCH_INDEX].map(|index| self.netlink.settle(index));
        let ends = ends.into_iter().chain([netlink.settle(PORT_INDEX)]);
        ends.collect::<io::Result<()>>()
            .during("wait for the cable", place)?;
        Ok(doorway)
    }

    /// Tells a host the Ethernet addresses of its neighbours, and the router the host's.
    ///
    /// What is learned by ARP or neighbour discovery is kept in one table each for the whole machine, of 1024 entries
    /// (`gc_thresh3` in `arp(7)`), which 33 hosts on one switch overflow. What is said once and for all does not
    /// count.
    fn introduce(
        &mut self,
        index: usize,
        host: &HostPlan,
        site: &SitePlan,
        netlink: &mut Netlink,
    ) -> io::Result<()> {
        for address in host.addresses() {
            self.netlink
                .add_neighbour(SWITCH_INDEX, address, mac(number_of(index)))?;
        }
        for (gateway, _) in gateways(site) {
            netlink.add_neighbour(PORT_INDEX, gateway, mac(0))?;
        }
        for (other, neighbour) in site.hosts.iter().enumerate() {
            if other != index {
                for address in neighbour.addresses() {
                    netlink.add_neighbour(PORT_INDEX, address, mac(number_of(other)))?;
                }
            }
        }
        Ok(())
    }

    /// What lasts of it.
    pub(super) fn finish(self) -> (OwnedFd, Option<File>) {
        (self.namespace, self.line)
    }
}

/// A host's number on its switch; the router is 0.
pub(crate) fn number_of(index: usize) -> u16 {
    u16::try_from(index + 1).unwrap_or(u16::MAX)
}

/// An Ethernet address of our own (locally administered), the same in every run.
pub(crate) fn mac(number: u16) -> Mac {
    let [high, low] = number.to_be_bytes();
    [0x02, 0xe3, 0, 0, high, low]
}

/// The index of the switch's port that leads to a host.
pub(crate) fn port_index(host: usize) -> u32 {
    SWITCH_INDEX + u32::from(number_of(host))
}

/// The router's addresses on the switch, with the lengths of their networks' prefixes, IPv4 first.
fn gateways(site: &SitePlan) -> impl Iterator<Item = (IpAddr, u8)> {
    let v4 = site.v4.iter().map(|v4| (v4.gateway.into(), v4.lan.prefix));
    let v6 = site.v6.iter().map(|v6| (v6.gateway.into(), v6.lan.prefix));
    v4.chain(v6)
}

fn prefixes(site: &SitePlan) -> impl Iterator<Item = u8> {
    gateways(site).map(|(_, prefix)| prefix)
}

/// Whether the version of IP of a network is spoken.
fn speaks(site: &SitePlan, (network, _): (IpAddr, u8)) -> bool {
    match network {
        IpAddr::V4(_) => site.v4.is_some(),
        IpAddr::V6(_) => site.v6.is_some(),
    }
}
