//! Services: those that are declared, and those that the overlay cannot do without.

use super::Resolver;
use super::hosts::Resolved;
use super::names::World;
use super::options::{Options, needed};
use super::service_hosts::{self, family_of};
use crate::choice::{Lifetime, ServiceKind};
use crate::known::KnownOverlay;
use crate::near::one_of;
use crate::raw::{At, Field, List, Named, ServiceTable};
use crate::report::{Checked, Reported};
use crate::service::{Service, ServiceHost, ServicePort};
use crate::source::Place;
use crate::text::{HostName, ServiceName, SiteName};

/// How many services an environment may have.
const MOST: usize = 64;

/// Services, and the hosts made for them.
pub(super) type Services = (Vec<Service>, Vec<ServiceHost>);

/// The table `[services]`.
pub(super) type Table = Named<ServiceName, ServiceTable>;

impl Resolver<'_> {
    pub(super) fn services(
        &mut self,
        field: &Field<Table>,
        (overlay, options): (Option<KnownOverlay<'_>>, Option<&Options>),
        world: &World,
        machines: &Resolved,
    ) -> Checked<Services> {
        let none = Named {
            entries: Vec::new(),
            complete: true,
        };
        let table = match field {
            Field::Absent => &none,
            Field::Wrong => return Err(Reported),
            Field::Given(at) => &at.value,
        };
        if let Some((name, _)) = table.entries.get(MOST) {
            self.report
                .wrong(name.place, "with this one there are too many services")
                .expected(format!("at most {MOST}"));
            return Err(Reported);
        }
        let (services, hosts) = self.declared(table, world, machines)?;
        self.check_ports(table)?;
        self.check_lifetimes(table, &services, &hosts, machines)?;
        let Some((overlay, options)) = overlay.zip(options) else {
            return Err(Reported);
        };
        let needed = needed(overlay, options);
        self.note_unused(&services, overlay, &needed);
        add_missing(services, hosts, &needed, machines)
    }

    fn declared(&mut self, table: &Table, world: &World, machines: &Resolved) -> Checked<Services> {
        let own = service_hosts::names(table);
        let mut all = Ok((Vec::new(), Vec::new()));
        for (name, entry) in &table.entries {
            let service = entry
                .present()
                .and_then(|entry| self.service(name, entry, &own, world, machines));
            all = all.and_then(|(mut services, mut hosts): Services| {
                let (service, host) = service?;
                services.push(service);
                hosts.extend(host);
                Ok((services, hosts))
            });
        }
        all.and_then(|all| {
            if table.complete {
                Ok(all)
            } else {
                Err(Reported)
            }
        })
    }

    fn service(
        &mut self,
        name: &At<ServiceName>,
        At { place, value }: &At<ServiceTable>,
        own: &[&ServiceName],
        world: &World,
        machines: &Resolved,
    ) -> Checked<(Service, Option<ServiceHost>)> {
        let ServiceTable {
            kind,
            host,
            region,
            provider,
            ports,
            lifetime,
        } = value;
        let kind = self.service_kind(name, *place, kind);
        let (host, made) = if host.is_absent() {
            let made = self.own_host(name, region, provider, world, machines)?;
            (made.name.clone(), Some(made))
        } else {
            let shared = self.shared_host(host.present()?, own, machines);
            self.only_of_own_hosts(region, provider)?;
            (shared?, None)
        };
        let ports = ports.or(List(Vec::new()))?.0.into_iter();
        let mut ports: Vec<ServicePort> = ports.map(|port| port.value).collect();
        ports.sort_unstable();
        let service = Service {
            name: name.value.clone(),
            kind: kind?,
            host,
            ports,
            lifetime: lifetime.or(Lifetime::Environment)?,
        };
        Ok((service, made))
    }

    /// What it says, or what its name does.
    fn service_kind(
        &mut self,
        name: &At<ServiceName>,
        table: Place,
        kind: &Field<ServiceKind>,
    ) -> Checked<ServiceKind> {
        if let Some(kind) = kind.optional()? {
            return Ok(kind);
        }
        name.value.as_str().parse().map_err(|_| {
            // A service that is only on the command line points at its name.
            let place = if table.is_override() {
                name.place
            } else {
                table
            };
            let message = format!("nothing says what service `{}` is", name.value);
            let kinds = one_of(ServiceKind::WORDS.iter().copied());
            self.report
                .missing(place, message)
                .expected(format!("a field `kind`: {kinds}"));
            Reported
        })
    }

    fn note_unused(
        &mut self,
        services: &[Service],
        overlay: KnownOverlay<'_>,
        needed: &[ServiceKind],
    ) {
        let unused = services
            .iter()
            .filter(|service| !needed.contains(&service.kind));
        self.notes.extend(unused.map(|Service { name, kind, .. }| {
            let overlay = overlay.name;
            format!("overlay {overlay} uses no {kind}: service {name} has its host, and nothing runs there for it")
        }));
    }
}

/// What the overlay cannot do without and nobody has declared, each on a host of its own.
fn add_missing(
    mut services: Vec<Service>,
    mut hosts: Vec<ServiceHost>,
    needed: &[ServiceKind],
    machines: &Resolved,
) -> Checked<Services> {
    let parties = machines.hosts.as_ref().map_err(|_| Reported)?;
    let first = parties.first().ok_or(Reported)?;
    for kind in needed {
        if services.iter().any(|service| service.kind == *kind) {
            continue;
        }
        let taken = |name: &str| {
            let mut parties = parties.iter();
            parties.any(|host| host.name.as_str() == name || host.site.as_str() == name)
                || services.iter().any(|service| service.name.as_str() == name)
        };
        let numbered = (2..).map(|number| format!("{kind}-{number}"));
        let free = std::iter::once(kind.to_string())
            .chain(numbered)
            .find(|name| !taken(name));
        let name: ServiceName = free.and_then(|name| name.parse().ok()).ok_or(Reported)?;
        let host = HostName::from(&name);
        hosts.push(ServiceHost {
            name: host.clone(),
            provider: first.provider.clone(),
            region: first.region.clone(),
            site: SiteName::from(&host),
            family: family_of(parties),
        });
        services.push(Service {
            name,
            kind: *kind,
            host,
            ports: Vec::new(),
            lifetime: Lifetime::Environment,
        });
    }
    Ok((services, hosts))
}
