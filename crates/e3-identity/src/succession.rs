//! From a DID that is given up to the one that takes its place.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, SeqAccess, Visitor},
};
use thiserror::Error;

use crate::{Did, DidDocument, Identity, KeyId, ResolveError, Signature, document::VerifyError};

/// Names what a succession signs.
pub const DOMAIN: &str = "e3/succession/1";

/// Successions that are followed one after the other.
pub const MAX_SUCCESSIONS: usize = 16;

/// A statement by an old DID and its new one that both are the same party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Succession {
    /// The DID that is given up.
    pub old: Did,
    /// The one that takes its place.
    pub new: Did,
    /// When, in whole Unix seconds.
    pub time: u64,
    /// The old DID's signature over [`Succession::form`].
    pub old_signature: Signature,
    /// The new DID's signature over the same.
    pub new_signature: Signature,
}

/// Why a succession is not followed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SuccessionError {
    /// One of the documents is not to be had, as of a `did:web`, which rotates within its document.
    #[error("the succession from {old} to {new} cannot be checked: {source}")]
    Resolve {
        /// The DID that was given up.
        old: Did,
        /// Its successor.
        new: Did,
        /// Why not.
        source: ResolveError,
    },
    /// One of the DIDs has not signed it.
    #[error("the succession from {old} to {new} is not signed by both: {source}")]
    Signature {
        /// The DID that was given up.
        old: Did,
        /// Its successor.
        new: Did,
        /// What is wrong.
        source: VerifyError,
    },
    /// They do not lead there.
    #[error("no succession leads from {from} to {to}")]
    Broken {
        /// Where they should begin.
        from: Did,
        /// Where they should end.
        to: Did,
    },
    /// More than anybody has.
    #[error("{found} successions are more than the {MAX_SUCCESSIONS} that are followed")]
    TooMany {
        /// How many there are.
        found: usize,
    },
}

impl Succession {
    /// The old identity hands over to the new one at this time (Unix seconds).
    pub fn new(old: &Identity, new: &Identity, time: u64) -> Self {
        let form = (old.did(), new.did(), time);
        Self {
            old: old.did().clone(),
            new: new.did().clone(),
            time,
            old_signature: old.sign(DOMAIN, &form),
            new_signature: new.sign(DOMAIN, &form),
        }
    }

    /// What both sign: old DID, new DID, time.
    pub fn form(&self) -> impl Serialize + '_ {
        (&self.old, &self.new, self.time)
    }

    /// The form with both signatures, as it stands in what is signed around it.
    pub(crate) fn signed(&self) -> impl Serialize + '_ {
        (
            &self.old,
            &self.new,
            self.time,
            serde_bytes::Bytes::new(&self.old_signature.0),
            serde_bytes::Bytes::new(&self.new_signature.0),
        )
    }

    /// Whether both DIDs have signed it; which keys did.
    pub fn verify(
        &self,
        old: &DidDocument,
        new: &DidDocument,
    ) -> Result<(KeyId, KeyId), SuccessionError> {
        let signature = |source| SuccessionError::Signature {
            old: self.old.clone(),
            new: self.new.clone(),
            source,
        };
        for (document, did) in [(old, &self.old), (new, &self.new)] {
            if document.id() != did {
                return Err(signature(VerifyError::Signature { did: did.clone() }));
            }
        }
        let by_old = old
            .verify(DOMAIN, &self.form(), &self.old_signature)
            .map_err(signature)?;
        let by_new = new
            .verify(DOMAIN, &self.form(), &self.new_signature)
            .map_err(signature)?;
        Ok((by_old, by_new))
    }
}

/// Whether these successions, the oldest first, lead from one DID to the one of the document. Those before `from` are
/// passed over; documents in between are derived.
pub fn follow(
    successions: &[Succession],
    from: &Did,
    to: &DidDocument,
) -> Result<(), SuccessionError> {
    if successions.len() > MAX_SUCCESSIONS {
        return Err(SuccessionError::TooMany {
            found: successions.len(),
        });
    }
    let broken = || SuccessionError::Broken {
        from: from.clone(),
        to: to.id().clone(),
    };
    let start = successions
        .iter()
        .position(|one| one.old.is(from))
        .ok_or_else(broken)?;
    let mut at = from.clone();
    for one in successions.iter().skip(start) {
        if !one.old.is(&at) {
            return Err(broken());
        }
        let resolve = |did: &Did| {
            did.document().map_err(|source| SuccessionError::Resolve {
                old: one.old.clone(),
                new: one.new.clone(),
                source,
            })
        };
        let new = if one.new == *to.id() {
            to.clone()
        } else {
            resolve(&one.new)?
        };
        one.verify(&resolve(&one.old)?, &new)?;
        at = one.new.clone();
    }
    if at.is(to.id()) {
        Ok(())
    } else {
        Err(broken())
    }
}

/// Reads successions, and no more than are followed: each costs time to read. For `#[serde(deserialize_with = "…")]`.
pub(crate) fn bounded<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Succession>, D::Error> {
    struct Bounded;

    impl<'de> Visitor<'de> for Bounded {
        type Value = Vec<Succession>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at most {MAX_SUCCESSIONS} successions")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut successions = Vec::new();
            while let Some(one) = list.next_element()? {
                if successions.len() == MAX_SUCCESSIONS {
                    return Err(A::Error::invalid_length(MAX_SUCCESSIONS + 1, &self));
                }
                successions.push(one);
            }
            Ok(successions)
        }
    }

    from.deserialize_seq(Bounded)
}
