//! Who has which address.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use e3_session::types::{DialTable, PartyIndex, Reach};

use super::{Family, PlaceError, Plan};

/// The parties by their addresses, and the other way about.
#[derive(Debug, Clone)]
pub(super) struct Residents {
    by_address: BTreeMap<IpAddr, PartyIndex>,
    own: Vec<IpAddr>,
}

impl Residents {
    /// Those of a plan.
    pub(super) fn of(plan: &Plan) -> Result<Self, PlaceError> {
        let mut by_address = BTreeMap::new();
        for (index, resident) in (0..=u16::MAX).map(PartyIndex).zip(&plan.parties) {
            if resident.addresses.is_empty() {
                let name = resident.name.clone();
                return Err(PlaceError::NoAddress { name });
            }
            for address in &resident.addresses {
                if let Some(first) = by_address.insert(*address, index) {
                    return Err(PlaceError::SharedAddress {
                        first: name_of(plan, first),
                        second: resident.name.clone(),
                        address: *address,
                    });
                }
            }
        }
        let own = plan.parties.get(usize::from(plan.me.0));
        let own = own.ok_or(PlaceError::NoSuchParty(plan.me))?;
        Ok(Self {
            by_address,
            own: own.addresses.clone(),
        })
    }

    /// The same without the addresses of a family that this host cannot do.
    pub(super) fn without(mut self, family: Family) -> Self {
        self.by_address.retain(|address, _| of(*address) != family);
        self.own.retain(|address| of(*address) != family);
        self
    }

    pub(super) fn own(&self) -> &[IpAddr] {
        &self.own
    }

    pub(super) fn own_of(&self, family: Family) -> Option<IpAddr> {
        let mut own = self.own.iter();
        own.find(|address| of(**address) == family).copied()
    }

    /// The addresses of all others.
    pub(super) fn others(&self) -> impl Iterator<Item = IpAddr> {
        let addresses = self.by_address.keys().copied();
        addresses.filter(|address| !self.own.contains(address))
    }

    pub(super) fn at(&self, address: IpAddr) -> Option<PartyIndex> {
        self.by_address.get(&address).copied()
    }

    pub(super) fn address_of(&self, party: PartyIndex, family: Family) -> Option<IpAddr> {
        let mut all = self.by_address.iter();
        let wanted =
            |(address, index): &(&IpAddr, &PartyIndex)| **index == party && of(**address) == family;
        all.find(wanted).map(|(address, _)| *address)
    }

    /// How a program reaches them.
    pub(super) fn table(&self, plan: &Plan) -> DialTable {
        let numbered = (0..=u16::MAX).map(PartyIndex).zip(&plan.parties);
        let parties = numbered.filter_map(|(party, resident)| {
            let mut addresses = resident.addresses.iter();
            let address = addresses.find(|address| self.by_address.contains_key(address))?;
            Some(Reach {
                party,
                name: resident.name.clone(),
                address: *address,
                port: plan.ports.of(party),
            })
        });
        DialTable {
            me: plan.me,
            parties: parties.collect(),
        }
    }
}

/// The version of an address.
pub(super) fn of(address: IpAddr) -> Family {
    match address {
        IpAddr::V4(_) => Family::V4,
        IpAddr::V6(_) => Family::V6,
    }
}

/// The port of an address, whatever its version.
pub(super) fn socket(address: IpAddr, port: u16) -> SocketAddr {
    SocketAddr::new(address, port)
}

fn name_of(plan: &Plan, party: PartyIndex) -> String {
    let resident = plan.parties.get(usize::from(party.0));
    resident.map_or_else(String::new, |resident| resident.name.clone())
}
