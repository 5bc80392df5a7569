//! Services that run, and are started again where their agents die.

use std::{collections::BTreeMap, sync::Arc};

use e3_overlay::{Overlay, ServiceKind, needed_services};
use e3_session::{
    message::Serve,
    types::{Health, Options, Roster, ServiceFacts},
};
use futures::future::try_join_all;

use super::{
    super::{link::Link, on_demand::OnDemand, party::Party},
    keeper::{Keeper, OneHost, asked},
    members::Members,
};
use crate::wire::Fault;

/// The services of an environment, by the hosts that they run on.
#[derive(Clone)]
pub(crate) struct Running {
    others: Arc<OnDemand>,
    hosts: Vec<OneHost>,
    /// The overlay that they are for.
    overlay: String,
    members: Members,
}

/// What every service of an environment is started with.
pub(crate) struct Settings<'a> {
    /// The overlay that the services are for.
    pub(crate) overlay: &'a dyn Overlay,
    /// What the environment says of it.
    pub(crate) options: &'a Options,
    /// What people call the environment.
    pub(crate) environment: &'a str,
}

impl Running {
    /// Starts what the overlay can start of these services. They come back as they are up, the others as they were.
    pub(crate) async fn start(
        settings: Settings<'_>,
        declared: Vec<ServiceFacts>,
        parties: &[Party],
        others: Arc<OnDemand>,
    ) -> Result<(Self, Vec<ServiceFacts>), Fault> {
        let Settings {
            overlay,
            options,
            environment,
        } = settings;
        let needed = needed_services(overlay, options);
        let starts = |facts: &ServiceFacts| {
            let kind = ServiceKind::of_word(&facts.kind);
            kind.is_some_and(|kind| needed.contains(&kind) && overlay.service(kind).is_some())
        };
        let members = Members::default();
        let mut hosts: Vec<OneHost> = Vec::new();
        for facts in declared.iter().filter(|facts| starts(facts)) {
            let serve = Serve {
                overlay: overlay.name().to_owned(),
                options: options.clone(),
                service: facts.clone(),
            };
            match hosts.iter_mut().find(|host| host.name == facts.host) {
                Some(host) => host.serve.push(serve),
                None => hosts.push(OneHost {
                    name: facts.host.clone(),
                    party: link_of(&facts.host, parties),
                    serve: vec![serve],
                    members: members.clone(),
                    untold: false,
                }),
            }
        }
        let starting = hosts.into_iter().map(|mut host| {
            let others = &others;
            async move {
                let link = match &host.party {
                    Some(link) => link.clone(),
                    None => others.agent(&host.name, environment).await?,
                };
                host.serve(&link).await.map_err(Fault::from)?;
                Ok::<_, Fault>((host, link))
            }
        });
        let started = try_join_all(starting).await?;
        let mut up = BTreeMap::new();
        let mut hosts = Vec::with_capacity(started.len());
        for (host, link) in started {
            let served = host.serve.iter().map(|serve| serve.service.clone());
            up.extend(served.map(|facts| (facts.name.clone(), facts)));
            let keeper = Keeper {
                host: host.clone(),
                others: Arc::clone(&others),
                environment: environment.to_owned(),
            };
            tokio::spawn(keeper.keep(link));
            hosts.push(host);
        }
        let facts = declared.into_iter();
        let facts = facts.map(|facts| up.remove(&facts.name).unwrap_or(facts));
        let running = Self {
            others,
            hosts,
            overlay: overlay.name().to_owned(),
            members,
        };
        Ok((running, facts.collect()))
    }

    /// Tells all services whose parties they are for, before these need them; whoever is none is turned away.
    pub(crate) async fn admit(&self, roster: &Roster) -> Result<(), Fault> {
        let mut links = Vec::with_capacity(self.hosts.len());
        for host in &self.hosts {
            links.extend(self.link(host).await);
        }
        let told = self.members.change(&self.overlay, roster, &links).await;
        told.map_err(Fault::from)
    }

    /// The agent on a host; none while another is started there.
    async fn link(&self, host: &OneHost) -> Option<Link> {
        match &host.party {
            Some(link) => Some(link.clone()),
            None => self.others.running(&host.name).await,
        }
    }

    /// How each service is that was started, by its name.
    pub(crate) async fn health(&self) -> BTreeMap<String, Health> {
        let mut found = BTreeMap::new();
        for host in &self.hosts {
            let answer = match self.link(host).await {
                Some(link) => asked(&link).await,
                None => Err("its agent has died and is being started again".to_owned()),
            };
            for serve in &host.serve {
                let name = &serve.service.name;
                let health = match &answer {
                    Ok(said) => said.get(name).cloned(),
                    Err(reason) => Some(Health::Down {
                        reason: reason.clone(),
                    }),
                };
                // An agent that has just been started does not know of it yet.
                let health = health.unwrap_or_else(|| Health::Down {
                    reason: "it is being started".to_owned(),
                });
                found.insert(name.clone(), health);
            }
        }
        found
    }
}

fn link_of(host: &str, parties: &[Party]) -> Option<Link> {
    let mut parties = parties.iter();
    let party = parties.find(|party| party.host.name.as_str() == host);
    party.map(|party| party.link.clone())
}
