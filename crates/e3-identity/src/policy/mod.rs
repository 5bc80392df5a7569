//! How introductions are believed.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{Did, DidDocument, Documents, Endorsement, Introduction, RevocationList};

mod check;
mod error;
mod pin;

pub use error::EndorsementError;
pub use pin::{Pin, PinError};

/// What has to stand behind an introduction for it to be believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Each party is the one that it was before.
    Pinned {
        /// What is pinned, by the party's name.
        pins: BTreeMap<String, Pin>,
        /// Whether a party without a pin is accepted, once.
        first_use: bool,
    },
    /// Each party has the DID that is listed for it.
    Did {
        /// The DIDs, by the party's name.
        dids: BTreeMap<String, Did>,
    },
    /// One authority has certified each party, and has not taken it back.
    Ca {
        /// Which authority.
        authority: Did,
        /// What it has taken back, if it has said so.
        revocations: Option<RevocationList>,
    },
}

/// How an introduction came to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As the policy expects it.
    Believed,
    /// Accepted at first sight: this DID is to be pinned.
    FirstUse(Did),
    /// By successions from what was pinned: the new DID is to be pinned in its place, and the owner told.
    Succeeded {
        /// What was pinned.
        from: Did,
        /// What is to be pinned.
        to: Did,
    },
}

impl Policy {
    /// The kind's name, as in e3.toml: `pinned`, `did` or `ca`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pinned { .. } => "pinned",
            Self::Did { .. } => "did",
            Self::Ca { .. } => "ca",
        }
    }

    /// Whether the party behind a [verified](Introduction::verify) introduction is who it should be, now (in Unix
    /// seconds). `document` is that party's; `documents` are for looking up the authority's.
    pub fn check(
        &self,
        introduction: &Introduction,
        endorsement: &Endorsement,
        document: &DidDocument,
        documents: &Documents,
        now: u64,
    ) -> Result<Verdict, EndorsementError> {
        self.may_believe(introduction, endorsement, now)?;
        match self {
            Self::Pinned { pins, first_use } => {
                let pin = pins.get(&introduction.name);
                check::pin(pin, *first_use, introduction, document)
            }
            Self::Did { .. } => Ok(Verdict::Believed),
            Self::Ca {
                authority,
                revocations,
            } => {
                let authority =
                    documents
                        .get(authority)
                        .map_err(|source| EndorsementError::Authority {
                            name: introduction.name.clone(),
                            source: Box::new(source),
                        })?;
                let revocations = revocations.as_ref();
                check::certified(&authority, revocations, introduction, endorsement, now)
            }
        }
    }

    /// What can be refused before the party's document is looked up, so that nobody makes an agent fetch the document of
    /// somebody who will not be believed anyway.
    pub fn may_believe(
        &self,
        introduction: &Introduction,
        endorsement: &Endorsement,
        now: u64,
    ) -> Result<(), EndorsementError> {
        let name = &introduction.name;
        if endorsement.kind() != self.kind() {
            return Err(EndorsementError::Kind {
                name: name.clone(),
                expected: self.kind(),
                found: endorsement.kind(),
            });
        }
        match self {
            Self::Pinned { pins, first_use } => {
                check::foreseen(pins.get(name), *first_use, introduction)
            }
            Self::Did { dids } => check::listed(dids.get(name), introduction),
            Self::Ca {
                authority,
                revocations,
            } => match authority.document() {
                Ok(authority) => check::certified(
                    &authority,
                    revocations.as_ref(),
                    introduction,
                    endorsement,
                    now,
                )
                .map(|_| ()),
                // It has to be looked up first, and the user has named it.
                Err(_) => Ok(()),
            },
        }
    }
}

impl fmt::Display for Policy {
    /// As it stands in an agreement: `pinned`, `did`, or `ca` and the authority's DID.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pinned { .. } | Self::Did { .. } => f.write_str(self.kind()),
            Self::Ca { authority, .. } => write!(f, "ca {authority}"),
        }
    }
}
