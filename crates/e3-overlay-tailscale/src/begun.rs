//! What both overlays have in common: from introducing until joining.

use std::sync::OnceLock;

use e3_overlay::{Introducing, OverlayError, Promise, Properties};
use e3_stock::{TAILSCALE, TAILSCALED, find_suited};
use serde_bytes::ByteBuf;

use crate::{TailscaleError, engine::Engine, hands_off, keys::PartyKeys, options::Chosen};

/// Why something is not promised of a program on its host.
const ON_THE_HOST: &str =
    "a program that runs in its host's own network listens there for everybody";

/// What nobody but the parties could prevent, whose coordinator names keys to their daemons.
const BELIEVED: &str = "whoever runs the coordinator, or breaks into it, can stand between two parties, or in one's place, for less than five seconds: then the daemon is killed and the program stopped, with a message that names whom it lied about; `inner = \"tls\"` prevents it";

/// What a party has when it has introduced itself. The keys leave this process only for the daemon's own state file.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) keys: PartyKeys,
    pub(crate) engine: Engine,
}

impl Begun {
    /// Makes keys that are used in this session and in no other. What the host lacks is told now, before anybody takes part.
    pub(crate) async fn begin(who: &Introducing) -> Result<Self, TailscaleError> {
        tokio::try_join!(find_suited(&TAILSCALED), find_suited(&TAILSCALE))?;
        if let Some(why) = hands_off::obstacle(hands_off::resolver(&who.folder)) {
            return Err(TailscaleError::Endangered { why });
        }
        Ok(Self {
            engine: Engine::choose(Chosen::read(&who.options).program)?,
            keys: PartyKeys::generate()?,
        })
    }

    /// Keeps it; gives what it introduces.
    pub(crate) fn keep(
        self,
        into: &OnceLock<Self>,
        overlay: &'static str,
    ) -> Result<ByteBuf, OverlayError> {
        let public = self.keys.public().bytes();
        into.set(self)
            .map_err(|_| OverlayError::AlreadyIntroduced { overlay })?;
        Ok(public)
    }
}

/// What is promised whoever coordinates.
pub(crate) fn properties() -> Properties {
    Properties {
        confidential: Promise::But(BELIEVED),
        integrity: Promise::But(BELIEVED),
        authenticated: Promise::But(BELIEVED),
        names_callers: Promise::InNamespaceBut {
            but: BELIEVED,
            elsewhere: "in user space, tailscaled hands every connection to the program from 127.0.0.1",
        },
        excludes_strangers: Promise::InNamespaceBut {
            but: BELIEVED,
            elsewhere: ON_THE_HOST,
        },
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
