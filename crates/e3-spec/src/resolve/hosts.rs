//! From groups to hosts.

use std::collections::BTreeMap;

use super::Resolver;
use super::names::World;
use crate::choice::{Nat, Output};
use crate::environment::{Access, Host};
use crate::number::PartyCount;
use crate::quantity::{Probability, Time};
use crate::raw::{At, Field, Group, Named, SiteRule};
use crate::source::Place;
use crate::text::{GroupName, HostName, RegionName, SiteName};

/// The hosts as far as they could be resolved.
pub(super) struct Resolved {
    /// All of them, if nothing is wrong with any.
    pub(super) hosts: Option<Vec<Host>>,
    /// The groups that are right so far, each with its hosts' names.
    pub(super) groups: Vec<(GroupName, Vec<HostName>)>,
    /// Whether `groups` is all of them.
    pub(super) complete: bool,
    /// How many hosts there are, if that is known.
    pub(super) count: Option<PartyCount>,
}

/// Who has used a site's name so far.
struct SiteUse {
    group: GroupName,
    region: Option<RegionName>,
    nat: Option<Nat>,
    /// Whether it belongs to one host alone.
    own: bool,
}

impl Resolver<'_> {
    pub(super) fn hosts(
        &mut self,
        field: &Field<Named<GroupName, Group>>,
        world: &World,
    ) -> Resolved {
        let mut resolved = Resolved {
            hosts: Some(Vec::new()),
            groups: Vec::new(),
            complete: true,
            count: None,
        };
        let Field::Given(groups) = field else {
            if field.is_absent() {
                self.no_hosts(Place::FILE);
            }
            return Resolved {
                hosts: None,
                complete: false,
                ..resolved
            };
        };
        let Named { entries, complete } = &groups.value;
        if entries.is_empty() && *complete {
            self.no_hosts(groups.place);
        }
        let mut sites = BTreeMap::new();
        let mut total = complete.then_some(0_usize);
        resolved.complete = *complete;
        for (name, group) in entries {
            let names = group
                .given()
                .and_then(|group| self.host_names(name, group, &resolved.groups));
            total = total
                .zip(names.as_ref())
                .map(|(total, names)| total + names.len());
            let hosts = group
                .given()
                .and_then(|group| self.group(name, group, names.as_deref(), world, &mut sites));
            resolved.hosts = resolved.hosts.zip(hosts).map(|(mut all, hosts)| {
                all.extend(hosts);
                all
            });
            match names {
                Some(names) => resolved.groups.push((name.value.clone(), names)),
                None => resolved.complete = false,
            }
            if total.is_some_and(|total| total > usize::from(PartyCount::MAX)) {
                let most = PartyCount::MAX;
                self.report
                    .wrong(name.place, "with this group there are too many hosts")
                    .expected(format!("at most {most} in all"));
                total = None;
            }
        }
        resolved.count =
            total.and_then(|total| PartyCount::try_from(i128::try_from(total).ok()?).ok());
        resolved
    }

    fn no_hosts(&mut self, place: Place) {
        self.report
            .missing(place, "there are no hosts")
            .expected("at least one group, such as [hosts.ams] with region = \"ams3\"");
    }

    /// The names of a group's hosts: the group's own for a single one, else numbered.
    fn host_names(
        &mut self,
        name: &At<GroupName>,
        group: &At<Group>,
        before: &[(GroupName, Vec<HostName>)],
    ) -> Option<Vec<HostName>> {
        let count = match &group.value.count {
            Field::Absent => 1,
            Field::Given(count) => count.value.get(),
            Field::Wrong => return None,
        };
        let texts = (0..count).map(|index| {
            if count == 1 {
                name.value.to_string()
            } else {
                format!("{}-{index}", name.value)
            }
        });
        let mut names = Vec::new();
        for text in texts {
            let host: HostName = match text.parse() {
                Ok(host) => host,
                Err(invalid) => {
                    self.report.invalid(name.place, invalid);
                    return None;
                }
            };
            if let Some((other, _)) = before.iter().find(|(_, hosts)| hosts.contains(&host)) {
                let message = format!("group `{other}` has a host `{host}` already");
                self.report
                    .wrong(name.place, message)
                    .expected("a name of its own for each host");
                return None;
            }
            names.push(host);
        }
        Some(names)
    }

    /// The hosts of a group. What can be checked without their names is, where these are not known.
    fn group(
        &mut self,
        name: &At<GroupName>,
        at: &At<Group>,
        names: Option<&[HostName]>,
        world: &World,
        sites: &mut BTreeMap<SiteName, SiteUse>,
    ) -> Option<Vec<Host>> {
        let Group {
            count: _,
            provider,
            region,
            nat,
            site,
            rate,
            loss,
            jitter,
            input,
            output,
        } = &at.value;
        let provider = self.provider(provider);
        let region = self.required_region(name, at.place, region, world);
        let nat = nat.or(Nat::None);
        let sites = site.or(SiteRule::Shared).map(|rule| {
            let place = site.given().map_or(name.place, |site| site.place);
            let uses = site_names(&rule, name, names.unwrap_or_default());
            for site in &uses {
                let own = rule == SiteRule::Own;
                let new = SiteUse {
                    group: name.value.clone(),
                    region: region.clone(),
                    nat,
                    own,
                };
                self.share(site, new, place, sites);
            }
            uses
        });
        let inputs = names.and_then(|names| self.inputs(input, names));
        let access = access(
            rate.optional(),
            loss.or(Probability::ZERO),
            jitter.or(Time::ZERO),
        );
        let (provider, region, nat, sites, access) = (provider?, region?, nat?, sites?, access?);
        let output = output.or(Output::Collect)?;
        let hosts = names?
            .iter()
            .zip(sites)
            .zip(inputs?)
            .map(|((host, site), input)| Host {
                name: host.clone(),
                group: name.value.clone(),
                provider: provider.clone(),
                region: region.clone(),
                site,
                nat,
                access,
                input,
                output,
            });
        Some(hosts.collect())
    }

    fn required_region(
        &mut self,
        name: &At<GroupName>,
        group: Place,
        region: &Field<String>,
        world: &World,
    ) -> Option<RegionName> {
        if region.is_absent() {
            // A group whose table has a header points there; one that is only on the command line points at its name.
            let place = if group.is_override() {
                name.place
            } else {
                group
            };
            let message = format!("`{}` has no region", name.value);
            self.report
                .missing(place, message)
                .expected(format!("a field `region`: {}", world.names()));
        }
        self.region(region.given()?, world)
    }

    /// Enters a group at a site; all who share one must agree about where it is and what stands in front of it.
    fn share(
        &mut self,
        site: &SiteName,
        new: SiteUse,
        place: Place,
        sites: &mut BTreeMap<SiteName, SiteUse>,
    ) {
        let Some(old) = sites.get(site) else {
            sites.insert(site.clone(), new);
            return;
        };
        let other = &old.group;
        if old.own || (new.own && old.group != new.group) {
            let message =
                format!("site `{site}` belongs to one host of its own, and cannot be shared");
            self.report.wrong(place, message).expected("another name");
        } else if let (Some(here), Some(there)) = (&new.region, &old.region)
            && here != there
        {
            let message = format!(
                "site `{site}` cannot be in two regions: {there} for group `{other}`, {here} here"
            );
            self.report
                .wrong(place, message)
                .expected("the same region for all who share a site");
        } else if let (Some(here), Some(there)) = (new.nat, old.nat)
            && here != there
        {
            let message = format!(
                "site `{site}` cannot have two NATs: \"{there}\" for group `{other}`, \"{here}\" here"
            );
            self.report
                .wrong(place, message)
                .expected("the same NAT for all who share a site");
        }
    }
}

/// The site of each host.
fn site_names(rule: &SiteRule, group: &At<GroupName>, hosts: &[HostName]) -> Vec<SiteName> {
    match rule {
        SiteRule::Named(site) => vec![site.clone(); hosts.len()],
        SiteRule::Shared => vec![SiteName::from(&group.value); hosts.len()],
        SiteRule::Own => hosts.iter().map(SiteName::from).collect(),
    }
}

fn access(
    rate: Option<Option<crate::quantity::Rate>>,
    loss: Option<Probability>,
    jitter: Option<Time>,
) -> Option<Access> {
    Some(Access {
        rate: rate?,
        loss: loss?,
        jitter: jitter?,
    })
}
