//! Services that run, and are started again where their agents die.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use e3_overlay::{Overlay, ServiceKind, needed_services};
use e3_session::{
    message::{Reply, Request, Serve},
    types::{Health, Options, ServiceFacts},
};
use futures::future::try_join_all;
use tokio::time::sleep;

use super::super::{
    link::{Link, LinkError},
    on_demand::OnDemand,
    party::{Party, QUICK, unexpected},
};
use crate::wire::Fault;

/// How long an agent may take to say how its services are.
const ANSWER: Duration = Duration::from_secs(3);
/// Before a service is started once more that would not start.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The services of an environment, by the hosts that they run on.
pub(crate) struct Running {
    others: Arc<OnDemand>,
    hosts: Vec<OneHost>,
}

/// What runs on one host.
#[derive(Clone)]
struct OneHost {
    name: String,
    /// The agent of the party there. None on a host that is no party's: there agents come and go.
    party: Option<Link>,
    /// What the agent is asked to serve.
    serve: Vec<Serve>,
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
            if host.party.is_none() {
                let keeping = keep(
                    host.clone(),
                    link,
                    Arc::clone(&others),
                    environment.to_owned(),
                );
                tokio::spawn(keeping);
            }
            hosts.push(host);
        }
        let facts = declared.into_iter();
        let facts = facts.map(|facts| up.remove(&facts.name).unwrap_or(facts));
        Ok((Self { others, hosts }, facts.collect()))
    }

    /// How each service is that was started, by its name.
    pub(crate) async fn health(&self) -> BTreeMap<String, Health> {
        let mut found = BTreeMap::new();
        for host in &self.hosts {
            let link = match &host.party {
                Some(link) => Some(link.clone()),
                None => self.others.running(&host.name).await,
            };
            let answer = match link {
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

impl OneHost {
    /// Asks an agent to serve, and remembers what the services are then.
    async fn serve(&mut self, link: &Link) -> Result<(), LinkError> {
        for serve in &mut self.serve {
            let request = Request::Serve(serve.clone());
            match link.ask("serve", request, QUICK).await? {
                Reply::Serving { service } => serve.service = service,
                other => return Err(unexpected(link, &other)),
            }
        }
        Ok(())
    }
}

fn link_of(host: &str, parties: &[Party]) -> Option<Link> {
    let mut parties = parties.iter();
    let party = parties.find(|party| party.host.name.as_str() == host);
    party.map(|party| party.link.clone())
}

/// How an agent's services are, or why it does not say.
async fn asked(link: &Link) -> Result<BTreeMap<String, Health>, String> {
    match link.ask("health", Request::Health, ANSWER).await {
        Ok(Reply::Health(said)) => {
            let said = said.into_iter();
            Ok(said.map(|service| (service.name, service.health)).collect())
        }
        Ok(other) => Err(unexpected(link, &other).to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whenever a host's agent has died, another is started there, with the same services: with what they had told, in the
/// folders that they had, so that parties find them again. Ends when the environment does.
async fn keep(mut host: OneHost, mut link: Link, others: Arc<OnDemand>, environment: String) {
    loop {
        link.end().await;
        if others.is_leaving() {
            return;
        }
        tracing::warn!("{}; its services are started again", link.ended());
        let mut pause = FIRST_PAUSE;
        link = loop {
            let again = others.agent(&host.name, &environment).await;
            let served = match again {
                Ok(link) => match host.serve(&link).await {
                    Ok(()) => Ok(link),
                    Err(error) => Err(error.to_string()),
                },
                Err(fault) => Err(fault.message),
            };
            match served {
                Ok(link) => break link,
                Err(_) if others.is_leaving() => return,
                Err(why) => tracing::warn!("services on {} do not start again: {why}", host.name),
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
    }
}
