//! How the parties of an environment are believed, and what stands behind their introductions.

mod pins;

use std::collections::BTreeMap;

use e3_identity::{Did, Endorsement, Introduction, Policy, Verdict};
use e3_session::types::PartyIndex;
use e3_spec::Environment;

use self::pins::Pins;
use crate::{
    state::StateFolder,
    wire::{Fault, Tip},
};

/// What an environment's identity scheme takes.
pub(crate) enum Trust {
    /// Each party is who it was before.
    Pinned(Pins),
    /// Each party's DID is listed.
    Did(BTreeMap<String, Did>),
}

impl Trust {
    /// As the environment declares it, with what is remembered of it; parties named in `accept` may be others than they
    /// were.
    pub(crate) fn begin(
        environment: &Environment,
        folder: &StateFolder,
        accept: &[String],
    ) -> Result<Self, Fault> {
        for name in accept {
            if !environment
                .hosts
                .iter()
                .any(|host| host.name.as_str() == name)
            {
                return Err(Fault::user(format!(
                    "`--accept {name}` names no host of {}",
                    environment.name
                )));
            }
        }
        Pins::begin(environment, &BTreeMap::new(), folder, accept).map(Self::Pinned)
    }

    /// What the agents are told to believe.
    pub(crate) fn policy(&self) -> Policy {
        match self {
            Self::Pinned(pins) => pins.policy(),
            Self::Did(dids) => Policy::Did { dids: dids.clone() },
        }
    }

    /// What stands behind a verified introduction, of the party that will have this index.
    pub(crate) fn endorse(
        &self,
        _party: PartyIndex,
        _introduction: &Introduction,
    ) -> Result<Endorsement, Fault> {
        match self {
            Self::Pinned(_) => Ok(Endorsement::Pinned),
            Self::Did(_) => Ok(Endorsement::Did),
        }
    }

    /// Remembers how the parties came to be believed; gives what a person should know of it.
    pub(crate) fn believed(
        &mut self,
        verdicts: &[(String, Verdict)],
    ) -> Result<Vec<(Tip, String)>, Fault> {
        match self {
            Self::Pinned(pins) => pins.believed(verdicts),
            Self::Did(_) => Ok(Vec::new()),
        }
    }
}
