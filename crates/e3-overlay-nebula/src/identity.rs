//! Keys and certificates of a party or of the lighthouse.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use e3_nebula::{Authority, Certificate, Details, HostKey, Network, Version};
use e3_session::types::Subnet;

use crate::{NebulaError, introduction::Introduced};

/// By how much clocks may differ.
const SKEW: u64 = 300;

/// How long an authority is good, in seconds, at least: longer than any session. Who is believed is the roster's affair;
/// an introduction that has expired must not end what those that were introduced say to one another.
pub(crate) const AUTHORITY: u64 = 365 * 24 * 3600;

/// The networks behind a host for which an authority may certify it: none, which certificates have no other word for than an
/// address that is nobody's. From what is behind a host, by its certificate, Nebula takes packets of connections that stand.
pub(crate) fn behind() -> Vec<Network> {
    let nowhere = Network::new(Ipv4Addr::UNSPECIFIED.into(), 32);
    nowhere.into_iter().collect()
}

/// An authority that certifies one host, and that host's key.
#[derive(Debug)]
pub(crate) struct Identity {
    authority: Authority,
    key: HostKey,
    /// The authority's own certificates, the oldest version first.
    pub(crate) certificates: Vec<Certificate>,
}

/// Seconds since the Unix epoch.
pub(crate) fn now_s() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.as_ref().map_or(0, Duration::as_secs)
}

impl Identity {
    /// A new one, of certificates up to a version, valid in these networks; in any where none are named.
    pub(crate) fn make(
        name: &str,
        newest: Version,
        network: &[Subnet],
    ) -> Result<Self, NebulaError> {
        let until_s = now_s().saturating_add(AUTHORITY);
        let authority = Authority::generate()?;
        let mut certificates = Vec::new();
        for version in [Version::V1, Version::V2] {
            let networks = networks(network, version);
            // A version that has no word for any of the networks is left out.
            if version <= newest && (network.is_empty() || !networks.is_empty()) {
                let times = (now_s().saturating_sub(SKEW), until_s);
                let details = Details {
                    unsafe_networks: behind(),
                    ..details(name, networks, times)
                };
                certificates.push(authority.certificate(version, details)?);
            }
        }
        if certificates.is_empty() {
            return Err(NebulaError::NoNetwork);
        }
        Ok(Self {
            authority,
            key: HostKey::generate()?,
            certificates,
        })
    }

    /// One that there was before, with a new key of the host's.
    pub(crate) fn kept(authority: Authority, told: &Introduced) -> Result<Self, NebulaError> {
        let versions = [Version::V1, Version::V2].into_iter();
        let certificates = versions.filter_map(|version| told.certificate(version).cloned());
        Ok(Self {
            authority,
            key: HostKey::generate()?,
            certificates: certificates.collect(),
        })
    }

    /// The authority's certificate of a version.
    pub(crate) fn certificate(&self, version: Version) -> Option<&Certificate> {
        let mut all = self.certificates.iter();
        all.find(|certificate| certificate.version() == version)
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn key(&self) -> &HostKey {
        &self.key
    }

    /// Certifies the host now.
    pub(crate) fn certify(
        &self,
        version: Version,
        addresses: Vec<Network>,
        lifetime: Duration,
    ) -> Result<Certificate, NebulaError> {
        let own = self.certificate(version).ok_or(NebulaError::NoNetwork)?;
        let may = own.details();
        let until = now_s().saturating_add(lifetime.as_secs());
        let times = (
            may.not_before.max(now_s().saturating_sub(SKEW)),
            may.not_after.min(until),
        );
        let mut details = details(&may.name, addresses, times);
        details.public_key = self.key.public();
        Ok(self.authority.certify(own, details)?)
    }
}

fn details(name: &str, networks: Vec<Network>, (not_before, not_after): (u64, u64)) -> Details {
    Details {
        name: name.to_owned(),
        networks,
        unsafe_networks: Vec::new(),
        groups: Vec::new(),
        is_ca: false,
        not_before,
        not_after,
        issuer: None,
        public_key: [0; 32],
    }
}

/// Those networks that nebula carries, in their order.
pub(crate) fn networks(network: &[Subnet], version: Version) -> Vec<Network> {
    let carried = network.iter();
    let carried = carried.filter(|subnet| carries(version, network, subnet.address()));
    let networks = carried.filter_map(|subnet| Network::new(subnet.address(), subnet.prefix()));
    let mut networks: Vec<Network> = networks.collect();
    networks.sort_unstable();
    networks
}

/// Those of these addresses that nebula carries, each in its network.
pub(crate) fn placed(addresses: &[IpAddr], network: &[Subnet], version: Version) -> Vec<Network> {
    let carried = addresses.iter();
    let carried = carried.filter(|address| carries(version, network, **address));
    let placed = carried.filter_map(|address| {
        let mut around = network.iter();
        let around = around.find(|subnet| subnet.contains(*address))?;
        Network::new(*address, around.prefix())
    });
    let mut placed: Vec<Network> = placed.collect();
    placed.sort_unstable();
    placed
}

/// Whether nebula carries an address: of IPv4 where the networks have it, since hosts may lack IPv6, at which nebula gives
/// up; else of IPv6, if the certificates can name it.
pub(crate) fn carries(version: Version, network: &[Subnet], address: IpAddr) -> bool {
    if network.iter().any(|subnet| !subnet.is_ipv6()) {
        return address.is_ipv4();
    }
    version == Version::V2
}
