//! Why the suite's parties believe one another.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use anyhow::Context as _;
use e3_identity::{
    Did, Endorsement, Identity, Introduction, PartyKeys, Pin, Policy, Serial, Validity,
    authority::Authority, folder,
};
use e3_session::types::PartyIndex;
use serde_bytes::ByteBuf;

use crate::subject::{overlay, subject};

/// How long an authority is good, in seconds.
const DAY: u64 = 24 * 60 * 60;

/// Identities that were there before the session, and how they are believed.
pub struct Trust {
    home: PathBuf,
    dids: BTreeMap<String, Did>,
    scheme: Scheme,
    /// Where one certifies.
    authority: Option<Arc<Authority>>,
}

/// How parties are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Each is the one that it was before.
    Pinned,
    /// Each has the DID that is listed for it.
    Did,
    /// An authority has certified each.
    Ca,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pinned, Self::Did, Self::Ca];

    /// The scheme of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.as_str() == word)
    }

    /// Its word in e3.toml.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Did => "did",
            Self::Ca => "ca",
        }
    }
}

impl Trust {
    /// An identity for each of these names, kept in this folder; believed because they are pinned or, where the overlay
    /// wants it so, because an authority has certified them.
    pub fn new(home: &Path, names: &[String]) -> anyhow::Result<Self> {
        let mut dids = BTreeMap::new();
        for name in names {
            let identity = Identity::generate()?;
            folder::create(&home.join(name), &identity)?;
            dids.insert(name.clone(), identity.did().clone());
        }
        let usual = overlay()?.identities().first().copied();
        let usual = usual.and_then(Scheme::of_word).unwrap_or(Scheme::Pinned);
        let scheme = subject()?.scheme().unwrap_or(usual);
        let validity = Validity::starting(now()?, DAY);
        let certified = scheme == Scheme::Ca;
        let authority = certified.then(|| Authority::generate("the suite", validity));
        Ok(Self {
            home: home.to_owned(),
            dids,
            scheme,
            authority: authority.transpose()?.map(Arc::new),
        })
    }

    /// Identities for these names made by somebody who has got hold of the authority's key, if there is an authority.
    pub fn with_stolen_key(&self, home: &Path, names: &[String]) -> anyhow::Result<Self> {
        Ok(Self {
            authority: self.authority.clone(),
            ..Self::new(home, names)?
        })
    }

    /// How parties are believed.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Where the identity of that name is kept.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// The keys of that name for one session, as the party itself would make them.
    pub fn keys(&self, name: &str) -> anyhow::Result<PartyKeys> {
        let identity = folder::load(&self.folder(name))?;
        let identity = identity.with_context(|| format!("{name} has no identity"))?;
        Ok(PartyKeys::of(identity)?)
    }

    /// What agents are told of how to believe.
    pub fn policy(&self) -> Policy {
        match &self.authority {
            None if self.scheme == Scheme::Did => Policy::Did {
                dids: self.dids.clone(),
            },
            None => {
                let dids = self.dids.clone().into_iter();
                Policy::Pinned {
                    pins: dids.map(|(name, did)| (name, Pin::Did(did))).collect(),
                    first_use: false,
                }
            }
            Some(authority) => Policy::Ca {
                authority: authority.did().clone(),
                revocations: None,
            },
        }
    }

    /// Why a party at an index is to be believed.
    pub fn endorse(
        &self,
        introduction: &Introduction,
        index: usize,
    ) -> anyhow::Result<Endorsement> {
        let Some(authority) = &self.authority else {
            return Ok(match self.scheme {
                Scheme::Did => Endorsement::Did,
                Scheme::Pinned | Scheme::Ca => Endorsement::Pinned,
            });
        };
        let Introduction { did, name, .. } = introduction;
        let validity = Validity {
            not_before: introduction.not_before,
            not_after: introduction.not_after,
        };
        let serial = Serial::generate()?;
        let credential = authority.issue(serial, did, vec![name.clone()], validity);
        let overlay = overlay()?;
        let index = PartyIndex(u16::try_from(index)?);
        let mut certificates = BTreeMap::new();
        if let (Some(request), Some(name)) = (
            introduction.overlays.get(overlay.name()),
            overlay.certificate_name(index),
        ) {
            let own = authority.certify(request, &name, &credential)?;
            let chain = [own, authority.root().to_vec()].map(ByteBuf::from);
            certificates.insert(overlay.name().to_owned(), chain.to_vec());
        }
        Ok(Endorsement::Ca {
            authority: authority.did().clone(),
            credential: Box::new(credential),
            certificates,
        })
    }
}

/// Now, in Unix seconds.
pub fn now() -> anyhow::Result<u64> {
    Ok(SystemTime::UNIX_EPOCH.elapsed()?.as_secs())
}
