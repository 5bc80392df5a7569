//! What a run's record names.

use e3_identity::Endorsement;
use e3_session::types::{KeptAgreement, KeptRoster, RosterEntry};

use super::{Algorithm, Identifier, Kind, Value, introduced, introduced::x509};

/// What a roster names of each party: its name, its DID, its keys and certificates.
#[must_use]
pub fn roster(kept: &KeptRoster) -> Vec<Identifier> {
    let parties = kept.roster.parties.iter().enumerate();
    parties
        .flat_map(|(party, entry)| of_party(party, entry, kept))
        .collect()
}

fn of_party(party: usize, entry: &RosterEntry, kept: &KeptRoster) -> Vec<Identifier> {
    let (name, introduction) = (&entry.name, &entry.introduction);
    let key = |what: &str, algorithm, bytes: &[u8]| {
        let value = Value::Key(algorithm, bytes.to_vec());
        Identifier::of(Kind::Key, party, format!("{what} of {name}"), value)
    };
    let text = |kind, what: &str, text: &str| {
        Identifier::text(kind, party, format!("the {what} of {name}"), text)
    };
    let did = &introduction.did;
    let mut all = vec![
        text(Kind::Name, "name", name),
        text(Kind::Did, "DID", did.as_str()),
        key(
            "the sealing key",
            Algorithm::X25519,
            &introduction.sealing_key,
        ),
    ];
    if let Ok(document) = kept.documents.get(did) {
        let keys = document.signing_keys();
        all.extend(
            keys.map(|(_, signs)| key("a key of the DID", Algorithm::Ed25519, signs.as_bytes())),
        );
    }
    for (overlay, bytes) in &introduction.overlays {
        all.extend(introduced(party, name, overlay, bytes));
    }
    if let Endorsement::Ca { certificates, .. } = &entry.endorsement {
        // The party's own; those above it are its authority's.
        let own = certificates.values().filter_map(|chain| chain.first());
        all.extend(own.flat_map(|certificate| x509(party, name, certificate)));
    }
    all
}

/// What an agreement names of its program: the digest of its files, and the name of what is started. Where that is a command,
/// its name may be that of any interpreter, and is left out.
#[must_use]
pub fn program(kept: &KeptAgreement) -> Vec<Identifier> {
    let terms = &kept.agreement.terms;
    let digest = Value::Bytes(terms.program.0.to_vec());
    let digest = Identifier::of_run(Kind::Program, "the digest of the program's files", digest);
    let entry = Value::Text(terms.entry.clone());
    let entry = Identifier::of_run(Kind::Program, "the program's name", entry);
    match terms.kind.as_str() {
        "command" => vec![digest],
        _ => vec![digest, entry],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    /// The examples of the book's page on formats.
    fn examples() -> Json {
        let text = include_str!("../../../e3-session/tests/vectors/formats.json");
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_roster_names_its_parties() {
        let kept = serde_json::from_value(examples()["roster"].clone()).unwrap();
        let found = roster(&kept);
        for (party, entry) in kept.roster.parties.iter().enumerate() {
            let own = || found.iter().filter(|one| one.party == Some(party));
            let is = |kind, text: &str| {
                let value = Value::Text(text.to_owned());
                own().any(|one| one.kind == kind && one.value == value)
            };
            assert!(is(Kind::Name, &entry.name));
            assert!(is(Kind::Did, entry.introduction.did.as_str()));
            let keys = own().filter(|one| one.kind == Kind::Key).count();
            assert!(keys >= 2, "{keys}");
        }
    }

    #[test]
    fn an_agreement_names_its_program() {
        let kept = serde_json::from_value(examples()["agreement"].clone()).unwrap();
        let found = program(&kept);
        assert_eq!(found[0].value, Value::Bytes(vec![0xf1; 32]));
        assert_eq!(found[1].value, Value::Text("average.py".to_owned()));
    }
}
