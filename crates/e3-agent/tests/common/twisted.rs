//! An overlay that is `direct` but for what a test is about.

use std::sync::Arc;

use async_trait::async_trait;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, Overlay, OverlayError, ProgramNeeds,
    ProgramRules, Properties, Registry, Scene, Service, ServiceKind,
};
use e3_session::types::{Contact, DialTable, LinkReport, Options, PartyIndex, Roster, RunId};
use serde_bytes::ByteBuf;
use tokio::sync::{mpsc, oneshot};

/// What its overlay is called.
pub(crate) const TWISTED: &str = "twisted";

/// What is different once it is joined.
pub(crate) trait Twist: Send + Sync + 'static {
    fn make() -> Self
    where
        Self: Sized;

    fn program_needs(&self) -> ProgramNeeds {
        ProgramNeeds::default()
    }

    fn notices(&mut self) -> Option<mpsc::Receiver<String>> {
        None
    }

    fn severed(&mut self) -> Option<oneshot::Receiver<String>> {
        None
    }

    fn program_begins(&self) {}

    /// Why it cannot take another roster, if it cannot.
    fn changes(&self) -> Result<(), OverlayError> {
        Ok(())
    }
}

/// No other than it was.
struct Plain;

impl Twist for Plain {
    fn make() -> Self {
        Self
    }
}

/// The overlays of every program, and one with a twist.
pub(crate) fn with_twist<T: Twist>() -> Registry {
    twisted::<T>(None)
}

/// The same, of which nothing is different but that it has a relay.
pub(crate) fn with_relay(relay: Arc<dyn Service>) -> Registry {
    twisted::<Plain>(Some(relay))
}

fn twisted<T: Twist>(relay: Option<Arc<dyn Service>>) -> Registry {
    let mut registry = Registry::builtin();
    registry.add(move || {
        let direct = Registry::builtin().make("direct").unwrap();
        Arc::new(Twisted {
            direct,
            make: || Box::new(T::make()),
            relay: relay.clone(),
        })
    });
    registry
}

struct Twisted {
    direct: Arc<dyn Overlay>,
    make: fn() -> Box<dyn Twist>,
    relay: Option<Arc<dyn Service>>,
}

struct JoinedTwisted {
    direct: Box<dyn Joined>,
    twist: Box<dyn Twist>,
}

#[async_trait]
impl Overlay for Twisted {
    fn name(&self) -> &'static str {
        TWISTED
    }

    fn summary(&self) -> &'static str {
        "direct, with a twist"
    }

    fn properties(&self) -> Properties {
        self.direct.properties()
    }

    fn needs(&self) -> &'static [Need] {
        &[]
    }

    fn addressing(&self) -> Addressing {
        self.direct.addressing()
    }

    fn services(&self) -> &'static [ServiceKind] {
        match self.relay {
            Some(_) => &[ServiceKind::Relay],
            None => &[],
        }
    }

    fn service(&self, kind: ServiceKind) -> Option<Arc<dyn Service>> {
        let relay = self.relay.clone();
        relay.filter(|_| kind == ServiceKind::Relay)
    }

    fn mode(&self, _: &Options) -> String {
        "plain".to_owned()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        self.direct.flows(scene)
    }

    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        self.direct.introduce(who).await
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        Ok(Box::new(JoinedTwisted {
            direct: self.direct.join(joining).await?,
            twist: (self.make)(),
        }))
    }
}

#[async_trait]
impl Joined for JoinedTwisted {
    fn dial_table(&self) -> DialTable {
        self.direct.dial_table()
    }

    fn program_needs(&self) -> ProgramNeeds {
        self.twist.program_needs()
    }

    fn notices(&mut self) -> Option<mpsc::Receiver<String>> {
        self.twist.notices()
    }

    fn severed(&mut self) -> Option<oneshot::Receiver<String>> {
        self.twist.severed()
    }

    fn program_begins(&self, _: RunId, _: ProgramRules) {
        self.twist.program_begins();
    }

    async fn links(&self) -> Vec<LinkReport> {
        self.direct.links().await
    }

    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError> {
        self.direct.ping(peer).await
    }

    async fn change(&mut self, roster: &Roster, contacts: &[Contact]) -> Result<(), OverlayError> {
        self.twist.changes()?;
        self.direct.change(roster, contacts).await
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        self.direct.leave().await
    }
}
