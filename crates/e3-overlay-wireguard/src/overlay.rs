//! The overlay before it is joined.

use std::{
    num::NonZeroU16,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, OptionKind, Overlay, OverlayError,
    Promise, Properties, Scene, Service, ServiceKind, Wish,
};
use e3_session::types::Options;
use e3_sys::udp::Datagrams;
use ed25519_dalek::SigningKey;
use serde_bytes::ByteBuf;
use zeroize::Zeroizing;

use crate::{
    NAME, WireguardError,
    engine::kernel,
    flows::flows,
    guests::introduction,
    joined::join,
    key::PrivateKey,
    options::{Chosen, EngineChoice, OPTIONS},
    service,
};

/// WireGuard, its keys bound to the parties by their introductions.
#[derive(Debug, Default)]
pub struct WireguardOverlay {
    /// From *introduce*: never leave this process.
    keys: OnceLock<Keys>,
    /// What carries packets where the options leave that open.
    engine: EngineChoice,
}

impl WireguardOverlay {
    /// One whose packets this engine carries, where the options leave that open.
    pub fn with_engine(engine: EngineChoice) -> Self {
        Self {
            engine,
            ..Self::default()
        }
    }

    fn chosen(&self, options: &Options) -> Chosen {
        let mut chosen = Chosen::read(options);
        if chosen.engine == EngineChoice::Auto {
            chosen.engine = self.engine;
        }
        chosen
    }
}

/// A party's keys in one session.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) tunnel: PrivateKey,
    /// Signs contact records.
    pub(crate) signs: SigningKey,
}

impl Keys {
    fn generate() -> Result<Self, WireguardError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(WireguardError::Randomness)?;
        Ok(Self {
            tunnel: PrivateKey::generate().map_err(WireguardError::Randomness)?,
            signs: SigningKey::from_bytes(&seed),
        })
    }
}

/// A socket on the port that was chosen.
pub(crate) fn listen(port: Option<NonZeroU16>) -> Result<Datagrams, WireguardError> {
    Datagrams::bind(port.map_or(0, NonZeroU16::get)).map_err(|source| WireguardError::Listen {
        at: port.map_or_else(
            || "any port of UDP".to_owned(),
            |port| format!("UDP port {port}"),
        ),
        source,
    })
}

#[async_trait]
impl Overlay for WireguardOverlay {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "WireGuard through NATs, with a relay that cannot read: a network of the program's own, between the roster's keys"
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
        &[Need::Tun]
    }

    fn wishes(&self) -> Vec<Wish> {
        vec![Wish {
            what: "WireGuard in the kernel",
            needed_for: "overlay wireguard where agents need not carry packets themselves",
            lack: kernel::obstacle(),
        }]
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

    fn mode(&self, options: &Options) -> String {
        Chosen::read(options).mode()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        flows(scene)
    }

    /// Keys that are used in this session and in no other. A port or a kernel that cannot be had is told now, before anybody
    /// takes part.
    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        let chosen = self.chosen(&who.options);
        drop(listen(chosen.port)?);
        if chosen.engine == EngineChoice::Kernel
            && let Some(lack) = kernel::obstacle()
        {
            return Err(WireguardError::NoKernel(lack).into());
        }
        let keys = Keys::generate()?;
        let public = introduction(keys.tunnel.public(), &keys.signs.verifying_key());
        self.keys
            .set(keys)
            .map_err(|_| OverlayError::AlreadyIntroduced { overlay: NAME })?;
        Ok(ByteBuf::from(public))
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let keys = self.keys.get().cloned();
        let keys = keys.ok_or(OverlayError::NotIntroduced { overlay: NAME })?;
        let chosen = self.chosen(&joining.options);
        Ok(Box::new(join(keys, chosen, joining).await?))
    }
}
