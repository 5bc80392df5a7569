//! Who asks an authority for a credential, and by what right.

use e3_identity::{Did, Introduction, Succession};

/// Whom a credential is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The DID.
    pub did: &'a Did,
    /// By which it has followed others.
    pub successions: &'a [Succession],
}

impl<'a> Subject<'a> {
    /// A DID of which nothing else is known.
    pub fn of(did: &'a Did) -> Self {
        Self {
            did,
            successions: &[],
        }
    }

    /// Every DID that the party says it had, and the one that it has, which comes first.
    pub(super) fn dids(self) -> impl Iterator<Item = &'a Did> {
        let earlier = self.successions.iter().flat_map(|one| [&one.old, &one.new]);
        [self.did].into_iter().chain(earlier)
    }
}

impl<'a> From<&'a Introduction> for Subject<'a> {
    fn from(introduction: &'a Introduction) -> Self {
        Self {
            did: &introduction.did,
            successions: &introduction.successions,
        }
    }
}

/// A name that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The name.
    pub name: String,
    /// Whether it stays with the DID from then on: not with one that is made anew each time.
    pub lasts: bool,
    /// Whether somebody has said that another DID than before may have it.
    pub accepted: bool,
}
