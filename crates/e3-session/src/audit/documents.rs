//! Documents of DIDs that do not contain theirs: whoever kept the record has brought them, so they bind nobody until the
//! auditor says what a domain has published.

use std::{borrow::Cow, collections::BTreeSet};

use e3_identity::{Did, Endorsement, Introduction, PublicKey};

use super::{AuditError, Evidence, Findings, Known};
use crate::evidence::Verifier;

/// The record, with the auditor's documents in place of its own.
pub(super) fn as_known<'a>(evidence: &'a Evidence, known: &Known) -> Cow<'a, Evidence> {
    let mut seen = Cow::Borrowed(evidence);
    for document in known.documents.iter() {
        seen.to_mut().roster.documents.insert(document.clone());
    }
    seen
}

/// Every key that the auditor knows is the only one that can sign for its DID; whose keys nobody vouches for is said.
pub(super) fn documents(
    evidence: &Evidence,
    known: &Known,
    _: &Verifier<'_>,
    findings: &mut Findings,
) {
    let mut dids = BTreeSet::new();
    for entry in &evidence.roster.roster.parties {
        dids.extend(of_party(&entry.introduction));
        if let Endorsement::Ca { authority, .. } = &entry.endorsement {
            dids.insert(authority);
        }
    }
    for did in dids {
        let keys = signing_keys(evidence, did);
        if let Some(key) = known.keys.get(did) {
            let expected = key.to_multibase();
            if keys != [expected.clone()] {
                findings.wrong.push(AuditError::OtherKey {
                    did: did.clone(),
                    found: keys.join(", "),
                    known: expected,
                });
            }
        } else if !vouched(did, known) {
            findings.unchecked.push(format!(
                "the document of {did} comes with the record: compare its key {} with what the domain published, and give it by --did NAME={did}#KEY (of the authority: --authority {did}#KEY) or --document FILE",
                keys.join(", ")
            ));
        }
    }
}

/// Whether the auditor knows this party as the one of the record, and the keys of every DID that leads there.
pub(super) fn knows(known: &Known, name: &str, introduction: &Introduction) -> bool {
    known.dids.get(name).is_some_and(|did| {
        let mut all = of_party(introduction).chain([did]);
        all.all(|did| vouched(did, known))
    })
}

/// Whether the DID contains its keys, or the auditor has brought them.
fn vouched(did: &Did, known: &Known) -> bool {
    let mut documents = known.documents.iter();
    did.url().is_none()
        || known.keys.contains_key(did)
        || documents.any(|document| document.id() == did)
}

/// The party's DID and those that it has given up.
fn of_party(introduction: &Introduction) -> impl Iterator<Item = &Did> {
    let successions = introduction.successions.iter();
    let earlier = successions.flat_map(|succession| [&succession.old, &succession.new]);
    earlier.chain([&introduction.did])
}

/// Multikeys of all that can sign for the DID, each once.
fn signing_keys(evidence: &Evidence, did: &Did) -> Vec<String> {
    let Ok(document) = evidence.roster.documents.get(did) else {
        return Vec::new();
    };
    let keys = document.signing_keys();
    let keys: BTreeSet<_> = keys
        .map(|(_, key)| PublicKey::Ed25519(*key).to_multibase())
        .collect();
    keys.into_iter().collect()
}
