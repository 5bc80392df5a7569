//! What parties have signed, verified: by agents before they act, by controllers, and by whoever audits a run later.
//!
//! Nothing here resolves a DID or knows the time: whoever asks brings the [`Documents`] and the moment.

mod error;
mod verifier;

pub use e3_identity::Documents;
pub use error::EvidenceError;
pub use verifier::Verifier;
