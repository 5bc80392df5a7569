//! The overlay before it is joined.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, OptionKind, Overlay, OverlayError,
    Promise, Properties, Scene, Service, ServiceKind,
};
use e3_session::types::Options;
use e3_stock::{TAILSCALE, TAILSCALED, find};
use serde_bytes::ByteBuf;

use crate::{
    NAME, TailscaleError,
    coordinator::coordinator,
    engine::Engine,
    flows::flows,
    joined::join,
    keys::PartyKeys,
    options::{Chosen, OPTIONS},
};

/// Why something is not promised of a program on its host.
const ON_THE_HOST: &str =
    "a program that runs in its host's own network listens there for everybody";

/// Tailscale's client with a coordinator of E³'s own.
#[derive(Debug, Default)]
pub struct HeadscaleOverlay {
    /// From *introduce*: the keys leave this process only for the daemon's own state file.
    begun: OnceLock<(PartyKeys, Engine)>,
}

#[async_trait]
impl Overlay for HeadscaleOverlay {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "Tailscale's own client, with a Headscale of the environment's: WireGuard through NATs; its coordinator is watched, not believed"
    }

    fn properties(&self) -> Properties {
        Properties {
            confidential: Promise::Yes,
            integrity: Promise::Yes,
            authenticated: Promise::Yes,
            names_callers: Promise::InNamespace(
                "in user space, tailscaled hands every connection to the program from 127.0.0.1",
            ),
            excludes_strangers: Promise::InNamespace(ON_THE_HOST),
            forward_secret: Promise::Yes,
            traverses_nat: Promise::Yes,
            half_closes: Promise::InNamespace(
                "in user space, tailscaled ends both directions of a connection together",
            ),
            outlives_outage: Promise::Yes,
            outlives_address: Promise::Yes,
            isolates_program: Promise::InNamespace(ON_THE_HOST),
            changes_roster: Promise::Yes,
            excludes_removed: Promise::InNamespace(ON_THE_HOST),
        }
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Program(&TAILSCALED), Need::Program(&TAILSCALE)]
    }

    /// The coordinator gives its own, which dial tables show as they are.
    fn addressing(&self) -> Addressing {
        Addressing::Host
    }

    fn options(&self) -> &'static [OptionKind] {
        OPTIONS
    }

    fn services(&self) -> &'static [ServiceKind] {
        &[ServiceKind::Coordinator]
    }

    fn service(&self, kind: ServiceKind) -> Option<Arc<dyn Service>> {
        (kind == ServiceKind::Coordinator).then(coordinator)
    }

    fn mode(&self, options: &Options) -> String {
        Chosen::read(options).mode()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        flows(scene)
    }

    /// Keys that are used in this session and in no other. What the host lacks is told now, before anybody takes part.
    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        for program in [&TAILSCALED, &TAILSCALE] {
            find(program).map_err(TailscaleError::Missing)?;
        }
        let engine = Engine::choose(Chosen::read(&who.options).program)?;
        let keys = PartyKeys::generate()?;
        let public = keys.public().bytes();
        self.begun
            .set((keys, engine))
            .map_err(|_| OverlayError::AlreadyIntroduced { overlay: NAME })?;
        Ok(public)
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let begun = self.begun.get();
        let (keys, engine) = begun.ok_or(OverlayError::NotIntroduced { overlay: NAME })?;
        Ok(Box::new(join((keys, engine), joining).await?))
    }
}
