//! Which networks an environment has.

use std::net::{Ipv4Addr, Ipv6Addr};

use e3_session::types::Subnet;

use super::AddressError;

/// The routes of one host.
#[derive(Debug, Clone, Copy)]
pub struct HostRoutes<'a> {
    /// The host's name.
    pub host: &'a str,
    /// The networks that it has routes to ([`HostFacts::routes`]).
    ///
    /// [`HostFacts::routes`]: e3_session::types::HostFacts::routes
    pub routes: &'a [Subnet],
}

/// What is wanted of an environment's networks.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What e3.toml declares; nothing where E³ is to choose.
    pub declared: &'a [Subnet],
    /// The networks of the last run, which are kept if they still can be.
    pub before: &'a [Subnet],
    /// Randomness for the global id of a network of IPv6 (RFC 4193, section 3.2.2), used where one is chosen anew.
    pub global_id: [u8; 5],
}

/// The networks of an environment, IPv4 first: those that are declared, else those of the last run, else a private network
/// of each version of IP, free of collisions with the routes of all hosts.
pub fn networks(wanted: Wanted<'_>, hosts: &[HostRoutes<'_>]) -> Result<Vec<Subnet>, AddressError> {
    let Wanted {
        declared,
        before,
        global_id,
    } = wanted;
    if !declared.is_empty() {
        for network in declared {
            if let Some((host, route)) = in_the_way(*network, hosts) {
                return Err(AddressError::Collision {
                    network: *network,
                    route,
                    host: host.to_owned(),
                });
            }
        }
        let mut declared = declared.to_vec();
        declared.sort_unstable();
        return Ok(declared);
    }
    let kept = |v6| {
        before
            .iter()
            .copied()
            .filter(move |kept| kept.is_ipv6() == v6)
    };
    let four = free("IPv4", kept(false).chain(private_4()), hosts)?;
    let six = free("IPv6", kept(true).chain(unique_local(global_id)), hosts)?;
    Ok(vec![four, six])
}

/// A network that overlaps one that the host can reach already, with the latter.
pub fn collision(network: &[Subnet], routes: &[Subnet]) -> Option<(Subnet, Subnet)> {
    network.iter().find_map(|network| {
        let mut routes = routes.iter();
        let route = routes.find(|route| route.overlaps(*network))?;
        Some((*network, *route))
    })
}

/// The first host that has a route into a network.
fn in_the_way<'a>(network: Subnet, hosts: &[HostRoutes<'a>]) -> Option<(&'a str, Subnet)> {
    hosts.iter().find_map(|host| {
        let (_, route) = collision(&[network], host.routes)?;
        Some((host.host, route))
    })
}

/// The first candidate that no host has a route into.
fn free(
    family: &'static str,
    candidates: impl Iterator<Item = Subnet>,
    hosts: &[HostRoutes<'_>],
) -> Result<Subnet, AddressError> {
    let mut blocked_by = String::new();
    for candidate in candidates {
        match in_the_way(candidate, hosts) {
            None => return Ok(candidate),
            Some((host, route)) => blocked_by = format!("the route of {host} to {route}"),
        }
    }
    Err(AddressError::NoneFree { family, blocked_by })
}

/// Networks for private use (RFC 1918), those first that people seldom choose themselves.
fn private_4() -> impl Iterator<Item = Subnet> {
    let tens = (233..=255).chain(0..233);
    let of_ten = tens.map(|second| Ipv4Addr::new(10, second, 0, 0));
    let of_172 = (16..32)
        .rev()
        .map(|second| Ipv4Addr::new(172, second, 0, 0));
    let sixteen = of_ten.chain(of_172).map(|address| (address, 16));
    // Homes use the lowest of these.
    let of_192 = (0..16)
        .rev()
        .map(|part| Ipv4Addr::new(192, 168, part * 16, 0));
    let all = sixteen.chain(of_192.map(|address| (address, 20)));
    all.filter_map(|(address, prefix)| Subnet::new(address.into(), prefix).ok())
}

/// Unique local networks (RFC 4193): a subnet of the first global id, and of those that follow it.
fn unique_local(global_id: [u8; 5]) -> impl Iterator<Item = Subnet> {
    let first = global_id
        .iter()
        .fold(0, |id, byte| id << 8 | u128::from(*byte));
    (0..256).filter_map(move |step| {
        let id = (first + step) % (1 << 40);
        let address = Ipv6Addr::from_bits(0xfd << 120 | id << 80);
        Subnet::new(address.into(), 64).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nets(texts: &[&str]) -> Vec<Subnet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn chosen(wanted: Wanted<'_>, routes: &[&str]) -> Result<Vec<String>, String> {
        let routes = nets(routes);
        let hosts = [HostRoutes {
            host: "home-1",
            routes: &routes,
        }];
        let found = networks(wanted, &hosts).map_err(|error| error.to_string())?;
        Ok(found.iter().map(ToString::to_string).collect())
    }

    const ANY: Wanted<'_> = Wanted {
        declared: &[],
        before: &[],
        global_id: [1, 2, 3, 4, 5],
    };

    #[test]
    fn a_free_network_is_chosen() {
        let found = chosen(ANY, &[]).unwrap();
        assert_eq!(found, ["10.233.0.0/16", "fd01:203:405::/64"]);
        let found = chosen(ANY, &["10.233.7.0/24", "fd01:203:405::/48"]).unwrap();
        assert_eq!(found, ["10.234.0.0/16", "fd01:203:406::/64"]);
        // A company's network often is all of it.
        let found = chosen(ANY, &["10.0.0.0/8", "172.16.0.0/12"]).unwrap();
        assert_eq!(found[0], "192.168.240.0/20");
    }

    #[test]
    fn the_last_runs_networks_are_kept_while_they_can_be() {
        let before = nets(&["10.7.0.0/16", "fd77::/64"]);
        let wanted = Wanted {
            before: &before,
            ..ANY
        };
        assert_eq!(chosen(wanted, &[]).unwrap(), ["10.7.0.0/16", "fd77::/64"]);
        let found = chosen(wanted, &["10.7.1.0/24"]).unwrap();
        assert_eq!(found, ["10.233.0.0/16", "fd77::/64"]);
    }

    #[test]
    fn a_declared_network_is_taken_or_refused() {
        let declared = nets(&["fd12::/64", "10.9.0.0/16"]);
        let wanted = Wanted {
            declared: &declared,
            ..ANY
        };
        assert_eq!(chosen(wanted, &[]).unwrap(), ["10.9.0.0/16", "fd12::/64"]);
        let error = chosen(wanted, &["10.9.3.0/24"]).unwrap_err();
        assert!(
            error.contains("overlaps 10.9.3.0/24, to which host home-1"),
            "{error}"
        );
        assert!(error.contains("network.virtual"), "{error}");
    }

    #[test]
    fn where_nothing_is_free_it_is_said() {
        let routes = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
        let error = chosen(ANY, &routes).unwrap_err();
        assert!(error.contains("every private network of IPv4"), "{error}");
        let error = chosen(ANY, &["fc00::/7"]).unwrap_err();
        assert!(error.contains("the route of home-1 to fc00::/7"), "{error}");
    }
}
