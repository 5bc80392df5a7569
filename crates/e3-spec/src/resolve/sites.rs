//! Which hosts share a site, and whether they can.

use std::collections::BTreeMap;

use super::Resolver;
use crate::choice::Family;
use crate::nat::Nat;
use crate::raw::{At, Field, SiteRule};
use crate::report::{Checked, Reported};
use crate::source::Place;
use crate::text::{CarrierName, GroupName, HostName, RegionName, SiteName};

/// What a group says about its hosts' sites, as far as it is right.
pub(super) struct SiteRules<'a> {
    pub(super) group: &'a At<GroupName>,
    pub(super) rule: &'a Field<SiteRule>,
    pub(super) region: Option<&'a RegionName>,
    pub(super) nat: Option<&'a Nat>,
    pub(super) family: Option<Family>,
}

/// The sites so far, by their first user.
#[derive(Default)]
pub(super) struct Sites {
    first: BTreeMap<SiteName, FirstUser>,
    /// The region of each carrier, and the group that has named it first.
    carriers: BTreeMap<CarrierName, (RegionName, GroupName)>,
}

struct FirstUser {
    group: GroupName,
    region: Option<RegionName>,
    nat: Option<Nat>,
    family: Option<Family>,
    /// Whether it is one host's own.
    own: bool,
}

impl Resolver<'_> {
    /// The site of each host of a group.
    pub(super) fn sites(
        &mut self,
        rules: &SiteRules<'_>,
        hosts: &[HostName],
        sites: &mut Sites,
    ) -> Checked<Vec<SiteName>> {
        let rule = rules.rule.or(SiteRule::Shared)?;
        let place = rules
            .rule
            .given()
            .map_or(rules.group.place, |site| site.place);
        let names: Vec<SiteName> = match &rule {
            SiteRule::Named(site) => vec![site.clone(); hosts.len()],
            SiteRule::Shared => vec![SiteName::from(&rules.group.value); hosts.len()],
            SiteRule::Own => hosts.iter().map(SiteName::from).collect(),
        };
        self.subscribe(rules, sites)?;
        for site in &names {
            self.share(site, rules, rule == SiteRule::Own, place, sites)?;
        }
        Ok(names)
    }

    /// Enters a group at its carrier: all who share one must be in one region, as it has one way to the others.
    fn subscribe(&mut self, rules: &SiteRules<'_>, sites: &mut Sites) -> Checked<()> {
        let carrier = rules.nat.and_then(|nat| nat.carrier.as_ref());
        let (Some(carrier), Some(region)) = (carrier, rules.region) else {
            return Ok(());
        };
        let here = (region.clone(), rules.group.value.clone());
        let (there, other) = sites.carriers.entry(carrier.clone()).or_insert(here);
        if there == region {
            return Ok(());
        }
        let message = format!(
            "carrier `{carrier}` cannot be in two regions: {there} for group `{other}`, {region} here"
        );
        self.report
            .wrong(rules.group.place, message)
            .expected("another carrier, or the same region for all who share one");
        Err(Reported)
    }

    /// Enters a group at a site; all who share one must agree about where it is and what stands in front of it.
    fn share(
        &mut self,
        site: &SiteName,
        rules: &SiteRules<'_>,
        own: bool,
        place: Place,
        Sites {
            first: sites,
            carriers: _,
        }: &mut Sites,
    ) -> Checked<()> {
        let SiteRules {
            group,
            rule: _,
            region,
            nat,
            family,
        } = rules;
        let Some(first) = sites.get(site) else {
            let first = FirstUser {
                group: group.value.clone(),
                region: region.cloned(),
                nat: nat.cloned(),
                family: *family,
                own,
            };
            sites.insert(site.clone(), first);
            return Ok(());
        };
        let other = &first.group;
        if first.own || own {
            let message = format!("site `{site}` belongs to one host alone, and cannot be shared");
            self.report.wrong(place, message).expected("another name");
            return Err(Reported);
        }
        if let (Some(here), Some(there)) = (*region, &first.region)
            && here != there
        {
            let message = format!(
                "site `{site}` cannot be in two regions: {there} for group `{other}`, {here} here"
            );
            self.report
                .wrong(place, message)
                .expected("the same region for all who share a site");
            return Err(Reported);
        }
        if let (Some(here), Some(there)) = (*nat, &first.nat)
            && here != there
        {
            let message = format!(
                "site `{site}` cannot have two NATs: \"{there}\" for group `{other}`, \"{here}\" here"
            );
            self.report
                .wrong(place, message)
                .expected("the same NAT for all who share a site");
            return Err(Reported);
        }
        if let (Some(here), Some(there)) = (*family, first.family)
            && here != there
        {
            let message = format!(
                "site `{site}` cannot speak two sets of versions of IP: \"{there}\" for group `{other}`, \"{here}\" here"
            );
            self.report
                .wrong(place, message)
                .expected("the same family for all who share a site");
            return Err(Reported);
        }
        Ok(())
    }
}
