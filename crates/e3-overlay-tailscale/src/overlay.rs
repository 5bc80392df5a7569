//! The overlay before it is joined.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, Overlay, OverlayError, Promise,
    Properties, Scene, Service, ServiceKind,
};
use e3_session::types::Options;
use e3_stock::{TAILSCALE, TAILSCALED, find};
use serde_bytes::ByteBuf;

use crate::{
    NAME, TailscaleError, coordinator::coordinator, flows::flows, joined::join, keys::PartyKeys,
};

/// Tailscale's client with a coordinator of E³'s own.
#[derive(Debug, Default)]
pub struct HeadscaleOverlay {
    /// From *introduce*: leaves this process only for the daemon's own state file.
    keys: OnceLock<PartyKeys>,
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
            names_callers: Promise::Yes,
            excludes_strangers: Promise::Yes,
            forward_secret: Promise::Yes,
            traverses_nat: Promise::Yes,
            half_closes: Promise::Yes,
            outlives_outage: Promise::Yes,
            outlives_address: Promise::Yes,
            isolates_program: Promise::Yes,
            changes_roster: Promise::Yes,
            excludes_removed: Promise::Yes,
        }
    }

    fn needs(&self) -> &'static [Need] {
        &[
            Need::Program(&TAILSCALED),
            Need::Program(&TAILSCALE),
            Need::Tun,
            Need::Interfaces,
        ]
    }

    /// The coordinator gives its own, which dial tables show as they are.
    fn addressing(&self) -> Addressing {
        Addressing::Host
    }

    fn services(&self) -> &'static [ServiceKind] {
        &[ServiceKind::Coordinator]
    }

    fn service(&self, kind: ServiceKind) -> Option<Arc<dyn Service>> {
        (kind == ServiceKind::Coordinator).then(coordinator)
    }

    fn mode(&self, _: &Options) -> String {
        "tun".to_owned()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        flows(scene)
    }

    /// Keys that are used in this session and in no other. What the host lacks is told now, before anybody takes part.
    async fn introduce(&self, _: &Introducing) -> Result<ByteBuf, OverlayError> {
        for program in [&TAILSCALED, &TAILSCALE] {
            find(program).map_err(TailscaleError::Missing)?;
        }
        let keys = PartyKeys::generate()?;
        let public = keys.public().bytes();
        self.keys
            .set(keys)
            .map_err(|_| OverlayError::AlreadyIntroduced { overlay: NAME })?;
        Ok(public)
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let keys = self.keys.get();
        let keys = keys.ok_or(OverlayError::NotIntroduced { overlay: NAME })?;
        Ok(Box::new(join(keys, joining).await?))
    }
}
