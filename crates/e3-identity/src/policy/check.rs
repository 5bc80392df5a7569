//! What a policy of each kind asks.

use super::{EndorsementError, Pin, Verdict};
use crate::{
    Did, DidDocument, Endorsement, Introduction, RevocationList, Succession,
    succession::{self, SuccessionError},
};

/// Whether a party may be the one that is pinned, by what it shows.
pub(super) fn foreseen(
    pin: Option<&Pin>,
    first_use: bool,
    introduction: &Introduction,
) -> Result<(), EndorsementError> {
    match pin {
        None if first_use => Ok(()),
        None => Err(EndorsementError::NotPinned {
            name: introduction.name.clone(),
            found: introduction.did.clone(),
        }),
        Some(pin) if pin.is(&introduction.did) || from(pin, introduction).is_some() => Ok(()),
        Some(pin) => Err(changed(pin, introduction)),
    }
}

/// Whether a party is the one that is pinned, or its successor.
pub(super) fn pin(
    pin: Option<&Pin>,
    first_use: bool,
    introduction: &Introduction,
    document: &DidDocument,
) -> Result<Verdict, EndorsementError> {
    foreseen(pin, first_use, introduction)?;
    let did = &introduction.did;
    let Some(pin) = pin else {
        return Ok(Verdict::FirstUse(did.short()));
    };
    if pin.is(did) {
        return Ok(Verdict::Believed);
    }
    let Some(first) = from(pin, introduction) else {
        return Err(changed(pin, introduction));
    };
    match succession::follow(&introduction.successions, &first.old, document) {
        Ok(()) => Ok(Verdict::Succeeded {
            from: first.old.short(),
            to: did.short(),
        }),
        // They were not even about this party.
        Err(SuccessionError::Broken { .. }) => Err(changed(pin, introduction)),
        Err(source) => Err(EndorsementError::Succession {
            name: introduction.name.clone(),
            pinned: pin.clone(),
            source: Box::new(source),
        }),
    }
}

/// The succession by which the pinned DID is given up.
fn from<'a>(pin: &Pin, introduction: &'a Introduction) -> Option<&'a Succession> {
    introduction.successions.iter().find(|one| pin.is(&one.old))
}

fn changed(pin: &Pin, introduction: &Introduction) -> EndorsementError {
    EndorsementError::Changed {
        name: introduction.name.clone(),
        pinned: pin.clone(),
        found: introduction.did.clone(),
    }
}

/// Whether a party has the DID that is listed for it.
pub(super) fn listed(
    listed: Option<&Did>,
    introduction: &Introduction,
) -> Result<(), EndorsementError> {
    let name = || introduction.name.clone();
    let found = &introduction.did;
    match listed {
        Some(listed) if listed.is(found) => Ok(()),
        Some(listed) => Err(EndorsementError::OtherDid {
            name: name(),
            listed: listed.clone(),
            found: found.clone(),
        }),
        None => Err(EndorsementError::NotListed {
            name: name(),
            found: found.clone(),
        }),
    }
}

/// Whether the authority has certified a party, and has not taken it back.
pub(super) fn certified(
    authority: &DidDocument,
    revocations: Option<&RevocationList>,
    introduction: &Introduction,
    endorsement: &Endorsement,
    now: u64,
) -> Result<Verdict, EndorsementError> {
    let name = &introduction.name;
    let Endorsement::Ca { credential, .. } = endorsement else {
        return Err(EndorsementError::Kind {
            name: name.clone(),
            expected: "ca",
            found: endorsement.kind(),
        });
    };
    credential
        .verify(authority, &introduction.did, name, now)
        .map_err(|source| EndorsementError::Credential {
            name: name.clone(),
            source: Box::new(source),
        })?;
    let Some(revocations) = revocations else {
        return Ok(Verdict::Believed);
    };
    revocations
        .verify(authority, now)
        .map_err(|source| EndorsementError::Revocations {
            name: name.clone(),
            source: Box::new(source),
        })?;
    if revocations.revokes(&credential.serial) {
        return Err(EndorsementError::Revoked {
            name: name.clone(),
            serial: credential.serial,
        });
    }
    Ok(Verdict::Believed)
}
