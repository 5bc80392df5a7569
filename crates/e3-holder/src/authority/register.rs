//! What an authority has issued and taken back.

use std::collections::BTreeMap;

use e3_identity::{Credential, Did, Serial};
use serde::{Deserialize, Serialize};

use super::{Claim, Subject};

/// An authority's register. What has ended is forgotten; what was revoked is kept as long as it would have been good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Register {
    /// Grows whenever something is revoked.
    pub number: u64,
    /// What was issued and has not ended, the oldest first.
    pub issued: Vec<Issued>,
    /// What of it is good no more.
    pub revoked: Vec<Revoked>,
    /// The DIDs to which nothing is issued, nor to those that have followed them.
    pub barred: Vec<Did>,
    /// The DIDs to which is issued although they have followed a barred one: somebody has said so.
    pub excepted: Vec<Did>,
    /// Whose each name is. It stays so when what was issued has ended or was revoked.
    pub names: BTreeMap<String, Did>,
}

/// A credential, and the certificates that came with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Its number.
    pub serial: Serial,
    /// To whom.
    pub subject: Did,
    /// Under which names.
    pub names: Vec<String>,
    /// From when on it is good, in whole Unix seconds.
    pub not_before: u64,
    /// Until when, in whole Unix seconds.
    pub not_after: u64,
}

/// Something that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// Its number.
    pub serial: Serial,
    /// To whom it was issued.
    pub subject: Did,
    /// When it was revoked, in whole Unix seconds.
    pub at: u64,
    /// Until when it would have been good, in whole Unix seconds.
    pub not_after: u64,
}

impl Register {
    /// Writes down what is about to be issued.
    pub(super) fn enter(&mut self, credential: &Credential) {
        self.issued.push(Issued {
            serial: credential.serial,
            subject: credential.subject.clone(),
            names: credential.names.clone(),
            not_before: credential.not_before,
            not_after: credential.not_after,
        });
    }

    /// The DID because of which nothing is issued to a subject: its own, or one that it has followed.
    pub(super) fn bars<'a>(&self, subject: Subject<'a>) -> Option<&'a Did> {
        let excepted = self.excepted.iter().any(|one| one.is(subject.did));
        let counted = if excepted { 1 } else { usize::MAX };
        let mut dids = subject.dids().take(counted);
        dids.find(|did| self.barred.iter().any(|barred| barred.is(did)))
    }

    /// Issues to that DID again; what was revoked stays so.
    pub(super) fn admit_again(&mut self, did: &Did) {
        self.barred.retain(|barred| !barred.is(did));
        if !self.excepted.iter().any(|one| one.is(did)) {
            self.excepted.push(did.short());
        }
    }

    /// Whose the name is, if it is somebody else's and nobody has said that it may be this one's.
    pub(super) fn keeps_from(&self, did: &Did, claim: &Claim) -> Option<&Did> {
        let holder = self.names.get(&claim.name)?;
        (!claim.accepted && !holder.is(did)).then_some(holder)
    }

    /// Gives the name to that DID, if it lasts; else takes it from whoever had it.
    pub(super) fn give(&mut self, did: &Did, claim: &Claim) {
        if claim.lasts {
            self.names.insert(claim.name.clone(), did.short());
        } else {
            self.names.remove(&claim.name);
        }
    }

    /// Takes back what is chosen and still good; gives what that was.
    pub(super) fn revoke(&mut self, now: u64, chosen: impl Fn(&Issued) -> bool) -> Vec<Revoked> {
        let already: Vec<Serial> = self.revoked.iter().map(|revoked| revoked.serial).collect();
        let fresh: Vec<Revoked> = self
            .issued
            .iter()
            .filter(|issued| chosen(issued) && !already.contains(&issued.serial))
            .map(|issued| Revoked {
                serial: issued.serial,
                subject: issued.subject.clone(),
                at: now,
                not_after: issued.not_after,
            })
            .collect();
        if !fresh.is_empty() {
            self.number += 1;
        }
        self.revoked.extend(fresh.iter().cloned());
        fresh
    }

    /// Takes back what is issued to that DID, and issues nothing more to it.
    pub(super) fn bar(&mut self, now: u64, did: &Did) -> Vec<Revoked> {
        let fresh = self.revoke(now, |issued| issued.subject.is(did));
        self.excepted.retain(|one| !one.is(did));
        if self.bars(Subject::of(did)).is_none() {
            self.barred.push(did.short());
        }
        fresh
    }

    /// Forgets what has ended a day ago.
    pub(super) fn forget(&mut self, now: u64) {
        const DAY: u64 = 24 * 60 * 60;
        let current = |not_after: u64| not_after.saturating_add(DAY) >= now;
        self.issued.retain(|issued| current(issued.not_after));
        self.revoked.retain(|revoked| current(revoked.not_after));
    }

    /// The numbers of what was revoked.
    pub fn serials(&self) -> Vec<Serial> {
        self.revoked.iter().map(|revoked| revoked.serial).collect()
    }

    /// Whether that number was revoked.
    pub fn is_revoked(&self, serial: &Serial) -> bool {
        self.revoked.iter().any(|revoked| revoked.serial == *serial)
    }
}
