//! What a certificate says.

use std::net::IpAddr;

use crate::{CertificateError, Fingerprint, Network, Version};

/// Bytes of a name at most, as in Nebula.
const LONGEST_NAME: usize = 253;

/// What a certificate says, apart from its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Whose it is, for people.
    pub name: String,
    /// A host's addresses in their networks; of an authority, what it may give, or nothing where it may give any.
    pub networks: Vec<Network>,
    /// Networks that a host routes to; of an authority, what it may give.
    pub unsafe_networks: Vec<Network>,
    /// A host's groups; of an authority, what it may give.
    pub groups: Vec<String>,
    /// Whether it is an authority's.
    pub is_ca: bool,
    /// From when it is valid, Unix seconds.
    pub not_before: u64,
    /// Until when, Unix seconds.
    pub not_after: u64,
    /// Who has signed it; none where it is signed by itself.
    pub issuer: Option<Fingerprint>,
    /// Ed25519 of an authority, X25519 of a host.
    pub public_key: [u8; 32],
}

impl Details {
    /// Looks for what a certificate of that version cannot say.
    pub(crate) fn check(&self, version: Version) -> Result<(), CertificateError> {
        let fits = |text: &str| (1..=LONGEST_NAME).contains(&text.len());
        if !fits(&self.name) {
            return Err(CertificateError::Name(self.name.len()));
        }
        if let Some(group) = self.groups.iter().find(|group| !fits(group)) {
            return Err(CertificateError::Group(group.len()));
        }
        if !self.is_ca && self.networks.is_empty() {
            return Err(CertificateError::NoNetwork);
        }
        if i64::try_from(self.not_before.max(self.not_after)).is_err() {
            return Err(CertificateError::Time);
        }
        let unspecified = |network: &&Network| network.address().is_unspecified();
        if let Some(network) = self.networks.iter().find(unspecified) {
            return Err(CertificateError::Network(*network));
        }
        for networks in [&self.networks, &self.unsafe_networks] {
            match version {
                Version::V1 => only_ipv4(networks)?,
                Version::V2 => in_order(networks)?,
            }
        }
        Ok(())
    }
}

fn only_ipv4(networks: &[Network]) -> Result<(), CertificateError> {
    match networks.iter().find(|network| network.address().is_ipv6()) {
        Some(six) => Err(CertificateError::Version(*six)),
        None => Ok(()),
    }
}

fn in_order(networks: &[Network]) -> Result<(), CertificateError> {
    let mapped = |network: &&Network| matches!(network.address(), IpAddr::V6(six) if six.to_ipv4_mapped().is_some());
    if let Some(network) = networks.iter().find(mapped) {
        return Err(CertificateError::Network(*network));
    }
    if networks.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(CertificateError::Order);
    }
    Ok(())
}
