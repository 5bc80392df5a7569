//! Why the suite's parties believe one another.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use e3_identity::{Endorsement, Identity, Introduction, PartyKeys, Pin, Policy, folder};

/// Identities that were there before the session, and how they are believed.
pub(crate) struct Trust {
    home: PathBuf,
    policy: Policy,
}

impl Trust {
    /// An identity for each of these names, kept in this folder.
    pub(crate) fn new(home: &Path, names: &[String]) -> anyhow::Result<Self> {
        let mut pins = BTreeMap::new();
        for name in names {
            let identity = Identity::generate()?;
            folder::create(&home.join(name), &identity)?;
            pins.insert(name.clone(), Pin::Did(identity.did().clone()));
        }
        Ok(Self {
            home: home.to_owned(),
            policy: Policy::Pinned {
                pins,
                first_use: false,
            },
        })
    }

    /// Where the identity of that name is kept.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// The keys of that name for one session, as the party itself would make them.
    pub(crate) fn keys(&self, name: &str) -> anyhow::Result<PartyKeys> {
        let identity = folder::load(&self.folder(name))?;
        let identity = identity.with_context(|| format!("{name} has no identity"))?;
        Ok(PartyKeys::of(identity)?)
    }

    /// What agents are told of how to believe.
    pub(crate) fn policy(&self) -> Policy {
        self.policy.clone()
    }

    /// Why a party at an index is to be believed.
    pub(crate) fn endorse(
        &self,
        introduction: &Introduction,
        index: usize,
    ) -> anyhow::Result<Endorsement> {
        match &self.policy {
            Policy::Pinned { .. } => Ok(Endorsement::Pinned),
            Policy::Did { .. } => Ok(Endorsement::Did),
            Policy::Ca { .. } => bail!("nobody certifies {} as party {index}", introduction.name),
        }
    }
}
