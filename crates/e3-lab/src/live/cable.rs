//! The cable between a host and its site's switch.

use std::io;
use std::os::fd::OwnedFd;

use super::moves::in_network;
use crate::build::site::{PORT_INDEX, port_index};
use crate::host::Host;
use crate::lab::SiteRouter;

/// Pulled at the switch's end, so that the host keeps its addresses and routes.
#[derive(Debug)]
pub(super) struct Cable {
    switch: OwnedFd,
    /// The interface there.
    port: u32,
    host: OwnedFd,
}

impl Cable {
    /// That of a host, by itself: it can be plugged in without the lab.
    pub(super) fn of(host: &Host, router: Option<&SiteRouter>) -> io::Result<Self> {
        let missing = || io::Error::other("the host's site has no router");
        Ok(Self {
            switch: router.ok_or_else(missing)?.namespace.try_clone()?,
            port: port_index(host.number),
            host: host.net()?.try_clone()?,
        })
    }

    pub(super) fn pull(&self) -> io::Result<()> {
        in_network(&self.switch, |netlink| netlink.down(self.port))?;
        in_network(&self.host, |netlink| netlink.settle(PORT_INDEX))
    }

    pub(super) fn plug(&self) -> io::Result<()> {
        in_network(&self.switch, |netlink| {
            netlink.up(self.port)?;
            netlink.settle(self.port)
        })?;
        // Or what the host sends first would be lost.
        in_network(&self.host, |netlink| netlink.settle(PORT_INDEX))
    }
}
