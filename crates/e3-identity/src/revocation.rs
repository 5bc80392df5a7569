//! What an authority takes back.

use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;
use thiserror::Error;

use crate::{
    Did, DidDocument, Identity, Serial, Signature,
    document::VerifyError,
    introduction::{SKEW, Validity},
};

/// Names what a revocation list signs.
pub const DOMAIN: &str = "e3/revocations/1";

/// Which credentials of an authority are good no more. Lists are numbered: a later one replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationList {
    /// Whose list it is.
    pub authority: Did,
    /// Grows with every list.
    pub number: u64,
    /// When it was made, in whole Unix seconds.
    pub issued: u64,
    /// When there will be another at the latest, in whole Unix seconds.
    pub next_update: u64,
    /// The numbers of the credentials, in growing order.
    pub serials: Vec<Serial>,
    /// The authority's signature over [`RevocationList::form`] in the domain [`DOMAIN`].
    pub signature: Signature,
}

/// Why a revocation list is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RevocationError {
    /// It is another authority's.
    #[error("the revocation list is by {found}, expected {expected}")]
    OtherAuthority {
        /// Who is believed.
        expected: Did,
        /// Whose list it is.
        found: Did,
    },
    /// It was changed, or is not the authority's.
    #[error("the revocation list is not signed by the authority: {0}")]
    Signature(#[source] VerifyError),
    /// It comes from the future.
    #[error(
        "the revocation list was issued at {issued}, and it is {now} (Unix seconds): check both clocks"
    )]
    NotYet {
        /// When it was made.
        issued: u64,
        /// This host's time.
        now: u64,
    },
    /// There should be a newer one.
    #[error(
        "the revocation list was good until {next_update}, and it is {now} (Unix seconds): get the authority's next"
    )]
    Stale {
        /// When it should have been replaced.
        next_update: u64,
        /// This host's time.
        now: u64,
    },
}

impl RevocationList {
    /// The list of this number, from now until its successor.
    pub fn issue(
        authority: &Identity,
        number: u64,
        validity: Validity,
        mut serials: Vec<Serial>,
    ) -> Self {
        serials.sort_unstable();
        serials.dedup();
        let mut list = Self {
            authority: authority.did().clone(),
            number,
            issued: validity.not_before,
            next_update: validity.not_after,
            serials,
            signature: Signature([0; 64]),
        };
        let signature = authority.sign(DOMAIN, &list.form());
        list.signature = signature;
        list
    }

    /// What is signed: everything but the signature, in the order of the fields.
    pub fn form(&self) -> impl Serialize + '_ {
        let serials: Vec<_> = self.serials.iter().map(|one| Bytes::new(&one.0)).collect();
        (
            &self.authority,
            self.number,
            self.issued,
            self.next_update,
            serials,
        )
    }

    /// Whether the authority has signed it, and it is still the newest (now in Unix seconds).
    pub fn verify(&self, authority: &DidDocument, now: u64) -> Result<(), RevocationError> {
        if !self.authority.is(authority.id()) {
            return Err(RevocationError::OtherAuthority {
                expected: authority.id().clone(),
                found: self.authority.clone(),
            });
        }
        authority
            .verify(DOMAIN, &self.form(), &self.signature)
            .map_err(RevocationError::Signature)?;
        if now.saturating_add(SKEW) < self.issued {
            return Err(RevocationError::NotYet {
                issued: self.issued,
                now,
            });
        }
        if now > self.next_update.saturating_add(SKEW) {
            return Err(RevocationError::Stale {
                next_update: self.next_update,
                now,
            });
        }
        Ok(())
    }

    /// Whether it takes back the credential of that number.
    pub fn revokes(&self, serial: &Serial) -> bool {
        self.serials.contains(serial)
    }
}
