//! Why an endorsement is not believed.

use thiserror::Error;

use super::Pin;
use crate::{
    Did, ResolveError, Serial, SuccessionError, credential::CredentialError,
    revocation::RevocationError,
};

/// What is wrong with an endorsement. Every text names the party.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EndorsementError {
    /// Another kind of endorsement than the policy asks for.
    #[error("{name:?} is endorsed by {found:?}, but this session believes {expected:?} alone")]
    Kind {
        /// The party.
        name: String,
        /// The policy's kind.
        expected: &'static str,
        /// The endorsement's kind.
        found: &'static str,
    },
    /// Nobody has pinned the party, and none may be accepted at first sight.
    #[error(
        "no DID is pinned for {name:?}, which says that it is {found}: pin it, or accept it with `e3 up --accept {name}`"
    )]
    NotPinned {
        /// The party.
        name: String,
        /// Who it says it is.
        found: Did,
    },
    /// The party is not the one that it was.
    #[error(
        "{name:?} IS NOT WHO IT WAS: {pinned} is pinned for it, and it says that it is {found}. Somebody may be in its \
         place. If its identity was made anew, ask its owner for the DID, and accept it with `e3 up --accept {name}`"
    )]
    Changed {
        /// The party.
        name: String,
        /// What is pinned.
        pinned: Pin,
        /// Who it says it is.
        found: Did,
    },
    /// Successions lead from the pin to the party, but are not sound.
    #[error("{name:?} is said to have a new DID in place of {pinned}: {source}")]
    Succession {
        /// The party.
        name: String,
        /// What is pinned.
        pinned: Pin,
        /// What is wrong.
        source: Box<SuccessionError>,
    },
    /// The party stands on no list.
    #[error("no DID is listed for {name:?}, which says that it is {found}: add it to [identities]")]
    NotListed {
        /// The party.
        name: String,
        /// Who it says it is.
        found: Did,
    },
    /// Another DID is listed.
    #[error("{name:?} says that it is {found}, but {listed} is listed for it")]
    OtherDid {
        /// The party.
        name: String,
        /// Who is listed.
        listed: Did,
        /// Who it says it is.
        found: Did,
    },
    /// The authority's document is not to be had.
    #[error("{name:?} is certified by an authority whose keys are not known: {source}")]
    Authority {
        /// The party.
        name: String,
        /// Why not.
        source: Box<ResolveError>,
    },
    /// Its credential is not good.
    #[error("the credential of {name:?} is not good: {source}")]
    Credential {
        /// The party.
        name: String,
        /// What is wrong.
        source: Box<CredentialError>,
    },
    /// Its credential was taken back.
    #[error("the credential {serial} of {name:?} is revoked by its authority")]
    Revoked {
        /// The party.
        name: String,
        /// The credential's number.
        serial: Serial,
    },
    /// The list of revoked credentials is not good.
    #[error("whether the credential of {name:?} is revoked cannot be known: {source}")]
    Revocations {
        /// The party.
        name: String,
        /// What is wrong.
        source: Box<RevocationError>,
    },
}
