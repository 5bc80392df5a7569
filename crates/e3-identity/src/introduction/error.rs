//! Why an introduction is not believed.

use thiserror::Error;

use crate::{Did, document::VerifyError};

/// What is wrong with an introduction. Every text names the party.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IntroductionError {
    /// It was held against the document of another DID.
    #[error("the introduction of {name:?} is by {did}, but the document is of {found}")]
    OtherDocument {
        /// The party.
        name: String,
        /// Who introduces itself.
        did: Did,
        /// Whose document it is.
        found: Did,
    },
    /// The key that it says has signed is none that may.
    #[error("the introduction of {name:?} is signed by a key that may not: {source}")]
    Key {
        /// The party.
        name: String,
        /// What is wrong.
        source: VerifyError,
    },
    /// It was changed, or somebody else signed it.
    #[error(
        "the introduction of {name:?} is not signed by {did}: it was changed on the way, or is somebody else's"
    )]
    Signature {
        /// The party.
        name: String,
        /// Who should have signed it.
        did: Did,
    },
    /// It was made for another session.
    #[error(
        "the introduction of {name:?} is of session {found}, not of this one, {expected}: it was sent again"
    )]
    OtherSession {
        /// The party.
        name: String,
        /// Its session, in hexadecimal.
        found: String,
        /// This session, in hexadecimal.
        expected: String,
    },
    /// It was made under another name.
    #[error(
        "the introduction of {name:?} was made under the name {found:?}: it is of another party"
    )]
    OtherName {
        /// The name in the roster.
        name: String,
        /// The name that was signed.
        found: String,
    },
    /// It is not good yet.
    #[error(
        "the introduction of {name:?} is good from {not_before} on, and it is {now} (Unix seconds): check both clocks"
    )]
    NotYet {
        /// The party.
        name: String,
        /// When it begins.
        not_before: u64,
        /// This host's time.
        now: u64,
    },
    /// It is not good any more.
    #[error(
        "the introduction of {name:?} was good until {not_after}, and it is {now} (Unix seconds): introduce it anew"
    )]
    Expired {
        /// The party.
        name: String,
        /// When it ended.
        not_after: u64,
        /// This host's time.
        now: u64,
    },
}
