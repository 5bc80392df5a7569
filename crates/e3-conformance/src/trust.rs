//! Why the suite's parties believe one another.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::Context as _;
use e3_identity::{
    Endorsement, Identity, Introduction, PartyKeys, Pin, Policy, Serial, Validity,
    authority::Authority, folder,
};
use e3_session::types::PartyIndex;
use serde_bytes::ByteBuf;

use crate::subject::overlay;

/// How long an authority is good, in seconds.
const DAY: u64 = 24 * 60 * 60;

/// Identities that were there before the session, and how they are believed.
pub(crate) struct Trust {
    home: PathBuf,
    pins: BTreeMap<String, Pin>,
    /// For overlays that want one.
    authority: Option<Authority>,
}

impl Trust {
    /// An identity for each of these names, kept in this folder; believed because they are pinned or, where the overlay
    /// wants it so, because an authority has certified them.
    pub(crate) fn new(home: &Path, names: &[String]) -> anyhow::Result<Self> {
        let mut pins = BTreeMap::new();
        for name in names {
            let identity = Identity::generate()?;
            folder::create(&home.join(name), &identity)?;
            pins.insert(name.clone(), Pin::Did(identity.did().clone()));
        }
        let certified = overlay()?.identities().first() == Some(&"ca");
        let validity = Validity::starting(now()?, DAY);
        let authority = certified.then(|| Authority::generate("the suite", validity));
        Ok(Self {
            home: home.to_owned(),
            pins,
            authority: authority.transpose()?,
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
        match &self.authority {
            None => Policy::Pinned {
                pins: self.pins.clone(),
                first_use: false,
            },
            Some(authority) => Policy::Ca {
                authority: authority.did().clone(),
                revocations: None,
            },
        }
    }

    /// Why a party at an index is to be believed.
    pub(crate) fn endorse(
        &self,
        introduction: &Introduction,
        index: usize,
    ) -> anyhow::Result<Endorsement> {
        let Some(authority) = &self.authority else {
            return Ok(Endorsement::Pinned);
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
pub(crate) fn now() -> anyhow::Result<u64> {
    Ok(SystemTime::UNIX_EPOCH.elapsed()?.as_secs())
}
