//! An overlay that is told lies about who its party is, as by an agent that obeys an attacker.
//!
//! An impostor is a real agent that takes part as honestly as it must to be let in. Only when its overlay joins is it
//! given another index than its own, or a roster that nobody else has, so that it uses its keys, and the overlay's own
//! protocol, to pass for somebody else. That works for every overlay, and no overlay has to know of it.

use std::{env, fs, path::Path, sync::Arc};

use anyhow::Context as _;
use async_trait::async_trait;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, OptionKind, Overlay, OverlayError,
    Properties, Scene, Service, ServiceKind,
};
use e3_session::types::{Contact, Options, PartyIndex, Roster};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::tap::{Tapping, perhaps_tapped};

/// The variable that names the file with the lie, in an impostor's agent.
pub const LIE: &str = "E3_CONFORMANCE_LIE";

/// What an impostor's overlay is told when it joins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Lie {
    /// Whose place it takes.
    pub me: PartyIndex,
    /// The roster that it believes; the one that its agent has admitted where there is none.
    pub roster: Option<Roster>,
    /// Where the parties are; as its controller tells it where there is nothing.
    pub contacts: Option<Vec<Contact>>,
}

/// An overlay whose joining is falsified, or whose services are tapped.
struct Liar {
    overlay: Arc<dyn Overlay>,
    lie: Option<String>,
    tapping: Option<Tapping>,
}

impl Lie {
    /// Leaves it where an impostor's agent finds it when its overlay joins.
    pub fn tell(&self, at: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_vec(self)?;
        fs::write(at, text).with_context(|| format!("cannot write {}", at.display()))
    }
}

/// The overlay itself; in an impostor's agent the same one falsified, and everywhere with services that can be tapped.
pub fn perhaps_lying(overlay: Arc<dyn Overlay>, tapping: Option<Tapping>) -> Arc<dyn Overlay> {
    let lie = env::var(LIE).ok();
    if lie.is_none() && tapping.is_none() {
        return overlay;
    }
    Arc::new(Liar {
        overlay,
        lie,
        tapping,
    })
}

#[async_trait]
impl Overlay for Liar {
    fn name(&self) -> &'static str {
        self.overlay.name()
    }

    fn summary(&self) -> &'static str {
        self.overlay.summary()
    }

    fn properties(&self) -> Properties {
        self.overlay.properties()
    }

    fn needs(&self) -> &'static [Need] {
        self.overlay.needs()
    }

    fn addressing(&self) -> Addressing {
        self.overlay.addressing()
    }

    fn options(&self) -> &'static [OptionKind] {
        self.overlay.options()
    }

    fn services(&self) -> &'static [ServiceKind] {
        self.overlay.services()
    }

    fn service(&self, kind: ServiceKind) -> Option<Arc<dyn Service>> {
        let service = self.overlay.service(kind)?;
        Some(match self.tapping {
            Some(tapping) => perhaps_tapped(service, tapping),
            None => service,
        })
    }

    fn check(&self, options: &Options) -> Result<(), OverlayError> {
        self.overlay.check(options)
    }

    fn mode(&self, options: &Options) -> String {
        self.overlay.mode(options)
    }

    fn identities(&self) -> &'static [&'static str] {
        self.overlay.identities()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        self.overlay.flows(scene)
    }

    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        self.overlay.introduce(who).await
    }

    fn certificate_name(&self, party: PartyIndex) -> Option<String> {
        self.overlay.certificate_name(party)
    }

    fn program_words(&self) -> &'static [&'static str] {
        self.overlay.program_words()
    }

    async fn join(&self, mut joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let told = self.lie.as_ref().and_then(|lie| fs::read(lie).ok());
        let lie = told.and_then(|text| serde_json::from_slice::<Lie>(&text).ok());
        if let Some(Lie {
            me,
            roster,
            contacts,
        }) = lie
        {
            joining.me = me;
            joining.roster = roster.unwrap_or(joining.roster);
            joining.contacts = contacts.unwrap_or(joining.contacts);
        }
        self.overlay.join(joining).await
    }

    async fn abandon(&self) {
        self.overlay.abandon().await;
    }
}
