//! Whom the roster names, and by which authorities.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use e3_nebula::{Certificate, Fingerprint, Version, verify_authority};
use e3_session::types::{PartyIndex, Roster, Subnet};

use crate::{
    NAME, NebulaError,
    identity::{behind, carries, networks, now_s},
    introduction::{Introduced, common},
    lighthouse::{self, Lighthouse},
};

/// A party, as nebula knows it.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) index: PartyIndex,
    pub(crate) name: String,
    /// Its virtual addresses that nebula can carry.
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) authority: Certificate,
}

/// All parties of a roster, verified, with the lighthouse.
#[derive(Debug, Clone)]
pub(crate) struct Members {
    pub(crate) version: Version,
    pub(crate) network: Vec<Subnet>,
    /// In the order of indices.
    pub(crate) all: Vec<Member>,
    /// The lighthouse's authority and addresses.
    pub(crate) lighthouse: Certificate,
    pub(crate) lit: Vec<IpAddr>,
}

impl Members {
    /// Reads and verifies what a roster says. Where certificates of some version are in use, everybody must have those.
    pub(crate) fn of(
        roster: &Roster,
        light: &Lighthouse,
        in_use: Option<Version>,
    ) -> Result<Self, NebulaError> {
        let mut introduced = Vec::new();
        for entry in &roster.parties {
            let bytes = entry.introduction.overlays.get(NAME);
            let read = bytes.and_then(|bytes| Introduced::read(bytes));
            introduced.push(read.ok_or_else(|| NebulaError::Introduction {
                name: entry.name.clone(),
                why: "was it made for another overlay?".to_owned(),
            })?);
        }
        let everybody = introduced.iter().chain([&light.introduced]);
        let version = common(&everybody.collect::<Vec<_>>(), in_use);
        let version = version.ok_or(NebulaError::NoNetwork)?;
        if let Some(in_use) = in_use
            && version != in_use
        {
            let mut pairs = roster.parties.iter().zip(&introduced);
            let lacks = pairs.find(|(_, one)| one.certificate(in_use).is_none());
            let name = lacks.map_or(&light.name, |(entry, _)| &entry.name);
            return Err(NebulaError::Lacks { name: name.clone() });
        }
        let wanted = networks(&roster.network, version);
        if wanted.is_empty() {
            return Err(NebulaError::NoNetwork);
        }
        let mut all: Vec<Member> = Vec::new();
        let indices = (0..=u16::MAX).map(PartyIndex);
        for ((index, entry), introduced) in indices.zip(&roster.parties).zip(&introduced) {
            let name = || entry.name.clone();
            // The version is one that all have.
            let authority = introduced
                .certificate(version)
                .ok_or(NebulaError::NoNetwork)?;
            believe(&entry.name, authority)?;
            if authority.details().networks != wanted {
                return Err(NebulaError::Introduction {
                    name: name(),
                    why: "it is for other networks than the roster's".to_owned(),
                });
            }
            let key = authority.details().public_key;
            let same = |other: &&Member| other.authority.details().public_key == key;
            if let Some(first) = all.iter().find(same) {
                return Err(NebulaError::SameAuthority {
                    first: first.name.clone(),
                    second: name(),
                });
            }
            let addresses = entry.addresses.iter().copied();
            all.push(Member {
                index,
                name: name(),
                addresses: addresses
                    .filter(|one| carries(version, &roster.network, *one))
                    .collect(),
                authority: authority.clone(),
            });
        }
        let authority = light.introduced.certificate(version);
        let authority = authority.ok_or(NebulaError::NoNetwork)?.clone();
        believe(&light.name, &authority)?;
        let lit = lighthouse::addresses(&roster.network).into_iter();
        let lit: Vec<IpAddr> = lit
            .filter(|one| carries(version, &roster.network, *one))
            .collect();
        for member in &all {
            if let Some(address) = member.addresses.iter().find(|one| lit.contains(one)) {
                return Err(NebulaError::Crowded {
                    name: member.name.clone(),
                    address: *address,
                });
            }
        }
        Ok(Self {
            version,
            network: roster.network.clone(),
            all,
            lighthouse: authority,
            lit,
        })
    }

    pub(crate) fn me(&self, me: PartyIndex) -> Result<&Member, NebulaError> {
        let found = self.all.get(usize::from(me.0));
        found.ok_or_else(|| NebulaError::Introduction {
            name: me.to_string(),
            why: "the roster has no such party".to_owned(),
        })
    }

    /// The authorities that nebula is to believe, as one file.
    pub(crate) fn bundle(&self) -> String {
        let parties = self.all.iter().map(|member| member.authority.to_pem());
        parties.chain([self.lighthouse.to_pem()]).collect()
    }

    /// Which authority may certify which address.
    pub(crate) fn owners(&self) -> BTreeMap<IpAddr, Fingerprint> {
        let mut owners = BTreeMap::new();
        for member in &self.all {
            let owner = member.authority.fingerprint();
            owners.extend(member.addresses.iter().map(|address| (*address, owner)));
        }
        let owner = self.lighthouse.fingerprint();
        owners.extend(self.lit.iter().map(|address| (*address, owner)));
        owners
    }

    /// All authorities.
    pub(crate) fn authorities(&self) -> BTreeSet<Fingerprint> {
        self.owners().into_values().collect()
    }
}

/// Whether an authority is one, and may certify its host for nothing that is behind it.
fn believe(name: &str, authority: &Certificate) -> Result<(), NebulaError> {
    verify_authority(authority, now_s()).map_err(|source| NebulaError::Refused {
        name: name.to_owned(),
        source,
    })?;
    if authority.details().unsafe_networks != behind() {
        return Err(NebulaError::Behind {
            name: name.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use e3_nebula::{Authority, Details, Network, verify_host};

    use super::*;
    use crate::identity::Identity;

    /// The authority that E³ makes, with other networks behind its host.
    fn authority(version: Version, unlike: Option<Vec<Network>>) -> (Authority, Certificate) {
        let network = ["10.233.0.0/16".parse().unwrap()];
        let made = Identity::make("ams", version, &network).unwrap();
        let own = made.certificate(version).unwrap();
        let key = Authority::from_pem(&made.authority().to_pem()).unwrap();
        let details = Details {
            unsafe_networks: unlike.unwrap_or_else(|| own.details().unsafe_networks.clone()),
            ..own.details().clone()
        };
        let own = key.certificate(version, details).unwrap();
        (key, own)
    }

    #[test]
    fn no_authority_may_certify_what_is_behind_its_host() {
        let victim = Network::new([10, 233, 0, 1].into(), 32).unwrap();
        for version in [Version::V1, Version::V2] {
            let (key, own) = authority(version, None);
            believe("ams", &own).unwrap();
            let takes = Details {
                networks: vec![Network::new([10, 233, 0, 2].into(), 16).unwrap()],
                unsafe_networks: vec![victim],
                public_key: [7; 32],
                ..own.details().clone()
            };
            let takes = key.certify(&own, takes).unwrap();
            verify_host(&takes, &own, now_s()).unwrap_err();
            for behind in [vec![], vec![victim]] {
                let (_, own) = authority(version, Some(behind));
                let why = believe("ams", &own).unwrap_err();
                assert!(matches!(why, NebulaError::Behind { .. }), "{why}");
            }
        }
        let light = Identity::make("light", Version::V2, &[]).unwrap();
        for certificate in &light.certificates {
            believe("light", certificate).unwrap();
        }
    }
}
