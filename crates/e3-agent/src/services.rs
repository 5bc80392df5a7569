//! *serve*, *members* and *health*: infrastructure that an overlay needs, on this host.

use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use e3_overlay::{RunningService, ServiceError, ServiceKind, ServiceStart};
use e3_session::{
    message::{Refusal, RefusalCode, Reply, Serve},
    types::{ServiceFacts, ServiceHealth, is_file_name},
};
use serde_bytes::ByteBuf;
use tokio::{sync::RwLock, time::timeout};

use crate::{
    agent::{Agent, Event, Turn, fault, unusable},
    prepare::find,
};

/// The folder in the agent's own in which services keep what makes them the same after a restart.
pub(crate) const SERVICES: &str = "services";

/// The folder in the agent's own in which the overlay keeps what its daemons need.
pub(crate) const OVERLAY: &str = "overlay";

/// How long a service may take to end.
const FAREWELL: Duration = Duration::from_secs(2);

/// The services that run here, by name; shared with the tasks that ask them how they are.
pub(crate) type Running = Arc<RwLock<BTreeMap<String, Box<dyn RunningService>>>>;

impl Agent {
    /// Starts a service, in place of the one of that name if there is one.
    pub(crate) fn start_service(&mut self, id: u32, serve: Serve) -> Result<Turn, Refusal> {
        let Serve {
            overlay,
            options,
            service: facts,
        } = serve;
        let made = self.kit.registry.make(&overlay);
        let made = made
            .ok_or_else(|| unusable(format!("this agent knows no overlay `{overlay}` to serve")))?;
        let kind = ServiceKind::of_word(&facts.kind);
        let service = kind.and_then(|kind| made.service(kind)).ok_or_else(|| {
            unusable(format!(
                "overlay {overlay} has no {} that an agent could start",
                facts.kind
            ))
        })?;
        for need in service.needs() {
            find(*need).map_err(|lack| unusable(format!("service {} {lack}", facts.name)))?;
        }
        if !is_file_name(&facts.name) {
            return Err(unusable(format!(
                "a service is named {:?}, which is no plain file name",
                facts.name
            )));
        }
        let folder = self.folder.as_ref().ok_or_else(|| fault("its folder"))?;
        let folder = folder.join(SERVICES).join(&facts.name);
        make(&folder).map_err(|error| {
            unusable(format!(
                "service {} cannot have the folder {}: {error}",
                facts.name,
                folder.display()
            ))
        })?;
        let session = self.machine.knowledge().session();
        let start = ServiceStart {
            session: session.ok_or_else(|| fault("the session"))?,
            name: facts.name.clone(),
            folder,
            addresses: facts.addresses.clone(),
            ports: facts.ports.clone(),
            told: facts.told.clone(),
            options,
        };
        let running = Arc::clone(&self.services);
        self.until_the_end(async move {
            let mut running = running.write().await;
            if let Some(before) = running.remove(&facts.name) {
                before.stop().await;
            }
            let reply = match service.start(start).await {
                Ok(started) => {
                    let reply = serving(facts.clone(), &*started);
                    running.insert(facts.name, started);
                    reply
                }
                Err(error) => refused(&error),
            };
            Event::Answer(id, Box::new(reply))
        });
        Ok(None)
    }

    /// The folder of the overlay that parties join, which only this host's user can look into.
    pub(crate) fn overlays_folder(&self) -> io::Result<PathBuf> {
        let lost = || io::Error::other("the agent has lost its folder: this is a fault of E³");
        let folder = self.folder.as_ref().ok_or_else(lost)?.join(OVERLAY);
        make(&folder)?;
        Ok(folder)
    }

    /// Tells every service who the parties are.
    pub(crate) fn tell_services(&mut self, id: u32, keys: Vec<ByteBuf>) {
        let running = Arc::clone(&self.services);
        self.until_the_end(async move {
            for service in running.read().await.values() {
                service.admit(&keys).await;
            }
            Event::Answer(id, Box::new(Reply::Stored))
        });
    }

    /// Asks every service how it is.
    pub(crate) fn health(&mut self, id: u32) {
        let running = Arc::clone(&self.services);
        self.until_the_end(async move {
            let mut found = Vec::new();
            for (name, service) in running.read().await.iter() {
                found.push(ServiceHealth {
                    name: name.clone(),
                    health: service.health().await,
                });
            }
            Event::Answer(id, Box::new(Reply::Health(found)))
        });
    }

    /// Ends all services, and removes what they have kept.
    pub(crate) async fn stop_services(&mut self) {
        let running = std::mem::take(&mut *self.services.write().await);
        for (name, service) in running {
            if timeout(FAREWELL, service.stop()).await.is_err() {
                tracing::warn!("service {name} took too long to end");
            }
        }
        if let Some(folder) = &self.folder {
            // There may never have been one.
            let _ = fs::remove_dir_all(folder.join(SERVICES));
        }
    }
}

fn serving(declared: ServiceFacts, started: &dyn RunningService) -> Reply {
    Reply::Serving {
        service: ServiceFacts {
            ports: started.ports(),
            told: started.told(),
            ..declared
        },
    }
}

fn refused(error: &ServiceError) -> Reply {
    Reply::Refused(Refusal::new(RefusalCode::Overlay, error.to_string()))
}

/// A folder that only this host's user can look into.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
