//! What happens to sites and hosts while a lab runs.

use std::net::Ipv4Addr;

use crate::border::Mappings;
use crate::error::{During, LabError};
use crate::lab::{Lab, SiteRouter};
use crate::plan::{CARRIERS, Outside, SitePlan};
use crate::wan::Router;

mod cable;
mod moves;
mod pause;
mod sleepers;

pub(crate) use sleepers::Sleepers;

/// Sites are named by themselves or by one of their hosts.
impl Lab {
    /// Makes a site's router forget all that its NAT and its firewall know, as when it is switched off and on: TCP
    /// connections through it get no further, and datagrams get another mapping (on the same outside port where
    /// ports are preserved).
    ///
    /// # Errors
    /// No such site; a site without a NAT.
    pub fn forget_mappings(&self, site: &str) -> Result<(), LabError> {
        let index = self.forgetful(site)?;
        self.at_borders(move |router| router.borders().forget(index))
    }

    /// The site, if there is something that it can forget.
    pub(crate) fn forgetful(&self, site: &str) -> Result<usize, LabError> {
        let (index, plan) = self.site_named(site)?;
        if plan.nat.home().is_none() {
            return Err(no_nat(
                site,
                "NAT",
                "there is nothing that could be forgotten",
            ));
        }
        Ok(index)
    }

    /// Makes a site's carrier forget all mappings, those of its other sites too.
    ///
    /// # Errors
    /// No such site; a site without a carrier.
    pub fn forget_carrier_mappings(&self, site: &str) -> Result<(), LabError> {
        let (index, plan) = self.site_named(site)?;
        if plan.nat.carrier().is_none() {
            return Err(no_nat(
                site,
                "carrier",
                "there is nothing that could be forgotten",
            ));
        }
        self.at_borders(move |router| {
            router.borders().forget_carrier(index);
        })
    }

    /// The mappings that stand between a site and the Internet now; none where there is no NAT.
    ///
    /// # Errors
    /// No such site.
    pub fn mappings(&self, site: &str) -> Result<Mappings, LabError> {
        let (index, _) = self.site_named(site)?;
        let Some(wan) = &self.wan else {
            return Ok(Mappings::default());
        };
        let ask = move |router: &mut Router| {
            let now = router.now();
            router.borders().mappings(index, now)
        };
        wan.call(ask).during("ask for the mappings", site)
    }

    /// Gives the router of a site behind a NAT another outside address, as some providers do every night; its
    /// mappings end with the old one. Behind a carrier it is another address of the carrier's inner network. The new
    /// address.
    ///
    /// # Errors
    /// No such site; a site without a NAT.
    pub fn change_public_address(&self, site: &str) -> Result<Ipv4Addr, LabError> {
        let (index, plan) = self.site_named(site)?;
        let (router, now) = self.outside(site)?;
        let next = self.next_outside(plan, now);
        let next = next.ok_or_else(|| LabError::NoOtherAddress {
            place: site.to_owned(),
            room: 1,
        })?;
        self.at_borders(move |router| router.borders().move_to(index, next))?;
        let mut current = router.outside.now();
        current.v4 = Some(next);
        router.outside.replace(current);
        Ok(next)
    }

    /// The router of a site behind a NAT, and its outside address.
    pub(crate) fn outside(&self, site: &str) -> Result<(&SiteRouter, Ipv4Addr), LabError> {
        let router = self.routers.get(self.site_named(site)?.0);
        let outside = router.and_then(|router| Some((router, router.outside.now().v4?)));
        outside.ok_or_else(|| no_nat(site, "NAT", "its router has no address of its own"))
    }

    /// An outside address that follows this one and that no other site has.
    fn next_outside(&self, plan: &SitePlan, now: Ipv4Addr) -> Option<Ipv4Addr> {
        match plan.v4.as_ref()?.outside {
            Outside::Same(_) => None,
            Outside::Translated { block, .. } => block.subnet.after(now, |_| false),
            Outside::Carried { .. } => {
                let routers = self.routers.iter();
                let taken: Vec<_> = routers.filter_map(|it| it.outside.now().v4).collect();
                // The first is the carrier's own.
                let own = CARRIERS.nth(0);
                CARRIERS.after(now, |other| Some(other) == own || taken.contains(&other))
            }
        }
    }

    /// Does something at the sites' borders. In a lab of one site there is nothing beyond them.
    fn at_borders(&self, work: impl FnOnce(&mut Router) + Send + 'static) -> Result<(), LabError> {
        let Some(wan) = &self.wan else {
            return Ok(());
        };
        wan.call(work).during("reach the wide-area router", "lab")
    }

    /// The site of this name, or that of the host of this name.
    fn site_named(&self, name: &str) -> Result<(usize, &SitePlan), LabError> {
        let sites = &self.plan.sites;
        let named = sites.iter().position(|site| site.name == name);
        let index = named.or_else(|| self.host(name).map(|host| host.site_index));
        let found = index.and_then(|index| Some((index, sites.get(index)?)));
        found.ok_or_else(|| LabError::Unknown {
            kind: "site",
            name: name.to_owned(),
            there: sites.iter().map(|site| site.name.clone()).collect(),
        })
    }

    pub(crate) fn host_named(&self, name: &str) -> Result<&crate::Host, LabError> {
        self.host(name).ok_or_else(|| LabError::Unknown {
            kind: "host",
            name: name.to_owned(),
            there: self.hosts().map(|host| host.name().to_owned()).collect(),
        })
    }
}

fn no_nat(site: &str, what: &'static str, consequence: &'static str) -> LabError {
    LabError::NoNat {
        site: site.to_owned(),
        what,
        consequence,
    }
}
