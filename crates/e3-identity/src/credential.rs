//! What an authority certifies: a DID may take part under these names, for a while.

use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;
use thiserror::Error;

use crate::{
    Did, DidDocument, Identity, Serial, Signature,
    document::VerifyError,
    introduction::{SKEW, Validity},
};

/// Names what a credential signs.
pub const DOMAIN: &str = "e3/credential/1";

/// An authority's statement about a DID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Who certifies.
    pub authority: Did,
    /// Its number, by which it is revoked.
    pub serial: Serial,
    /// Whom it is about.
    pub subject: Did,
    /// Names under which the subject may take part.
    pub names: Vec<String>,
    /// From when on it is good, in whole Unix seconds.
    pub not_before: u64,
    /// Until when it is good, in whole Unix seconds, this one included.
    pub not_after: u64,
    /// The authority's signature over [`Credential::form`] in the domain [`DOMAIN`].
    pub signature: Signature,
}

/// Why a credential is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CredentialError {
    /// Another authority has issued it.
    #[error("it is by {found}, expected {expected}")]
    OtherAuthority {
        /// Who is believed.
        expected: Did,
        /// Who has issued it.
        found: Did,
    },
    /// It was changed, or is not the authority's.
    #[error("it is not signed by the authority: {0}")]
    Signature(#[source] VerifyError),
    /// It is about somebody else.
    #[error("it is about {found}, not about {expected}")]
    OtherSubject {
        /// Who shows it.
        expected: Did,
        /// Whom it is about.
        found: Did,
    },
    /// It does not hold the name.
    #[error("it holds the names {}, and {name:?} is none of them", found.join(", "))]
    OtherName {
        /// The name that is asked for.
        name: String,
        /// The names that it holds.
        found: Vec<String>,
    },
    /// It is not good yet.
    #[error("it is good from {not_before} on, and it is {now} (Unix seconds)")]
    NotYet {
        /// When it begins.
        not_before: u64,
        /// This host's time.
        now: u64,
    },
    /// It is not good any more.
    #[error(
        "it was good until {not_after}, and it is {now} (Unix seconds): let the authority issue another"
    )]
    Expired {
        /// When it ended.
        not_after: u64,
        /// This host's time.
        now: u64,
    },
}

impl Credential {
    /// A credential by this authority.
    pub fn issue(
        authority: &Identity,
        serial: Serial,
        subject: Did,
        names: Vec<String>,
        validity: Validity,
    ) -> Self {
        let mut credential = Self {
            authority: authority.did().clone(),
            serial,
            subject,
            names,
            not_before: validity.not_before,
            not_after: validity.not_after,
            signature: Signature([0; 64]),
        };
        let signature = authority.sign(DOMAIN, &credential.form());
        credential.signature = signature;
        credential
    }

    /// What is signed: everything but the signature, in the order of the fields.
    pub fn form(&self) -> impl Serialize + '_ {
        (
            &self.authority,
            Bytes::new(&self.serial.0),
            &self.subject,
            &self.names,
            self.not_before,
            self.not_after,
        )
    }

    /// Whether this authority has certified the subject under the name, for now (in Unix seconds).
    pub fn verify(
        &self,
        authority: &DidDocument,
        subject: &Did,
        name: &str,
        now: u64,
    ) -> Result<(), CredentialError> {
        if !self.authority.is(authority.id()) {
            return Err(CredentialError::OtherAuthority {
                expected: authority.id().clone(),
                found: self.authority.clone(),
            });
        }
        authority
            .verify(DOMAIN, &self.form(), &self.signature)
            .map_err(CredentialError::Signature)?;
        if !self.subject.is(subject) {
            return Err(CredentialError::OtherSubject {
                expected: subject.clone(),
                found: self.subject.clone(),
            });
        }
        if !self.names.iter().any(|one| one == name) {
            return Err(CredentialError::OtherName {
                name: name.to_owned(),
                found: self.names.clone(),
            });
        }
        if now.saturating_add(SKEW) < self.not_before {
            return Err(CredentialError::NotYet {
                not_before: self.not_before,
                now,
            });
        }
        if now > self.not_after.saturating_add(SKEW) {
            return Err(CredentialError::Expired {
                not_after: self.not_after,
                now,
            });
        }
        Ok(())
    }
}
