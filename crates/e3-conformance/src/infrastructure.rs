//! Services that an overlay needs, on a host that is no party's.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, bail, ensure};
use e3_lab::Site;
use e3_overlay::ServiceKind;
use e3_session::{
    message::{Reply, Request, Serve},
    types::{Options, Roster, ServiceFacts, SessionId},
};
use serde_bytes::ByteBuf;

use crate::{
    field::Field,
    party::Party,
    sites::site,
    subject::{overlay, subject},
    tap::{SEEN, TAPPED},
};

/// The host of all services.
const HUB: &str = "hub";

/// An agent with services, and what they tell of themselves.
pub struct Infrastructure {
    /// The agent that has started them.
    pub agent: Party,
    /// What they tell.
    pub facts: Vec<ServiceFacts>,
    /// Whom it was told to serve.
    members: Vec<ByteBuf>,
}

/// The site of the host of services, at which nobody else is; none for an overlay that needs no services.
pub fn hub() -> anyhow::Result<Option<Site>> {
    let needed = !overlay()?.services().is_empty();
    Ok(needed.then(|| site(HUB, "lon1", e3_lab::Nat::None, vec![HUB.to_owned()])))
}

impl Infrastructure {
    /// Starts the services that the overlay needs, if it needs any; they are tapped if that is wanted.
    pub async fn start(
        field: &Field,
        session: SessionId,
        tapped: bool,
    ) -> anyhow::Result<Option<Self>> {
        let overlay = overlay()?;
        if overlay.services().is_empty() {
            return Ok(None);
        }
        let host = field.host(HUB)?;
        let mut agent = Party::start(host, HUB, None)?;
        agent
            .greet(session, &field.folder("agents").join(HUB))
            .await?;
        let mut infrastructure = Self {
            agent,
            facts: Vec::new(),
            members: Vec::new(),
        };
        for kind in overlay.services() {
            // Not every service has somebody who could see what it sees.
            let tapped = tapped && subject()?.is_tapped();
            let name = if tapped { TAPPED } else { kind.as_str() };
            infrastructure.serve(*kind, name).await?;
        }
        Ok(Some(infrastructure))
    }

    /// Ends the services as a crash of their host would.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.agent.kill()
    }

    /// Starts them anew in the same folder: what parties were told of them must still hold.
    pub async fn revive(&mut self, folder: &Path, session: SessionId) -> anyhow::Result<()> {
        let host = self.agent.host.clone();
        self.agent = Party::start(&host, HUB, None)?;
        self.agent.greet(session, folder).await?;
        for service in self.facts.clone() {
            let serve = Serve {
                overlay: subject()?.overlay.to_owned(),
                options: Options::default(),
                service: service.clone(),
            };
            match self.agent.request(Request::Serve(serve)).await? {
                Reply::Serving { service: now } => ensure!(
                    now.told == service.told,
                    "{} tells something else after a restart",
                    service.name
                ),
                other => bail!("expected a service, found {other:?}"),
            }
        }
        self.tell().await
    }

    /// From now on the services are for the parties of this roster.
    pub async fn admit(&mut self, roster: &Roster) -> anyhow::Result<()> {
        let overlay = subject()?.overlay;
        let parties = roster.parties.iter();
        let keys = parties.filter_map(|entry| entry.introduction.overlays.get(overlay).cloned());
        self.members = keys.collect();
        self.tell().await
    }

    async fn tell(&mut self) -> anyhow::Result<()> {
        let keys = self.members.clone();
        match self.agent.request(Request::Members { keys }).await? {
            Reply::Stored => Ok(()),
            other => bail!("expected the parties to be known, found {other:?}"),
        }
    }

    /// What a tapped service has seen; to be read before it ends.
    pub fn seen(field: &Field) -> anyhow::Result<Vec<u8>> {
        let folder = field.folder("agents").join(HUB).join("services");
        let path = folder.join(TAPPED).join(SEEN);
        fs::read(&path).with_context(|| format!("nobody has tapped {}", path.display()))
    }

    async fn serve(&mut self, kind: ServiceKind, name: &str) -> anyhow::Result<()> {
        let service = ServiceFacts {
            name: name.to_owned(),
            kind: kind.as_str().to_owned(),
            host: HUB.to_owned(),
            addresses: self.agent.host.addresses(),
            ports: Vec::new(),
            told: BTreeMap::default(),
        };
        let serve = Serve {
            overlay: subject()?.overlay.to_owned(),
            options: Options::default(),
            service,
        };
        match self.agent.request(Request::Serve(serve)).await? {
            Reply::Serving { service } => self.facts.push(service),
            other => bail!("expected a service, found {other:?}"),
        }
        Ok(())
    }
}
