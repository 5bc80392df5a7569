//! The addresses that a host has now.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, PoisonError, RwLock};

/// The addresses that a host has now; copies are of the same host.
#[derive(Debug, Clone)]
pub(crate) struct Addresses(Arc<RwLock<Current>>);

/// One address of each version, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Current {
    pub(crate) v4: Option<Ipv4Addr>,
    pub(crate) v6: Option<Ipv6Addr>,
}

impl Addresses {
    pub(crate) fn new(current: Current) -> Self {
        Self(Arc::new(RwLock::new(current)))
    }

    pub(crate) fn now(&self) -> Current {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn replace(&self, current: Current) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = current;
    }
}

impl Current {
    /// All of them, IPv4 first.
    pub(crate) fn all(self) -> impl Iterator<Item = IpAddr> {
        let (v4, v6) = (self.v4.map(IpAddr::V4), self.v6.map(IpAddr::V6));
        v4.into_iter().chain(v6)
    }
}
