//! Which hosts share a site, and whether they can.

use std::collections::BTreeMap;

use super::Resolver;
use crate::choice::Nat;
use crate::raw::{At, Field, SiteRule};
use crate::report::{Checked, Reported};
use crate::source::Place;
use crate::text::{GroupName, HostName, RegionName, SiteName};

/// What a group says about its hosts' sites, as far as it is right.
pub(super) struct SiteRules<'a> {
    pub(super) group: &'a At<GroupName>,
    pub(super) rule: &'a Field<SiteRule>,
    pub(super) region: Option<&'a RegionName>,
    pub(super) nat: Option<Nat>,
}

/// The sites so far, by their first user.
#[derive(Default)]
pub(super) struct Sites(BTreeMap<SiteName, FirstUser>);

struct FirstUser {
    group: GroupName,
    region: Option<RegionName>,
    nat: Option<Nat>,
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
        for site in &names {
            self.share(site, rules, rule == SiteRule::Own, place, sites)?;
        }
        Ok(names)
    }

    /// Enters a group at a site; all who share one must agree about where it is and what stands in front of it.
    fn share(
        &mut self,
        site: &SiteName,
        rules: &SiteRules<'_>,
        own: bool,
        place: Place,
        Sites(sites): &mut Sites,
    ) -> Checked<()> {
        let SiteRules {
            group,
            rule: _,
            region,
            nat,
        } = rules;
        let Some(first) = sites.get(site) else {
            let first = FirstUser {
                group: group.value.clone(),
                region: region.cloned(),
                nat: *nat,
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
        if let (Some(here), Some(there)) = (*nat, first.nat)
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
        Ok(())
    }
}
