//! The overlay before it is joined.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, OptionKind, Overlay, OverlayError,
    Promise, Properties, Scene, Service, ServiceKind,
};
use e3_session::types::Options;
use serde_bytes::ByteBuf;

use crate::{
    NAME,
    door::try_port,
    elsewhere::Elsewhere,
    flows::flows,
    joined::join,
    key::SessionKey,
    options::{Chosen, OPTIONS},
    service,
};

/// What is lost where programs have no namespace.
const ON_THE_HOST: &str = "on its host's own network, whoever reaches the host reaches the port on which a program listens";

/// QUIC with hole punching and relays, or TLS over TCP where one side accepts it.
#[derive(Debug, Default)]
pub struct QuicOverlay {
    /// From *introduce*: never leaves this process.
    key: OnceLock<SessionKey>,
}

#[async_trait]
impl Overlay for QuicOverlay {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "QUIC through NATs, or TLS over TCP where it gets through: encrypted, between the roster's keys; connections outlive their path"
    }

    fn properties(&self) -> Properties {
        Properties {
            confidential: Promise::Yes,
            integrity: Promise::Yes,
            authenticated: Promise::Yes,
            names_callers: Promise::InNamespace(
                "by forwards, every connection comes from 127.0.0.1; of MPyC programs alone the index is compared",
            ),
            excludes_strangers: Promise::InNamespace(ON_THE_HOST),
            forward_secret: Promise::Yes,
            traverses_nat: Promise::Yes,
            half_closes: Promise::Yes,
            outlives_outage: Promise::Yes,
            outlives_address: Promise::Yes,
            isolates_program: Promise::InNamespace(ON_THE_HOST),
            changes_roster: Promise::Yes,
            excludes_removed: Promise::InNamespace(ON_THE_HOST),
        }
    }

    fn needs(&self) -> &'static [Need] {
        &[]
    }

    fn addressing(&self) -> Addressing {
        Addressing::Virtual
    }

    fn options(&self) -> &'static [OptionKind] {
        OPTIONS
    }

    fn services(&self) -> &'static [ServiceKind] {
        &[ServiceKind::Relay]
    }

    fn service(&self, kind: ServiceKind) -> Option<Arc<dyn Service>> {
        (kind == ServiceKind::Relay).then(service::relay)
    }

    fn check(&self, options: &Options) -> Result<(), OverlayError> {
        Elsewhere::read(options)?;
        Ok(())
    }

    fn mode(&self, options: &Options) -> String {
        Chosen::read(options).mode()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        flows(scene)
    }

    /// A key that is used in this session and in no other. A port that cannot be had is told now, before anybody takes part.
    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        try_port(&Chosen::read(&who.options))?;
        let key = SessionKey::generate()?;
        let public = ByteBuf::from(*key.public().as_bytes());
        self.key
            .set(key)
            .map_err(|_| OverlayError::AlreadyIntroduced { overlay: NAME })?;
        Ok(public)
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let key = self.key.get().cloned();
        let key = key.ok_or(OverlayError::NotIntroduced { overlay: NAME })?;
        Ok(Box::new(join(key, joining).await?))
    }
}
