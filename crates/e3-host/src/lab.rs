//! Hosts in namespaces of this machine.

use std::{collections::BTreeMap, path::Path, process::Command, sync::Arc, time::Duration};

use e3_lab::{Lab, LabError, Site, Topology, Trust};
use e3_spec::{Environment, HostName, Nat};
use e3_world::{Region, Rtt, World};
use tokio::process::Command as AsyncCommand;

use crate::{Host, HostError, PairRtt, Place, PlannedHost, Provider, SelfCheck, Started};

mod scenario;
mod site;

pub use scenario::scenario;

/// The lab as a provider. Dropping it takes the lab away.
#[derive(Debug)]
pub struct LabProvider {
    lab: Arc<Lab>,
    /// The hosts in the order of the declaration, each with its NAT in the declaration's words; those of services last.
    order: Vec<(HostName, String)>,
}

/// One host of the lab.
#[derive(Debug)]
struct LabHost {
    host: e3_lab::Host,
    place: Place,
}

/// Builds the environment's hosts and the Internet between them. The process must be in namespaces of its own
/// already: see [`e3_lab::enter`].
pub fn build(environment: &Environment) -> Result<LabProvider, HostError> {
    let lab = Arc::new(Lab::build(&topology(environment)?)?);
    let parties = environment.hosts.iter();
    let parties = parties.map(|host| (host.name.clone(), host.nat.to_string()));
    let services = environment.service_hosts.iter();
    let services = services.map(|host| (host.name.clone(), Nat::NONE.to_string()));
    let order = parties.chain(services).collect();
    Ok(LabProvider { lab, order })
}

/// Where every host of an environment will stand, parties' first, as [`Provider::hosts`] has them once they are made.
///
/// # Errors
/// No lab can be built of it.
pub fn on_paper(environment: &Environment) -> Result<Vec<PlannedHost>, HostError> {
    let planned = topology(environment)?.on_paper().map_err(LabError::from)?;
    let parties = environment.hosts.iter();
    let parties = parties.map(|host| (&host.name, &host.region, &host.site, host.nat.to_string()));
    let services = environment.service_hosts.iter();
    let services =
        services.map(|host| (&host.name, &host.region, &host.site, Nat::NONE.to_string()));
    let found = parties
        .chain(services)
        .filter_map(|(name, region, site, nat)| {
            let host = planned.iter().find(|host| host.host == name.as_str())?;
            Some(PlannedHost {
                name: name.to_string(),
                place: Place {
                    region: region.to_string(),
                    site: site.to_string(),
                    nat,
                    addresses: host.addresses.clone(),
                },
                seen_as: host.seen_as.clone(),
            })
        });
    Ok(found.collect())
}

impl Provider for LabProvider {
    fn name(&self) -> &'static str {
        "lab"
    }

    fn hosts(&self) -> Vec<Arc<dyn Host>> {
        let found = self
            .order
            .iter()
            .filter_map(|(name, nat)| Some((self.lab.host(name.as_str())?, nat)));
        found
            .map(|(host, nat)| Arc::new(LabHost::new(host, nat)) as Arc<dyn Host>)
            .collect()
    }

    fn expected_rtt(&self, a: &str, b: &str) -> Option<Duration> {
        self.lab.pair_rtt_expected(a, b)
    }

    fn lab(&self) -> Option<&Arc<Lab>> {
        Some(&self.lab)
    }

    fn check(&self) -> Option<Result<SelfCheck, HostError>> {
        Some(self.lab.check().map(self_check).map_err(HostError::from))
    }
}

impl LabHost {
    fn new(host: &e3_lab::Host, nat: &str) -> Self {
        let place = Place {
            region: host.region().to_owned(),
            site: host.site().to_owned(),
            nat: nat.to_owned(),
            addresses: host.addresses(),
        };
        Self {
            host: host.clone(),
            place,
        }
    }
}

impl Host for LabHost {
    fn name(&self) -> &str {
        self.host.name()
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn start(&self, program: &Path, arguments: &[&str]) -> Result<Started, HostError> {
        let mut command = Command::new(program);
        command.args(arguments);
        self.host.enter_command(&mut command);
        let failed = |source| HostError::Start {
            host: self.name().to_owned(),
            program: program.display().to_string(),
            source,
        };
        Started::spawn(AsyncCommand::from(command)).map_err(failed)
    }

    fn bytes_sent(&self) -> Option<u64> {
        self.host.bytes_sent().ok()
    }

    fn end_all(&self) -> Result<(), HostError> {
        Ok(self.host.kill_all()?)
    }
}

/// What the environment declares, in the lab's words.
fn topology(environment: &Environment) -> Result<Topology, HostError> {
    let mut sites: BTreeMap<&str, Site> = BTreeMap::new();
    // In the order of the file, so that addresses are given in that order.
    let mut order: Vec<&str> = Vec::new();
    for host in &environment.hosts {
        let name = host.site.as_str();
        let site = sites.entry(name).or_insert_with(|| {
            order.push(name);
            site::site(host)
        });
        site.hosts.push(host.name.to_string());
    }
    let services = environment.service_hosts.iter().map(site::of_service);
    let sites = order.iter().filter_map(|name| sites.remove(name));
    Ok(Topology {
        sites: sites.chain(services).collect(),
        world: world(environment)?,
        seed: environment.seed.unwrap_or_default(),
    })
}

/// The regions of an environment, and the delays between them.
///
/// # Errors
/// What it declares does not fit together.
pub fn world(environment: &Environment) -> Result<World, HostError> {
    let mut world = World::builtin();
    for (name, city) in &environment.network.regions {
        world.add_region(Region::named(name.as_str()).in_city(city.as_str(), ""), [])?;
    }
    for pair in &environment.network.pairs {
        let [a, b] = &pair.between;
        world.override_rtt(
            a.as_str(),
            b.as_str(),
            Rtt::one_way(pair.there.into(), pair.back.into()),
        )?;
    }
    Ok(world)
}

fn self_check(check: e3_lab::SelfCheck) -> SelfCheck {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    SelfCheck {
        trusted: check.trust() == Trust::Trusted,
        verdict: check.verdict(),
        pairs_in_all: check.pairs_in_all,
        load: check.load,
        pairs: check
            .pairs
            .into_iter()
            .map(|pair| PairRtt {
                expected_ms: milliseconds(pair.expected),
                measured_ms: pair.median.map(milliseconds),
                a: pair.a,
                b: pair.b,
            })
            .collect(),
    }
}
