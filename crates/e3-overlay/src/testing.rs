//! An overlay that is `direct` but for what a test is about: what is wrong with it, or what is weakened on purpose.

use std::sync::Arc;

use async_trait::async_trait;
use e3_session::types::{Contact, DialTable, LinkReport, Options, PartyIndex, Roster, RunId};
use serde_bytes::ByteBuf;
use tokio::sync::{mpsc, oneshot};

use crate::{
    Addressing, Flow, Introducing, Joined, Joining, Need, OptionKind, Overlay, OverlayError,
    ProgramNeeds, ProgramRules, Properties, Scene, Service, ServiceKind, direct::Direct,
};

/// What is different once a party has joined.
#[async_trait]
pub trait Twist: Send + Sync + 'static {
    /// What it is told before it joins.
    fn joins(&mut self, _: &Joining) {}

    /// Where programs find one another, whenever that may have changed; as with `direct` where this changes nothing.
    async fn carries(&mut self, _: &mut DialTable) {}

    /// What programs need.
    fn program_needs(&self) -> ProgramNeeds {
        ProgramNeeds::default()
    }

    /// What it has to tell.
    fn notices(&mut self) -> Option<mpsc::Receiver<String>> {
        None
    }

    /// Why programs must not go on.
    fn severed(&mut self) -> Option<oneshot::Receiver<String>> {
        None
    }

    /// A program begins.
    fn program_begins(&self) {}

    /// Why it cannot take another roster, if it cannot.
    ///
    /// # Errors
    /// It cannot.
    fn changes(&self) -> Result<(), OverlayError> {
        Ok(())
    }
}

/// Nothing is different.
#[derive(Debug, Default)]
pub struct Plain;

impl Twist for Plain {}

type Introduce = Box<dyn Fn(&Introducing) -> ByteBuf + Send + Sync>;
type Make = Box<dyn Fn() -> Box<dyn Twist> + Send + Sync>;

/// `direct` with a twist.
pub struct Twisted {
    name: &'static str,
    introduce: Option<Introduce>,
    make: Make,
    relay: Option<Arc<dyn Service>>,
    options: &'static [OptionKind],
}

struct JoinedTwisted {
    direct: Box<dyn Joined>,
    twist: Box<dyn Twist>,
    table: DialTable,
}

impl Twisted {
    /// An overlay of that name; the twist is made anew whenever it joins.
    pub fn new<T: Twist>(name: &'static str, make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self {
            name,
            introduce: None,
            make: Box::new(move || Box::new(make())),
            relay: None,
            options: &[],
        }
    }

    /// The same, with which parties introduce themselves by what this makes.
    #[must_use]
    pub fn introducing(
        self,
        introduce: impl Fn(&Introducing) -> ByteBuf + Send + Sync + 'static,
    ) -> Self {
        Self {
            introduce: Some(Box::new(introduce)),
            ..self
        }
    }

    /// The same with a relay.
    #[must_use]
    pub fn with_relay(self, relay: Arc<dyn Service>) -> Self {
        Self {
            relay: Some(relay),
            ..self
        }
    }

    /// The same with options.
    #[must_use]
    pub fn with_options(self, options: &'static [OptionKind]) -> Self {
        Self { options, ..self }
    }
}

#[async_trait]
impl Overlay for Twisted {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        "direct, with a twist"
    }

    fn properties(&self) -> Properties {
        Direct.properties()
    }

    fn needs(&self) -> &'static [Need] {
        &[]
    }

    fn addressing(&self) -> Addressing {
        Direct.addressing()
    }

    fn options(&self) -> &'static [OptionKind] {
        self.options
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
        Direct.flows(scene)
    }

    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        match &self.introduce {
            Some(introduce) => Ok(introduce(who)),
            None => Direct.introduce(who).await,
        }
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let mut twist = (self.make)();
        twist.joins(&joining);
        let direct = Direct.join(joining).await?;
        let mut table = direct.dial_table();
        twist.carries(&mut table).await;
        Ok(Box::new(JoinedTwisted {
            direct,
            twist,
            table,
        }))
    }
}

#[async_trait]
impl Joined for JoinedTwisted {
    fn dial_table(&self) -> DialTable {
        self.table.clone()
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
        self.direct.change(roster, contacts).await?;
        self.table = self.direct.dial_table();
        self.twist.carries(&mut self.table).await;
        Ok(())
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        self.direct.leave().await
    }
}
