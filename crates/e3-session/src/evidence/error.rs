//! Why something that was signed is not believed.

use e3_identity::{Did, EndorsementError, IntroductionError, ResolveError};
use thiserror::Error;

use crate::types::{Digest, PartyIndex};

/// Why something that was signed is not believed. Every text names the party.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EvidenceError {
    /// The document of its DID is not known.
    #[error("party {name} cannot be verified: {source}")]
    Unresolved {
        /// The party.
        name: String,
        /// Why not.
        source: Box<ResolveError>,
    },
    /// Its introduction does not hold, or is somebody else's.
    #[error(transparent)]
    Introduction(Box<IntroductionError>),
    /// Its introduction holds, but nothing says that it is to be believed.
    #[error(transparent)]
    Endorsement(Box<EndorsementError>),
    /// Somebody else signed it, or it was changed since.
    #[error(
        "the {what} of party {name} is not signed by its DID, {did}: it was changed on the way, or is somebody else's"
    )]
    Signature {
        /// What was signed, such as `admission`.
        what: &'static str,
        /// The party.
        name: String,
        /// Its DID.
        did: Did,
    },
    /// There must be one of each party.
    #[error("{found} {what}s are shown, expected one of each of {expected} parties")]
    Count {
        /// What is shown, such as `admission`.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// Something stands where another party's should.
    #[error("the {what} of party {found} stands where that of party {name} should")]
    Place {
        /// What it is.
        what: &'static str,
        /// The party whose place it is.
        name: String,
        /// Whose it says it is: a name of the roster, or an index beyond it.
        found: String,
    },
    /// Something stands for an index that no party has.
    #[error("the {what} of party {party} is shown, but the roster has {parties} parties")]
    NoSuchParty {
        /// What it is.
        what: &'static str,
        /// Whose it says it is.
        party: PartyIndex,
        /// How many there are.
        parties: usize,
    },
    /// This party's own was changed on the way.
    #[error("the {what} of party {name}, which is this one, is not shown as it was made")]
    Own {
        /// What it is.
        what: &'static str,
        /// This party.
        name: String,
    },
    /// A nonce that was chosen when others were seen already.
    #[error("the nonce of party {name} is not the one that it has committed itself to")]
    Nonce {
        /// The party.
        name: String,
    },
    /// A statement about another run.
    #[error("party {name} states how agreement {found} ended, expected {expected}")]
    OtherAgreement {
        /// The party.
        name: String,
        /// The agreement that it names.
        found: Digest,
        /// The one that was run.
        expected: Digest,
    },
    /// What opens a commitment to an output does not.
    #[error(
        "what is shown of the output of party {name} does not open the commitment that it signed"
    )]
    Opening {
        /// The party.
        name: String,
    },
}

impl From<IntroductionError> for EvidenceError {
    fn from(error: IntroductionError) -> Self {
        Self::Introduction(Box::new(error))
    }
}

impl From<EndorsementError> for EvidenceError {
    fn from(error: EndorsementError) -> Self {
        Self::Endorsement(Box::new(error))
    }
}
