//! From a DID to its document.

use std::{borrow::Cow, collections::BTreeMap, future::Future, pin::Pin};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    Did,
    document::{DidDocument, DocumentError},
};

/// A document that is being looked up.
pub type Resolving<'a> =
    Pin<Box<dyn Future<Output = Result<DidDocument, ResolveError>> + Send + 'a>>;

/// Finds the documents of DIDs.
pub trait Resolver: Send + Sync {
    /// Looks up the document of a DID, within a bounded time.
    fn resolve<'a>(&'a self, did: &'a Did) -> Resolving<'a>;
}

/// Resolves what needs no network: `did:key` and `did:peer`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offline;

/// Documents that were looked up; those of other DIDs are derived from the DIDs themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Documents(BTreeMap<Did, DidDocument>);

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResolveError {
    /// The short form of a `did:peer:4` does not contain its document.
    #[error(
        "{did} is the short form of a did:peer:4, which holds no document: ask for the long form"
    )]
    ShortForm {
        /// Which DID.
        did: Did,
    },
    /// The document has to be fetched, which nobody does here.
    #[error("the document of {did} has to be fetched, and was not")]
    NeedsNetwork {
        /// Which DID.
        did: Did,
    },
    /// There is a document, but it cannot be used.
    #[error("the document of {did} cannot be used: {source}")]
    Document {
        /// Which DID.
        did: Did,
        /// What is wrong with it.
        source: Box<DocumentError>,
    },
    /// The host could not be reached, or is not who it should be.
    #[error("the document of {did} cannot be fetched from {url}: {reason}")]
    Unreachable {
        /// Which DID.
        did: Did,
        /// Where it should be.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The host answered otherwise than with a document.
    #[error(
        "the document of {did} is not at {url}: the host answered with status {status}, expected 200"
    )]
    Status {
        /// Which DID.
        did: Did,
        /// Where it should be.
        url: String,
        /// The status of the answer (RFC 9110, section 15).
        status: u16,
    },
    /// The host sends elsewhere.
    #[error(
        "{url}, the place of the document of {did}, redirects to {to:?}: expected the same host"
    )]
    Redirected {
        /// Which DID.
        did: Did,
        /// Where it should be.
        url: String,
        /// Where it is said to be.
        to: String,
    },
    /// The document is longer than any that is accepted.
    #[error("the document of {did} at {url} has more than {limit} bytes")]
    TooLong {
        /// Which DID.
        did: Did,
        /// Where it is.
        url: String,
        /// How many are accepted.
        limit: usize,
    },
    /// No answer in time.
    #[error("the document of {did} did not come from {url} within {seconds} s")]
    TimedOut {
        /// Which DID.
        did: Did,
        /// Where it should be.
        url: String,
        /// How long was waited, in seconds.
        seconds: u64,
    },
}

impl Resolver for Offline {
    fn resolve<'a>(&'a self, did: &'a Did) -> Resolving<'a> {
        Box::pin(std::future::ready(did.document()))
    }
}

impl Documents {
    /// None looked up yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a document, if it is one that has to be fetched.
    pub fn insert(&mut self, document: DidDocument) {
        if document.id().url().is_some() {
            self.0.insert(document.id().clone(), document);
        }
    }

    /// The document of a DID: what it contains itself, else what was looked up.
    pub fn get(&self, did: &Did) -> Result<Cow<'_, DidDocument>, ResolveError> {
        // In this order, and never by another document's id: what somebody kept must not speak for a key.
        match (did.document(), self.0.get(did)) {
            (Err(ResolveError::NeedsNetwork { .. }), Some(document)) if document.id() == did => {
                Ok(Cow::Borrowed(document))
            }
            (derived, _) => derived.map(Cow::Owned),
        }
    }

    /// Those that were looked up.
    pub fn iter(&self) -> impl Iterator<Item = &DidDocument> {
        self.0.values()
    }
}
