//! How introductions are believed.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    Did, DidDocument, Documents, Endorsement, Introduction, RevocationList,
    succession::{self, SuccessionError},
};

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
                check_pin(pins.get(name), *first_use, introduction, document)
            }
            Self::Did { dids } => check_listed(dids.get(name), introduction),
            Self::Ca {
                authority,
                revocations,
            } => {
                let authority =
                    documents
                        .get(authority)
                        .map_err(|source| EndorsementError::Authority {
                            name: name.clone(),
                            source: Box::new(source),
                        })?;
                check_certified(
                    &authority,
                    revocations.as_ref(),
                    introduction,
                    endorsement,
                    now,
                )
            }
        }
    }
}

fn check_pin(
    pin: Option<&Pin>,
    first_use: bool,
    introduction: &Introduction,
    document: &DidDocument,
) -> Result<Verdict, EndorsementError> {
    let did = &introduction.did;
    let name = || introduction.name.clone();
    let Some(pin) = pin else {
        if first_use {
            return Ok(Verdict::FirstUse(did.short()));
        }
        return Err(EndorsementError::NotPinned {
            name: name(),
            found: did.clone(),
        });
    };
    if pin.is(did) {
        return Ok(Verdict::Believed);
    }
    let Some(old) = introduction.successions.iter().find(|one| pin.is(&one.old)) else {
        return Err(EndorsementError::Changed {
            name: name(),
            pinned: pin.clone(),
            found: did.clone(),
        });
    };
    match succession::follow(&introduction.successions, &old.old, document) {
        Ok(()) => Ok(Verdict::Succeeded {
            from: old.old.short(),
            to: did.short(),
        }),
        // They were not even about this party.
        Err(SuccessionError::Broken { .. }) => Err(EndorsementError::Changed {
            name: name(),
            pinned: pin.clone(),
            found: did.clone(),
        }),
        Err(source) => Err(EndorsementError::Succession {
            name: name(),
            pinned: pin.clone(),
            source: Box::new(source),
        }),
    }
}

fn check_listed(
    listed: Option<&Did>,
    introduction: &Introduction,
) -> Result<Verdict, EndorsementError> {
    match listed {
        Some(listed) if listed.is(&introduction.did) => Ok(Verdict::Believed),
        Some(listed) => Err(EndorsementError::OtherDid {
            name: introduction.name.clone(),
            listed: listed.clone(),
            found: introduction.did.clone(),
        }),
        None => Err(EndorsementError::NotListed {
            name: introduction.name.clone(),
            found: introduction.did.clone(),
        }),
    }
}

fn check_certified(
    authority: &DidDocument,
    revocations: Option<&RevocationList>,
    introduction: &Introduction,
    endorsement: &Endorsement,
    now: u64,
) -> Result<Verdict, EndorsementError> {
    let name = &introduction.name;
    let Endorsement::Ca { credential, .. } = endorsement else {
        return Err(EndorsementError::Kind {
            name: name.clone(),
            expected: "ca",
            found: endorsement.kind(),
        });
    };
    credential
        .verify(authority, &introduction.did, name, now)
        .map_err(|source| EndorsementError::Credential {
            name: name.clone(),
            source: Box::new(source),
        })?;
    let Some(revocations) = revocations else {
        return Ok(Verdict::Believed);
    };
    revocations
        .verify(authority, now)
        .map_err(|source| EndorsementError::Revocations {
            name: name.clone(),
            source: Box::new(source),
        })?;
    if revocations.revokes(&credential.serial) {
        return Err(EndorsementError::Revoked {
            name: name.clone(),
            serial: credential.serial,
        });
    }
    Ok(Verdict::Believed)
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
