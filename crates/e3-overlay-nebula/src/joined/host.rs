//! This host's nebula, and the files that it reads.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use e3_nebula::{Network, Version};
use e3_session::types::{PartyIndex, Ports};
use e3_stock::Daemon;
use rustix::process::Signal;

use crate::{
    NebulaError,
    config::Party,
    files::{Files, write},
    identity::{Identity, placed},
    lighthouse::Lighthouse,
    members::Members,
    options::Chosen,
    watch::Watch,
};

/// A nebula that runs.
pub(super) struct Host {
    pub(super) daemon: Daemon,
    pub(super) identity: Arc<Identity>,
    pub(super) files: Files,
    pub(super) chosen: Chosen,
    pub(super) interface: String,
    pub(super) watch: Watch,
    /// What its certificate names.
    named: Mutex<(Version, Vec<Network>)>,
}

/// What is written before there is a nebula.
pub(super) struct Written {
    pub(super) identity: Arc<Identity>,
    pub(super) files: Files,
    pub(super) chosen: Chosen,
    pub(super) interface: String,
    pub(super) watch: Watch,
}

impl Written {
    /// Writes all that nebula reads.
    pub(super) fn write(
        &self,
        members: &Members,
        me: PartyIndex,
        ports: Ports,
        light: &Lighthouse,
    ) -> Result<(), NebulaError> {
        write(&self.files.key(), &self.identity.key().to_pem())?;
        let (version, networks) = named(members, me)?;
        certify(
            &self.identity,
            &self.files,
            version,
            networks,
            self.chosen.lifetime,
        )?;
        self.watch.take(members, &light.name);
        self.tell(members, me, ports, light)
    }

    /// Writes what follows from the roster.
    fn tell(
        &self,
        members: &Members,
        me: PartyIndex,
        ports: Ports,
        light: &Lighthouse,
    ) -> Result<(), NebulaError> {
        write(&self.files.bundle(), &members.bundle())?;
        let party = Party {
            files: &self.files,
            members,
            me,
            ports,
            chosen: self.chosen,
            interface: &self.interface,
            lighthouse: &light.at,
            everywhere: everywhere(&light.at),
            blocked: &self.watch.blocked(),
        };
        write(&self.files.config(), &party.config())
    }

    pub(super) fn with(
        self,
        daemon: Daemon,
        members: &Members,
        me: PartyIndex,
    ) -> Result<Host, NebulaError> {
        Ok(Host {
            daemon,
            identity: self.identity,
            files: self.files,
            chosen: self.chosen,
            interface: self.interface,
            watch: self.watch,
            named: Mutex::new(named(members, me)?),
        })
    }
}

impl Host {
    /// Takes a changed roster.
    pub(super) fn take(
        &self,
        members: &Members,
        me: PartyIndex,
        ports: Ports,
        light: &Lighthouse,
    ) -> Result<(), NebulaError> {
        self.watch.take(members, &light.name);
        *self.named.lock().unwrap_or_else(PoisonError::into_inner) = named(members, me)?;
        let written = Written {
            identity: Arc::clone(&self.identity),
            files: self.files.clone(),
            chosen: self.chosen,
            interface: self.interface.clone(),
            watch: self.watch.clone(),
        };
        written.tell(members, me, ports, light)?;
        self.daemon.signal(Signal::HUP);
        Ok(())
    }

    /// Certifies this host anew. Nebula takes the certificate for tunnels that it makes or renews from now on; none ends.
    pub(super) fn renew(&self) -> Result<(), NebulaError> {
        let named = self.named.lock();
        let (version, networks) = named.unwrap_or_else(PoisonError::into_inner).clone();
        certify(
            &self.identity,
            &self.files,
            version,
            networks,
            self.chosen.lifetime,
        )?;
        self.daemon.signal(Signal::HUP);
        Ok(())
    }
}

/// Where a host listens that is to reach a lighthouse there. One whose system knows nothing of IPv6 has no such sockets.
fn everywhere(lighthouse: &[SocketAddr]) -> IpAddr {
    let both = lighthouse.iter().any(SocketAddr::is_ipv6)
        && UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)).is_ok();
    if both {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    }
}

fn named(members: &Members, me: PartyIndex) -> Result<(Version, Vec<Network>), NebulaError> {
    let own = &members.me(me)?.addresses;
    let placed = placed(own, &members.network, members.version);
    Ok((members.version, placed))
}

fn certify(
    identity: &Identity,
    files: &Files,
    version: Version,
    networks: Vec<Network>,
    lifetime: Duration,
) -> Result<(), NebulaError> {
    let certificate = identity.certify(version, networks, lifetime)?;
    write(&files.certificate(), &certificate.to_pem())
}
