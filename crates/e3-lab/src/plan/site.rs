//! One site after another gets its addresses.

use super::address::{Blocks, CARRIERS, Subnet, Subnet6};
use super::{CarrierPlan, HostPlan, Outside, PlanError, SitePlan, V4Plan, V6Plan};
use crate::nat::{Carrier, Nat};
use crate::topology::Site;

/// What has been given so far.
#[derive(Default)]
pub(super) struct Planner {
    pub(super) sites: Vec<SitePlan>,
    pub(super) carriers: Vec<CarrierPlan>,
    blocks: Blocks,
}

impl Planner {
    /// Plans the next site.
    pub(super) fn add(&mut self, site: &Site) -> Result<(), PlanError> {
        let v4 = if site.family.has_v4() {
            Some(self.v4(site)?)
        } else {
            None
        };
        let v6 = if site.family.has_v6() {
            Some(self.v6(site)?)
        } else {
            None
        };
        let hosts = hosts(site, v4.as_ref(), v6.as_ref())?;
        self.sites.push(SitePlan {
            name: site.name.clone(),
            region: site.region.clone(),
            nat: site.nat.clone(),
            access: site.access,
            v4,
            v6,
            hosts,
        });
        Ok(())
    }

    fn v4(&mut self, site: &Site) -> Result<V4Plan, PlanError> {
        let (lan, outside) = match &site.nat {
            Nat::None => {
                let block = self.blocks.take(site.hosts.len());
                let block = block.ok_or_else(|| no_addresses_left(site))?;
                (block.subnet, Outside::Same(block))
            }
            Nat::Router(_) => {
                let block = self.blocks.take(0);
                let translated = block.and_then(|block| {
                    let address = block.subnet.nth(0)?;
                    Some(Outside::Translated { block, address })
                });
                (
                    Subnet::HOME,
                    translated.ok_or_else(|| no_addresses_left(site))?,
                )
            }
            Nat::CarrierGrade { carrier, .. } => (Subnet::HOME, self.subscribe(site, carrier)?),
        };
        let gateway = lan.nth(0).ok_or_else(|| too_many_hosts(site, lan.room()))?;
        Ok(V4Plan {
            lan,
            gateway,
            outside,
        })
    }

    /// Makes the next site a subscriber of a carrier.
    fn subscribe(&mut self, site: &Site, carrier: &Carrier) -> Result<Outside, PlanError> {
        let index = self.sites.len();
        let shared = carrier.name.as_ref().and_then(|name| {
            let mut carriers = self.carriers.iter();
            carriers.position(|other| other.name.as_ref() == Some(name))
        });
        let number = match shared {
            Some(number) => number,
            None => self.found(site, carrier)?,
        };
        let no_room = || no_addresses_left(site);
        let plan = self.carriers.get_mut(number).ok_or_else(no_room)?;
        let first = plan.sites.first().and_then(|first| self.sites.get(*first));
        if let Some(other) = first {
            let differs = |what| PlanError::CarrierDiffers {
                site: site.name.clone(),
                carrier: carrier.name.clone().unwrap_or_default(),
                other: other.name.clone(),
                what,
            };
            if other.region != site.region {
                return Err(differs("region"));
            }
            if plan.behaviour != carrier.behaviour {
                return Err(differs("what the carrier's NAT does"));
            }
        }
        plan.sites.push(index);
        // The first address is the carrier's own.
        let address = CARRIERS.nth(plan.sites.len()).ok_or_else(no_room)?;
        Ok(Outside::Carried {
            carrier: number,
            address,
        })
    }

    /// A new carrier.
    fn found(&mut self, site: &Site, carrier: &Carrier) -> Result<usize, PlanError> {
        let block = self.blocks.take(0);
        let found = block.and_then(|block| Some((block, block.subnet.nth(0)?)));
        let (block, address) = found.ok_or_else(|| no_addresses_left(site))?;
        self.carriers.push(CarrierPlan {
            name: carrier.name.clone(),
            behaviour: carrier.behaviour,
            block,
            address,
            sites: Vec::new(),
        });
        Ok(self.carriers.len() - 1)
    }

    fn v6(&self, site: &Site) -> Result<V6Plan, PlanError> {
        let lan = Subnet6::of_site(self.sites.len());
        let plan = lan.and_then(|lan| {
            let gateway = lan.nth(0)?;
            Some(V6Plan { lan, gateway })
        });
        plan.ok_or_else(|| no_addresses_left(site))
    }
}

fn hosts(
    site: &Site,
    v4: Option<&V4Plan>,
    v6: Option<&V6Plan>,
) -> Result<Vec<HostPlan>, PlanError> {
    let hosts = site.hosts.iter().enumerate().map(|(index, name)| {
        let four = match v4 {
            Some(V4Plan { lan, .. }) => Some(
                lan.nth(index + 1)
                    .ok_or_else(|| too_many_hosts(site, lan.room() - 1))?,
            ),
            None => None,
        };
        let six = match v6 {
            Some(V6Plan { lan, .. }) => Some(
                lan.nth(index + 1)
                    .ok_or_else(|| too_many_hosts(site, Subnet6::ROOM - 1))?,
            ),
            None => None,
        };
        Ok(HostPlan {
            name: name.clone(),
            v4: four,
            v6: six,
        })
    });
    hosts.collect()
}

fn no_addresses_left(site: &Site) -> PlanError {
    PlanError::NoAddressesLeft {
        site: site.name.clone(),
    }
}

fn too_many_hosts(site: &Site, room: usize) -> PlanError {
    PlanError::TooManyHosts {
        site: site.name.clone(),
        hosts: site.hosts.len(),
        room,
    }
}
