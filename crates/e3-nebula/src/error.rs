//! What can be wrong.

use crate::{Fingerprint, Network};

/// Bytes that are no certificate, or details that no certificate can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It ends too early, or lengths do not fit.
    #[error("the certificate is cut off or malformed at its {0}")]
    Malformed(&'static str),
    /// It can be read, and would be written otherwise.
    #[error("the certificate is not encoded as Nebula encodes it")]
    NotCanonical,
    /// It has more bytes than Nebula reads.
    #[error("the certificate is longer than 65536 bytes")]
    TooLong,
    /// It is of a curve that is not known here.
    #[error("the certificate's keys are not of Curve25519, the only curve that E³ uses")]
    Curve,
    /// Its name is empty or too long.
    #[error("a certificate's name has 1 to 253 bytes, this one {0}")]
    Name(usize),
    /// A group's name is empty or too long.
    #[error("a group's name has 1 to 253 bytes, this one {0}")]
    Group(usize),
    /// A network that this version cannot have.
    #[error("certificates of version 1 can name networks of IPv4 only, not {0}")]
    Version(Network),
    /// A certificate of a host names no network.
    #[error("a host's certificate names its addresses, this one names none")]
    NoNetwork,
    /// Networks twice, or not in their order.
    #[error("a certificate of version 2 names its networks in order and each once")]
    Order,
    /// A network that nobody can have an address in.
    #[error(
        "{0} is no network of a certificate: the address is unspecified, or an IPv4 address written as IPv6"
    )]
    Network(Network),
    /// A moment that Nebula cannot express.
    #[error("a certificate's times are seconds below 2^63")]
    Time,
    /// It is no PEM, or of another kind.
    #[error("the text is no PEM of a Nebula certificate: {0}")]
    Pem(String),
}

/// A certificate that is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Signed by no authority, or by another.
    #[error("the certificate of {name} is not signed by the authority {authority}")]
    Issuer {
        /// Whose certificate.
        name: String,
        /// Who should have signed it.
        authority: Fingerprint,
    },
    /// The signature is wrong.
    #[error("the signature of the certificate of {0} is wrong")]
    Signature(String),
    /// An authority's certificate where a host's is wanted, or the other way round.
    #[error("the certificate of {name} is {is}, expected {wanted}")]
    Kind {
        /// Whose certificate.
        name: String,
        /// What it is.
        is: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// Of another version than its authority.
    #[error("the certificate of {0} is of another version than its authority's")]
    Version(String),
    /// Not valid now.
    #[error(
        "the certificate of {name} is valid from {from} until {until} (Unix seconds), and it is {now}: set the clock"
    )]
    Time {
        /// Whose certificate.
        name: String,
        /// The first second.
        from: u64,
        /// The last second.
        until: u64,
        /// Now.
        now: u64,
    },
    /// Valid when its authority is not.
    #[error("the certificate of {0} is valid at times at which its authority is not")]
    Outlives(String),
    /// A group that the authority may not give.
    #[error(
        "the certificate of {name} names the group `{group}`, which its authority may not give"
    )]
    Group {
        /// Whose certificate.
        name: String,
        /// The group.
        group: String,
    },
    /// A network that the authority may not give.
    #[error("the certificate of {name} names {network}, which its authority may not give")]
    Network {
        /// Whose certificate.
        name: String,
        /// The network.
        network: Network,
    },
}

/// A key cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The system gives no randomness.
    #[error("the system gives no randomness: {0}")]
    Randomness(getrandom::Error),
    /// It is no PEM, or of another kind or length.
    #[error("the text is no PEM of a {0}")]
    Pem(&'static str),
    /// Its two halves do not belong together.
    #[error("the key's public half is not that of its private half")]
    Halves,
}
