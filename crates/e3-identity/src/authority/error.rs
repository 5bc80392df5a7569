//! Why a certificate or a request for one cannot be used or made.

use thiserror::Error;

use crate::Did;

/// What is wrong with a certificate, or with a request for one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// Something is no X.509 of the form that authorities write.
    #[error("{what} cannot be read as DER: {why}")]
    Form {
        /// Which thing.
        what: &'static str,
        /// What the decoder says.
        why: String,
    },
    /// Longer than any that is accepted.
    #[error("{what} has {found} bytes, and {most} are accepted")]
    TooLong {
        /// Which thing.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// Not the certificates that belong together.
    #[error(
        "expected the party's certificate and its authority's, and one between at most, found {found} certificates"
    )]
    Count {
        /// How many there are.
        found: usize,
    },
    /// Not the authority that was named.
    #[error("the authority's certificate is not for the key of {authority}")]
    OtherAuthority {
        /// Which authority was expected.
        authority: Did,
    },
    /// An authority that is no `did:key` has no key in its DID.
    #[error(
        "{authority} is not a DID that holds its key, which an authority's has to (did:key:z6Mk…)"
    )]
    NoAuthorityKey {
        /// The authority.
        authority: Did,
    },
    /// Something is not signed by whom it should be.
    #[error("{what} is not signed by {by}")]
    Signature {
        /// Which thing.
        what: &'static str,
        /// Who should have signed it.
        by: &'static str,
    },
    /// The certificate of somebody else.
    #[error("the certificate is for {found}, expected {expected}")]
    OtherName {
        /// For whom it should be.
        expected: String,
        /// For whom it is.
        found: String,
    },
    /// A certificate for another key.
    #[error("the certificate is not for the key that was introduced")]
    OtherKey,
    /// A key of another kind than Ed25519.
    #[error("{what} is for a key that is no sound Ed25519 key")]
    KeyType {
        /// Which thing.
        what: &'static str,
    },
    /// A party's certificate that could issue others, or an authority's that could not.
    #[error("{what} may not be used so: it {lacks}")]
    Usage {
        /// Which thing.
        what: &'static str,
        /// What it lacks, or has too much.
        lacks: &'static str,
    },
    /// Not good yet, or no longer.
    #[error("{what} is good from {not_before} to {not_after} (Unix seconds), and it is {now}")]
    Time {
        /// Which thing.
        what: &'static str,
        /// From when on, in Unix seconds.
        not_before: u64,
        /// Until when, in Unix seconds.
        not_after: u64,
        /// Now, in Unix seconds.
        now: u64,
    },
    /// A name that cannot stand in a certificate.
    #[error(
        "{name:?} cannot stand in a certificate: expected 1 to 64 letters, digits, spaces and `.-_`"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// Something cannot be written as X.509.
    #[error("{what} cannot be written: {why}")]
    Unwritable {
        /// Which thing.
        what: &'static str,
        /// What the encoder says.
        why: String,
    },
}

impl CertificateError {
    /// For `map_err`: something cannot be read.
    pub(super) fn form<E: ToString>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Form {
            what,
            why: error.to_string(),
        }
    }

    /// For `map_err`: something cannot be written.
    pub(super) fn unwritable<E: ToString>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Unwritable {
            what,
            why: error.to_string(),
        }
    }
}
