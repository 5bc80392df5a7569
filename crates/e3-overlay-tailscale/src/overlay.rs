//! Overlay `headscale` before it is joined.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, OptionKind, Overlay, OverlayError,
    Properties, Scene, Service, ServiceKind,
};
use e3_session::types::Options;
use e3_stock::{TAILSCALE, TAILSCALED};
use serde_bytes::ByteBuf;

use crate::{
    begun::{self, Begun},
    control::Control,
    coordinator::coordinator,
    flows::flows,
    joined::join,
    options::{Chosen, OPTIONS},
};

/// Its name.
const NAME: &str = "headscale";

/// Tailscale's client with a coordinator of E³'s own.
#[derive(Debug, Default)]
pub struct HeadscaleOverlay {
    begun: OnceLock<Begun>,
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
        begun::properties()
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

    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        let begun = Begun::begin(who).await.map_err(|error| error.of(NAME))?;
        begun.keep(&self.begun, NAME)
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let begun = self.begun.get();
        let begun = begun.ok_or(OverlayError::NotIntroduced { overlay: NAME })?;
        let control = Control::among(&joining.services).map_err(|error| error.of(NAME))?;
        let member = join(NAME, begun, &control, joining).await;
        Ok(Box::new(member.map_err(|error| error.of(NAME))?))
    }
}
