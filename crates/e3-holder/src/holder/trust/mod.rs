//! How the parties of an environment are believed, and what stands behind their introductions.

mod pins;

use std::{collections::BTreeMap, sync::Arc};

use e3_identity::{Did, DidError, Endorsement, Introduction, Policy, Verdict};
use e3_overlay::Overlay;
use e3_session::types::PartyIndex;
use e3_spec::{DidText, Environment, HostName, Identity};

use self::pins::Pins;
use crate::{
    authority::{AuthorityFault, Deeds, Desk},
    state::{StateFolder, StateRoot},
    wire::{Fault, Tip},
};

/// What an environment's identity scheme takes.
pub(crate) enum Trust {
    /// Each party is who it was before.
    Pinned(Pins),
    /// Each party's DID is listed.
    Did(BTreeMap<String, Did>),
    /// An authority certifies each party, and the keys that this overlay needs to be certified.
    Ca(Box<Desk>, Arc<dyn Overlay>),
}

impl Trust {
    /// As the environment declares it, with what is remembered of it; parties named in `accept` may be others than they
    /// were.
    pub(crate) fn begin(
        environment: &Environment,
        overlay: &Arc<dyn Overlay>,
        folder: &StateFolder,
        accept: &[String],
    ) -> Result<Self, Fault> {
        match &environment.identity {
            Identity::Pinned { pins } => {
                Pins::begin(environment, pins, folder, accept).map(Self::Pinned)
            }
            Identity::Did { dids } => listed(dids).map(Self::Did),
            Identity::Ca { authority } => {
                let desk = match authority {
                    Some(name) => {
                        let deeds = deeds(environment, accept);
                        Desk::of(StateRoot::from_env()?, name.clone(), deeds)?
                    }
                    None => Desk::passing(environment.name.as_str())?,
                };
                Ok(Self::Ca(Box::new(desk), Arc::clone(overlay)))
            }
        }
    }

    /// What the agents are told to believe.
    pub(crate) fn policy(&self) -> Policy {
        match self {
            Self::Pinned(pins) => pins.policy(),
            Self::Did(dids) => Policy::Did { dids: dids.clone() },
            Self::Ca(desk, _) => desk.policy(),
        }
    }

    /// What stands behind a verified introduction, of the party that will have this index.
    pub(crate) fn endorse(
        &self,
        party: PartyIndex,
        introduction: &Introduction,
    ) -> Result<Endorsement, Fault> {
        match self {
            Self::Pinned(_) => Ok(Endorsement::Pinned),
            Self::Did(_) => Ok(Endorsement::Did),
            Self::Ca(desk, overlay) => desk
                .endorse(introduction, party, &**overlay)
                .map_err(|fault| Fault::user(format!("party {}: {fault}", introduction.name))),
        }
    }

    /// Remembers how the parties came to be believed; gives what a person should know of it.
    pub(crate) fn believed(
        &mut self,
        verdicts: &[(String, Verdict)],
    ) -> Result<Vec<(Tip, String)>, Fault> {
        match self {
            Self::Pinned(pins) => pins.believed(verdicts),
            Self::Did(_) | Self::Ca(..) => Ok(Vec::new()),
        }
    }
}

/// Which names stay with their parties, and which may go over to others.
fn deeds(environment: &Environment, accept: &[String]) -> Deeds {
    let hosts = environment.hosts.iter();
    let lasting = hosts.filter(|host| host.identity.is_some());
    Deeds {
        lasting: lasting.map(|host| host.name.to_string()).collect(),
        accepted: accept.iter().cloned().collect(),
    }
}

/// The DIDs that e3.toml lists, by the parties' names.
fn listed(dids: &BTreeMap<HostName, DidText>) -> Result<BTreeMap<String, Did>, Fault> {
    let parsed = dids.iter().map(|(name, did)| {
        let wrong = |error: DidError| Fault::user(format!("[identities] {name}: {error}"));
        Ok((name.to_string(), did.as_str().parse().map_err(wrong)?))
    });
    parsed.collect()
}

impl From<AuthorityFault> for Fault {
    fn from(fault: AuthorityFault) -> Self {
        Self::user(fault.to_string())
    }
}
