//! A host gets another address.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::thread;

use e3_sys::namespace::{self, Kind};

use crate::addresses::Current;
use crate::build::netlink::Netlink;
use crate::build::site::{PORT_INDEX, SWITCH_INDEX, mac, number_of};
use crate::error::{During, LabError};
use crate::host::Host;
use crate::lab::Lab;
use crate::plan::SitePlan;

impl Lab {
    /// Gives a host other addresses of its site's networks, as when it joins a network anew: the new ones. Sockets
    /// that are bound to the old ones hear no more. The host's own /etc/hosts is renewed; that of others stays as it
    /// was, as no one tells them.
    ///
    /// # Errors
    /// No such host; a network without a free address; a refusal of the kernel's.
    pub fn change_address(&self, host: &str) -> Result<Vec<IpAddr>, LabError> {
        let host = self.host_named(host)?;
        let place = host.name();
        let site = self.plan_of(host).ok_or_else(|| LabError::NoOtherAddress {
            place: place.to_owned(),
            room: 0,
        })?;
        let (old, new) = (host.addresses.now(), self.other_addresses(host, site)?);
        let changes: Vec<_> = prefixes(site).zip(old.all().zip(new.all())).collect();
        let net = host.net().during("find the host's network", place)?;
        in_network(net, |netlink| {
            for (prefix, (old, new)) in &changes {
                netlink.add_address(PORT_INDEX, *new, *prefix)?;
                netlink.remove_address(PORT_INDEX, *old, *prefix)?;
            }
            Ok(())
        })
        .during("change the address", place)?;
        self.tell_neighbours(host, &changes)
            .during("name the neighbours", place)?;
        host.addresses.replace(new);
        host.run_in(|| renew_hosts_file(&changes))?
            .during("renew /etc/hosts", place)?;
        Ok(new.all().collect())
    }

    /// The next of the site's addresses that no host has.
    fn other_addresses(&self, host: &Host, site: &SitePlan) -> Result<Current, LabError> {
        let neighbours = self
            .hosts()
            .filter(|other| other.site_index == host.site_index);
        let taken: Vec<IpAddr> = neighbours.flat_map(Host::addresses).collect();
        let now = host.addresses.now();
        let full = |room| LabError::NoOtherAddress {
            place: host.name().to_owned(),
            room,
        };
        let v4 = match (&site.v4, now.v4) {
            (Some(v4), Some(now)) => {
                let taken =
                    |address: Ipv4Addr| address == v4.gateway || taken.contains(&address.into());
                let next = v4.lan.after(now, taken);
                Some(next.ok_or_else(|| full(v4.lan.room()))?)
            }
            _ => None,
        };
        let v6 = match (&site.v6, now.v6) {
            (Some(v6), Some(now)) => {
                let taken =
                    |address: Ipv6Addr| address == v6.gateway || taken.contains(&address.into());
                let next = v6.lan.after(now, taken);
                Some(next.ok_or_else(|| full(crate::plan::Subnet6::ROOM))?)
            }
            _ => None,
        };
        Ok(Current { v4, v6 })
    }

    /// Tells the router and the other hosts of the site whose the new addresses are.
    fn tell_neighbours(&self, host: &Host, changes: &[(u8, (IpAddr, IpAddr))]) -> io::Result<()> {
        let mac = mac(number_of(host.number));
        let tell = |index| {
            move |netlink: &mut Netlink| {
                for (_, (old, new)) in changes {
                    netlink.remove_neighbour(index, *old)?;
                    netlink.add_neighbour(index, *new, mac)?;
                }
                Ok(())
            }
        };
        if let Some(router) = self.routers.get(host.site_index) {
            in_network(&router.namespace, tell(SWITCH_INDEX))?;
        }
        for other in self.hosts() {
            if other.site_index == host.site_index && other.number != host.number {
                in_network(other.net()?, tell(PORT_INDEX))?;
            }
        }
        Ok(())
    }
}

/// Talks with the kernel about a network namespace, from a thread of its own.
pub(super) fn in_network(
    namespace: &std::os::fd::OwnedFd,
    work: impl FnOnce(&mut Netlink) -> io::Result<()> + Send,
) -> io::Result<()> {
    let run = || {
        namespace::enter(Kind::Net, namespace)?;
        work(&mut Netlink::open()?)
    };
    let done = thread::scope(|scope| scope.spawn(run).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn renew_hosts_file(changes: &[(u8, (IpAddr, IpAddr))]) -> io::Result<()> {
    const FILE: &str = "/etc/hosts";
    let renewed = |line: &str| {
        let moved = changes.iter().find_map(|(_, (old, new))| {
            let names = line.strip_prefix(&old.to_string())?;
            Some(format!(
                "{new}{}\n",
                names.strip_prefix(' ').map(|name| format!(" {name}"))?
            ))
        });
        moved.unwrap_or_else(|| format!("{line}\n"))
    };
    match fs::read_to_string(FILE) {
        Ok(text) => fs::write(FILE, text.lines().map(renewed).collect::<String>()),
        // A machine without the file has none for its hosts either.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn prefixes(site: &SitePlan) -> impl Iterator<Item = u8> {
    let v4 = site.v4.iter().map(|v4| v4.lan.prefix);
    v4.chain(site.v6.iter().map(|v6| v6.lan.prefix))
}
