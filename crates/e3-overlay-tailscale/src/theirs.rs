//! Overlay `tailscale` before it is joined: the same with a coordinator of somebody else's.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, OptionKind, Overlay, OverlayError,
    Promise, Properties, Scene, ServiceKind,
};
use e3_session::types::Options;
use e3_stock::{TAILSCALE, TAILSCALED};
use serde_bytes::ByteBuf;

use crate::{
    account::{Account, Environment},
    begun::{self, Begun},
    control::Control,
    flows::flows,
    joined::join,
    options::{Chosen, OPTIONS},
};

/// Its name.
const NAME: &str = "tailscale";

/// Tailscale's client with Tailscale's own service.
#[derive(Debug)]
pub struct TailscaleOverlay {
    environment: Environment,
    account: OnceLock<Arc<Account>>,
    begun: OnceLock<Begun>,
}

impl TailscaleOverlay {
    /// What lets parties in is in this process's environment.
    pub fn new() -> Self {
        Self::among(Environment::own())
    }

    /// The same; the environment has these variables instead.
    #[doc(hidden)]
    pub fn with(variables: &[(&str, String)]) -> Self {
        Self::among(Environment::of(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        }))
    }

    fn among(environment: Environment) -> Self {
        Self {
            environment,
            account: OnceLock::new(),
            begun: OnceLock::new(),
        }
    }
}

impl Default for TailscaleOverlay {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Overlay for TailscaleOverlay {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "Tailscale's own client and service, by a key of your account's: WireGuard through NATs; what the service hands out is watched, not believed"
    }

    fn properties(&self) -> Properties {
        Properties {
            changes_roster: Promise::No(
                "who is removed is in the tailnet until its daemon has logged out, and the others stop where they see it",
            ),
            ..begun::properties()
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
        &[]
    }

    /// All parties have to be in one tailnet, so at one coordinator.
    fn mode(&self, options: &Options) -> String {
        let control = self.account.get().map(|account| account.url.as_str());
        let control = control.unwrap_or("unknown");
        format!("control {control}, {}", Chosen::read(options).mode())
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        flows(scene)
    }

    /// What is missing in the environment is told now, before anybody takes part.
    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        let account = Account::read(&self.environment).map_err(|error| error.of(NAME))?;
        let begun = Begun::begin(who).await.map_err(|error| error.of(NAME))?;
        let _first = self.account.set(Arc::new(account));
        begun.keep(&self.begun, NAME)
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let (Some(begun), Some(account)) = (self.begun.get(), self.account.get()) else {
            return Err(OverlayError::NotIntroduced { overlay: NAME });
        };
        let control = Control::Theirs(Arc::clone(account));
        let member = join(NAME, begun, &control, joining).await;
        Ok(Box::new(member.map_err(|error| error.of(NAME))?))
    }
}
