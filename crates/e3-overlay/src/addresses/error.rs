//! Why there are no addresses.

use e3_session::types::Subnet;

/// There are no addresses to be had. Found before anything is started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The declared network is one that a host can reach already.
    #[error(
        "the environment's network {network} overlaps {route}, to which host {host} has a route: declare another by \
         `network.virtual`, or none, and e3 looks for one that is free"
    )]
    Collision {
        /// The declared network.
        network: Subnet,
        /// The host's route.
        route: Subnet,
        /// The host.
        host: String,
    },
    /// No private network is free.
    #[error(
        "the hosts have routes to every private network of {family}, such as {blocked_by}: remove one that is not needed, \
         or declare a network that no host needs by `network.virtual`"
    )]
    NoneFree {
        /// `IPv4` or `IPv6`.
        family: &'static str,
        /// A route that is in the way.
        blocked_by: String,
    },
    /// The network is too small.
    #[error(
        "the environment's network {network} has room for {room} parties, and {wanted} take part: declare a larger one \
         by `network.virtual`"
    )]
    Exhausted {
        /// The network.
        network: Subnet,
        /// How many parties it has addresses for.
        room: u64,
        /// How many there are.
        wanted: usize,
    },
}
