//! How long a roster is good: a program must have its time before anybody's introduction ends.

use e3_identity::Endorsement;
use thiserror::Error;

use super::{Roster, RosterEntry};

/// A roster that ends before a program must have ended.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{what} of party {name:?} ends at {not_after}, and the program may run until {until} (Unix seconds): \
     bring the parties up again, which introduces them anew"
)]
pub struct EndsEarly {
    /// What ends: an introduction, or what an authority says of it.
    pub what: &'static str,
    /// The party.
    pub name: String,
    /// When it ends, in whole Unix seconds.
    pub not_after: u64,
    /// When the program's time is over, in whole Unix seconds.
    pub until: u64,
}

impl Roster {
    /// Whether all that the parties are believed by is good from now (in Unix seconds) until a program that starts now has
    /// had its time, so that nothing runs out under it; else what ends first.
    pub fn lasts(&self, now: u64, seconds: u64) -> Result<(), EndsEarly> {
        let until = now.saturating_add(seconds);
        let ends = self.parties.iter().flat_map(RosterEntry::ends);
        match ends.min_by_key(|(_, _, not_after)| *not_after) {
            Some((what, name, not_after)) if not_after < until => Err(EndsEarly {
                what,
                name: name.to_owned(),
                not_after,
                until,
            }),
            _ => Ok(()),
        }
    }
}

impl RosterEntry {
    /// What has an end, whose, and when. The certificates of overlays end with the credential that they come from.
    fn ends(&self) -> impl Iterator<Item = (&'static str, &str, u64)> {
        let name = self.name.as_str();
        let introduced = ("the introduction", name, self.introduction.not_after);
        let endorsed = match &self.endorsement {
            Endorsement::Ca { credential, .. } => {
                Some(("the credential", name, credential.not_after))
            }
            Endorsement::Pinned | Endorsement::Did => None,
        };
        [introduced].into_iter().chain(endorsed)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use e3_identity::{Credential, Identity, Introduction, PartyKeys, Serial, Validity};

    use super::*;
    use crate::types::SessionId;

    fn entry(name: &str, lifetime_s: u64) -> RosterEntry {
        let keys = PartyKeys::generate().unwrap();
        let validity = Validity::starting(1000, lifetime_s);
        RosterEntry {
            name: name.to_owned(),
            addresses: Vec::new(),
            introduction: Introduction::new(&keys, [7; 16], name, validity, BTreeMap::new()),
            endorsement: Endorsement::Pinned,
        }
    }

    fn certified(name: &str, lifetime_s: u64, credential_s: u64) -> RosterEntry {
        let entry = entry(name, lifetime_s);
        let authority = Identity::generate().unwrap();
        let serial = Serial::generate().unwrap();
        let validity = Validity::starting(1000, credential_s);
        let (subject, names) = (entry.introduction.did.clone(), vec![name.to_owned()]);
        let credential = Credential::issue(&authority, serial, subject, names, validity);
        let endorsement = Endorsement::Ca {
            authority: authority.did().clone(),
            credential: Box::new(credential),
            certificates: BTreeMap::new(),
        };
        RosterEntry {
            endorsement,
            ..entry
        }
    }

    fn roster(parties: Vec<RosterEntry>) -> Roster {
        Roster::build(SessionId([7; 16]), 1, Vec::new(), parties).unwrap()
    }

    #[test]
    fn the_first_introduction_to_end_is_named() {
        let roster = roster(vec![entry("a", 200), entry("b", 100), entry("c", 150)]);
        assert_eq!(roster.lasts(1000, 100), Ok(()));
        let early = roster.lasts(1000, 101).unwrap_err();
        assert_eq!(
            (&*early.name, early.not_after, early.until),
            ("b", 1100, 1101)
        );
        assert!(roster.lasts(1101, 0).is_err(), "it has ended already");
        assert!(roster.lasts(1000, u64::MAX).is_err());
    }

    #[test]
    fn so_is_a_credential() {
        let roster = roster(vec![entry("a", 200), certified("b", 300, 50)]);
        assert_eq!(roster.lasts(1000, 50), Ok(()));
        let text = roster.lasts(1000, 51).unwrap_err().to_string();
        assert!(
            text.contains("the credential of party \"b\" ends at 1050"),
            "{text}"
        );
    }
}
