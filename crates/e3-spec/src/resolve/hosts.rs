//! From groups to hosts.

use std::collections::BTreeMap;

use super::Resolver;
use super::names::World;
use super::sites::{SiteRules, Sites};
use crate::choice::{Family, Output};
use crate::environment::{Access, Host};
use crate::number::PartyCount;
use crate::quantity::{Probability, Time};
use crate::raw::{At, Field, Group, Named};
use crate::report::{Checked, Reported};
use crate::source::Place;
use crate::text::{FilePath, GroupName, HostName, RegionName};

/// The hosts as far as they could be resolved.
pub(super) struct Resolved {
    /// All of them, if nothing is wrong with any.
    pub(super) hosts: Checked<Vec<Host>>,
    /// The groups that are right so far, each with its hosts' names.
    pub(super) groups: Vec<(GroupName, Vec<HostName>)>,
    /// Whether `groups` is all of them.
    pub(super) complete: bool,
    /// How many hosts there are, if that is known.
    pub(super) count: Checked<PartyCount>,
}

impl Resolver<'_> {
    pub(super) fn hosts(
        &mut self,
        field: &Field<Named<GroupName, Group>>,
        world: &World,
    ) -> Resolved {
        let mut resolved = Resolved {
            hosts: Err(Reported),
            groups: Vec::new(),
            complete: false,
            count: Err(Reported),
        };
        let Field::Given(groups) = field else {
            if field.is_absent() {
                self.no_hosts(Place::FILE);
            }
            return resolved;
        };
        let Named { entries, complete } = &groups.value;
        if entries.is_empty() && *complete {
            self.no_hosts(groups.place);
        }
        resolved.complete = *complete;
        let mut sites = Sites::default();
        let mut folders = BTreeMap::new();
        let mut all = Ok(Vec::new());
        for (name, group) in entries {
            let names = group
                .present()
                .and_then(|group| self.host_names(name, group, &resolved.groups));
            let hosts = group
                .present()
                .and_then(|group| self.group(name, group, names.as_deref(), world, &mut sites))
                .and_then(|hosts| self.own_folders(group, hosts, &mut folders));
            all = all.and_then(|mut all| {
                all.extend(hosts?);
                Ok(all)
            });
            match names {
                Ok(names) => resolved.groups.push((name.value.clone(), names)),
                Err(Reported) => resolved.complete = false,
            }
        }
        if resolved.complete {
            resolved.count = self.count(entries, &resolved.groups);
        }
        resolved.hosts = all.and_then(|hosts| resolved.count.map(|_| hosts));
        resolved
    }

    fn no_hosts(&mut self, place: Place) {
        self.report
            .missing(place, "there are no hosts")
            .expected("at least one group, such as [hosts.ams] with region = \"ams3\"");
    }

    /// How many hosts there are. The group with which there are too many is reported.
    fn count(
        &mut self,
        entries: &[(At<GroupName>, Field<Group>)],
        groups: &[(GroupName, Vec<HostName>)],
    ) -> Checked<PartyCount> {
        let mut total = 0;
        for ((name, _), (_, hosts)) in entries.iter().zip(groups) {
            total += hosts.len();
            let most = self.around.known.most_hosts;
            if total > usize::from(most) {
                self.report
                    .wrong(name.place, "with this group there are too many hosts")
                    .expected(format!("at most {most} in all"));
                return Err(Reported);
            }
        }
        // Where there are none at all, that has been reported.
        PartyCount::near(total).ok_or(Reported)
    }

    /// The names of a group's hosts: the group's own for a single one, else numbered.
    fn host_names(
        &mut self,
        name: &At<GroupName>,
        group: &At<Group>,
        before: &[(GroupName, Vec<HostName>)],
    ) -> Checked<Vec<HostName>> {
        let count = group.value.count.optional()?.map_or(1, PartyCount::get);
        let numbered = |index| {
            if count == 1 {
                name.value.to_string()
            } else {
                format!("{}-{index}", name.value)
            }
        };
        let mut names = Vec::new();
        for text in (0..count).map(numbered) {
            let host: HostName = text
                .parse()
                .map_err(|invalid| self.report.invalid(name.place, invalid))?;
            if let Some((other, _)) = before.iter().find(|(_, hosts)| hosts.contains(&host)) {
                let message = format!("group `{other}` has a host `{host}` already");
                self.report
                    .wrong(name.place, message)
                    .expected("a name of its own for each host");
                return Err(Reported);
            }
            names.push(host);
        }
        Ok(names)
    }

    /// The hosts of a group. What can be checked without their names is, where these are not known.
    fn group(
        &mut self,
        name: &At<GroupName>,
        at: &At<Group>,
        names: Result<&[HostName], &Reported>,
        world: &World,
        sites: &mut Sites,
    ) -> Checked<Vec<Host>> {
        let Group {
            count: _,
            provider,
            region,
            nat,
            family,
            site,
            rate,
            loss,
            jitter,
            input,
            output,
            identity,
        } = &at.value;
        let provider = self.provider(provider);
        let region = self.required_region(name, at.place, region, world);
        let nat = self.nat(nat);
        let family = family.or(Family::V4);
        let names = names.map_err(|reported| *reported);
        let inputs = names.and_then(|names| self.inputs(input, names));
        let identities = names.and_then(|names| self.identity_folders(identity, names));
        let (rate, loss, jitter) = (
            rate.optional(),
            loss.or(Probability::ZERO),
            jitter.or(Time::ZERO),
        );
        let rules = SiteRules {
            group: name,
            rule: site,
            region: region.as_ref().ok(),
            nat: nat.as_ref().ok(),
            family: family.ok(),
        };
        let sites = self.sites(&rules, names?, sites)?;

        let (provider, region, nat) = (provider?, region?, nat?);
        let (family, output) = (family?, output.or(Output::Collect)?);
        let access = Access {
            rate: rate?,
            loss: loss?,
            jitter: jitter?,
        };
        let hosts = names?.iter().zip(sites).zip(inputs?).zip(identities?).map(
            |(((host, site), input), identity)| Host {
                name: host.clone(),
                group: name.value.clone(),
                provider: provider.clone(),
                region: region.clone(),
                site,
                nat: nat.clone(),
                family,
                access,
                input,
                output,
                identity,
            },
        );
        Ok(hosts.collect())
    }

    /// Where hosts share a machine, each needs a folder of its own for its identity.
    fn own_folders(
        &mut self,
        group: &Field<Group>,
        hosts: Vec<Host>,
        folders: &mut BTreeMap<FilePath, HostName>,
    ) -> Checked<Vec<Host>> {
        let place = group.present()?.value.identity.place();
        for host in hosts.iter().filter(|host| self.is_lab(&host.provider)) {
            let (Some(folder), Some(place)) = (&host.identity, place) else {
                continue;
            };
            if let Some(other) = folders.insert(folder.clone(), host.name.clone()) {
                let message = format!(
                    "hosts `{other}` and `{}` would have one identity",
                    host.name
                );
                self.report
                    .wrong(place, message)
                    .expected("a folder for each host; `{host}` and `{index}` in it stand for its name and number");
                return Err(Reported);
            }
        }
        Ok(hosts)
    }

    fn required_region(
        &mut self,
        name: &At<GroupName>,
        group: Place,
        region: &Field<String>,
        world: &World,
    ) -> Checked<RegionName> {
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
        self.region(region.present()?, world)
    }
}
