//! Where services run: on hosts of their own, on one another's, or on a party's.

use super::Resolver;
use super::hosts::Resolved;
use super::names::World;
use super::services::Table;
use crate::choice::{Family, Lifetime};
use crate::environment::Host;
use crate::near::{nearest, one_of};
use crate::raw::{At, Field, List};
use crate::report::{Checked, Reported};
use crate::service::{Service, ServiceHost, ServicePort};
use crate::text::{HostName, ServiceName, SiteName};

/// The services that have hosts of their own.
pub(super) fn names(table: &Table) -> Vec<&ServiceName> {
    let own = table.entries.iter().filter(|(_, entry)| {
        let entry = entry.given();
        entry.is_some_and(|entry| entry.value.host.is_absent())
    });
    own.map(|(name, _)| &name.value).collect()
}

/// All versions of IP that any party's host speaks.
pub(super) fn family_of(hosts: &[Host]) -> Family {
    let mut families = hosts.iter().map(|host| host.family);
    let first = families.next().unwrap_or(Family::V4);
    if families.all(|family| family == first) {
        first
    } else {
        Family::Dual
    }
}

impl Resolver<'_> {
    /// A host for one service, with a public address.
    pub(super) fn own_host(
        &mut self,
        name: &At<ServiceName>,
        region: &Field<String>,
        provider: &Field<String>,
        world: &World,
        machines: &Resolved,
    ) -> Checked<ServiceHost> {
        let provider = self.provider(provider);
        let region = match region.given() {
            Some(region) => self.region(region, world).map(Some),
            None => region.absent().map(|()| None),
        };
        let parties = machines.hosts.as_ref().map_err(|_| Reported)?;
        let own = HostName::from(&name.value);
        let site = SiteName::from(&own);
        let mut taken = parties.iter();
        if taken.any(|host| host.name == own || host.site == site) {
            self.report
                .wrong(
                    name.place,
                    format!("there is a host or site `{own}` already"),
                )
                .expected(format!(
                    "another name, or `host` to say on which host it runs, as in host = \"{own}\""
                ));
            return Err(Reported);
        }
        let first = parties.first().ok_or(Reported)?;
        Ok(ServiceHost {
            name: own,
            provider: provider?,
            region: region?.unwrap_or_else(|| first.region.clone()),
            site,
            family: family_of(parties),
        })
    }

    /// A party's host, or that of another service.
    pub(super) fn shared_host(
        &mut self,
        name: &At<HostName>,
        own: &[&ServiceName],
        machines: &Resolved,
    ) -> Checked<HostName> {
        let parties = machines.groups.iter().flat_map(|(_, hosts)| hosts);
        let services = own.iter().map(|service| service.as_str());
        let all: Vec<&str> = parties.map(HostName::as_str).chain(services).collect();
        let word = name.value.as_str();
        if all.contains(&word) {
            return Ok(name.value.clone());
        }
        // Where a group is wrong, the name may be one of its hosts'.
        if machines.complete {
            let expected = one_of(all.iter().copied());
            self.report
                .wrong(name.place, format!("there is no host `{word}`"))
                .expected(format!("{expected}, or no `host` for one of its own"))
                .suggest(nearest(word, all));
        }
        Err(Reported)
    }

    /// Where a service runs on another's host, nothing more can be said about that.
    pub(super) fn only_of_own_hosts(
        &mut self,
        region: &Field<String>,
        provider: &Field<String>,
    ) -> Checked<()> {
        let mut checked = Ok(());
        for (field, word) in [(region, "region"), (provider, "provider")] {
            if let Some(place) = field.place() {
                let message = format!("the host that it runs on has its {word} already");
                self.report
                    .wrong(place, message)
                    .expected(format!("no `{word}`, or no `host` for one of its own"));
                checked = Err(Reported);
            }
        }
        checked
    }

    /// Services of one host must not want the same port.
    pub(super) fn check_ports(&mut self, table: &Table) -> Checked<()> {
        let mut taken: Vec<(HostName, ServicePort)> = Vec::new();
        let mut checked = Ok(());
        for (name, entry) in &table.entries {
            let entry = &entry.present()?.value;
            let host = entry.host.or(HostName::from(&name.value))?;
            for At { place, value } in entry.ports.or(List(Vec::new()))?.0 {
                let wanted = (host.clone(), value);
                if taken.contains(&wanted) {
                    self.report
                        .wrong(
                            place,
                            format!("port {value} of host `{host}` is taken already"),
                        )
                        .expected("another port, or another host");
                    checked = Err(Reported);
                }
                taken.push(wanted);
            }
        }
        checked
    }

    /// A service cannot outlive the host that it runs on.
    pub(super) fn check_lifetimes(
        &mut self,
        table: &Table,
        services: &[Service],
        own: &[ServiceHost],
        machines: &Resolved,
    ) -> Checked<()> {
        let parties = machines.hosts.as_ref().map_err(|_| Reported)?;
        let provider = |name: &HostName| {
            let party = parties.iter().find(|host| host.name == *name);
            let service = || own.iter().find(|host| host.name == *name);
            party
                .map(|host| &host.provider)
                .or_else(|| service().map(|host| &host.provider))
        };
        let mut checked = Ok(());
        for (service, (_, entry)) in services.iter().zip(&table.entries) {
            let in_lab = provider(&service.host).is_some_and(|provider| self.is_lab(provider));
            if service.lifetime == Lifetime::Kept && in_lab {
                let place = entry.present()?.value.lifetime.present()?.place;
                self.report
                    .wrong(place, "no host of the lab outlives `e3 down`")
                    .expected("`environment`, or a host of another provider");
                checked = Err(Reported);
            }
        }
        checked
    }
}
