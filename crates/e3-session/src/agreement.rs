//! What the parties would run, compared.

use std::{collections::BTreeMap, fmt};

use crate::types::{Agreement, Difference, Offer, PartyIndex, Terms};

/// The agreement that the offers make, or every term in which they differ.
///
/// The offers stand in the order of indices; that all parties have made one is for the caller to see to. No
/// offers make no agreement.
pub fn compare(offers: &[Offer]) -> Result<Agreement, Vec<Difference>> {
    let Some((first, others)) = offers.split_first() else {
        return Err(vec![Difference {
            term: "offers".to_owned(),
            values: BTreeMap::new(),
        }]);
    };
    if others.iter().all(|offer| offer.terms == first.terms) {
        return Ok(Agreement {
            terms: first.terms.clone(),
            nonces: offers.iter().map(|offer| offer.nonce).collect(),
            signatures: Vec::new(),
        });
    }
    Err(differences(offers))
}

/// What the parties should know although it need not be the same: languages of different minor versions.
pub fn warnings(offers: &[Offer]) -> Vec<Difference> {
    let minor = group(offers, |offer| {
        minor_version(&offer.informed.language).to_owned()
    });
    if minor.len() < 2 {
        return Vec::new();
    }
    vec![Difference {
        term: "language".to_owned(),
        values: group(offers, |offer| offer.informed.language.clone()),
    }]
}

impl Difference {
    /// `threshold: 1 (parties amsterdam, singapore), 2 (party new-york)`
    pub fn by_name(&self, name: impl Fn(PartyIndex) -> String) -> String {
        let values = self.values.iter().map(|(value, parties)| {
            let word = if parties.len() == 1 {
                "party"
            } else {
                "parties"
            };
            let parties: Vec<_> = parties.iter().map(|party| name(*party)).collect();
            format!(" {value} ({word} {})", parties.join(", "))
        });
        let values: Vec<_> = values.collect();
        format!("{}:{}", self.term, values.join(","))
    }
}

impl fmt::Display for Difference {
    /// `threshold: 1 (parties 0, 2), 2 (party 1)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.by_name(|party| party.to_string()))
    }
}

/// Every term that is not the same in all offers, in the order of [`Terms`].
fn differences(offers: &[Offer]) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    let shown: Vec<(PartyIndex, Vec<(&str, String)>)> = offers
        .iter()
        .map(|offer| (offer.party, texts(&offer.terms)))
        .collect();
    let names: Vec<&str> = shown
        .first()
        .map(|(_, terms)| terms.iter().map(|(name, _)| *name).collect())
        .unwrap_or_default();
    for (position, name) in names.into_iter().enumerate() {
        let mut values: BTreeMap<String, Vec<PartyIndex>> = BTreeMap::new();
        for (party, terms) in &shown {
            if let Some((_, text)) = terms.get(position) {
                values.entry(text.clone()).or_default().push(*party);
            }
        }
        if values.len() > 1 {
            found.push(Difference {
                term: name.to_owned(),
                values,
            });
        }
    }
    found
}

/// Every term's name and its value as text. Different values have different texts.
fn texts(terms: &Terms) -> Vec<(&'static str, String)> {
    let Terms {
        session,
        run,
        roster,
        epoch,
        overlay,
        mode,
        identity,
        services,
        kind,
        program,
        entry,
        runtime,
        parties,
        threshold,
        arguments,
        environment,
        input_as,
        dial,
        ports,
    } = terms;
    vec![
        ("session", session.to_string()),
        ("run", run.to_string()),
        ("roster", roster.to_string()),
        ("epoch", epoch.to_string()),
        ("overlay", overlay.clone()),
        ("mode", mode.clone()),
        ("identity", identity.clone()),
        ("services", format!("{services:?}")),
        ("kind", kind.clone()),
        ("program", program.to_string()),
        ("entry", entry.clone()),
        ("runtime", runtime.clone()),
        ("parties", parties.to_string()),
        (
            "threshold",
            threshold.map_or_else(|| "none".to_owned(), |threshold| threshold.to_string()),
        ),
        ("arguments", format!("{arguments:?}")),
        ("environment", format!("{environment:?}")),
        ("input_as", format!("{input_as:?}")),
        ("dial", dial.as_str().to_owned()),
        ("ports", ports.to_string()),
    ]
}

/// The parties by what `value` tells of their offers.
fn group(offers: &[Offer], value: impl Fn(&Offer) -> String) -> BTreeMap<String, Vec<PartyIndex>> {
    let mut groups: BTreeMap<String, Vec<PartyIndex>> = BTreeMap::new();
    for offer in offers {
        groups.entry(value(offer)).or_default().push(offer.party);
    }
    groups
}

/// `Python 3.11` of `Python 3.11.7`; the whole text where it has no such form.
fn minor_version(language: &str) -> &str {
    language
        .match_indices('.')
        .nth(1)
        .and_then(|(end, _)| language.get(..end))
        .unwrap_or(language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Dial, Digest, Informed, Nonce, PortLayout, Ports, RunId, SessionId};

    fn offer(party: u16) -> Offer {
        Offer {
            party: PartyIndex(party),
            terms: Terms {
                session: SessionId([1; 16]),
                run: RunId(2),
                roster: Digest([3; 32]),
                epoch: 4,
                overlay: "direct".to_owned(),
                mode: "plain".to_owned(),
                identity: "pinned".to_owned(),
                services: vec!["relay".to_owned()],
                kind: "mpyc".to_owned(),
                program: Digest([5; 32]),
                entry: "sum.py".to_owned(),
                runtime: "mpyc 0.11".to_owned(),
                parties: 2,
                threshold: Some(0),
                arguments: vec!["-v".to_owned()],
                environment: vec![("MODE".to_owned(), "{index}".to_owned())],
                input_as: None,
                dial: Dial::LowerToHigher,
                ports: Ports::one(4000),
            },
            nonce: Nonce([u8::try_from(party).unwrap(); 32]),
            informed: Informed {
                language: "Python 3.11.7".to_owned(),
            },
        }
    }

    /// Changed only together with the encoding's version. A second encoder gives the same.
    #[test]
    fn the_hash_of_a_known_agreement() {
        let agreement = compare(&[offer(0), offer(1)]).unwrap();
        assert_eq!(
            agreement.hash().to_string(),
            "5071c73ffeee0ece20e517639925bdce9529373b41097f316742a0226d70bbe4"
        );
    }

    #[test]
    fn every_term_counts() {
        let changes: [fn(&mut Terms); 20] = [
            |terms| terms.session = SessionId([9; 16]),
            |terms| terms.run = RunId(9),
            |terms| terms.roster = Digest([9; 32]),
            |terms| terms.epoch = 9,
            |terms| terms.overlay = "9".to_owned(),
            |terms| terms.mode = "9".to_owned(),
            |terms| terms.identity = "9".to_owned(),
            |terms| terms.services = vec![],
            |terms| terms.kind = "9".to_owned(),
            |terms| terms.program = Digest([9; 32]),
            |terms| terms.entry = "9".to_owned(),
            |terms| terms.runtime = "9".to_owned(),
            |terms| terms.parties = 9,
            |terms| terms.threshold = None,
            |terms| terms.arguments = vec![],
            |terms| terms.environment = vec![],
            |terms| terms.input_as = Some("9".to_owned()),
            |terms| terms.dial = Dial::Mesh,
            |terms| terms.ports.base = 9,
            |terms| terms.ports.layout = PortLayout::Indexed,
        ];
        let known = compare(&[offer(0), offer(1)]).unwrap().hash();
        let mut found = Vec::new();
        for change in changes {
            let (mut first, mut second) = (offer(0), offer(1));
            change(&mut second.terms);
            let differences = compare(&[first.clone(), second.clone()]).unwrap_err();
            assert_eq!(differences.len(), 1, "{differences:?}");
            found.push((differences[0].term.clone(), differences[0].values.clone()));
            change(&mut first.terms);
            assert_ne!(compare(&[first, second]).unwrap().hash(), known);
        }
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 20, "{found:?}");
    }

    #[test]
    fn a_nonce_makes_another_agreement() {
        let mut other = offer(1);
        other.nonce = Nonce([9; 32]);
        let known = compare(&[offer(0), offer(1)]).unwrap().hash();
        assert_ne!(compare(&[offer(0), other]).unwrap().hash(), known);
    }

    #[test]
    fn a_difference_names_both_values_and_all_parties() {
        let mut offers = vec![offer(0), offer(1), offer(2)];
        offers[1].terms.arguments = vec!["-v".to_owned(), "7".to_owned()];
        let differences = compare(&offers).unwrap_err();
        let shown: Vec<_> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [r#"arguments: ["-v", "7"] (party 1), ["-v"] (parties 0, 2)"#]
        );
    }

    #[test]
    fn no_offers_make_no_agreement() {
        assert_eq!(compare(&[]).unwrap_err().len(), 1);
    }

    #[test]
    fn minor_versions_of_the_language_are_told_and_patches_are_not() {
        let with = |languages: &[&str]| -> Vec<Offer> {
            let told = languages.iter().zip(0..);
            told.map(|(language, party)| {
                let mut offer = offer(party);
                offer.informed.language = (*language).to_owned();
                offer
            })
            .collect()
        };
        assert_eq!(warnings(&with(&["Python 3.11.7", "Python 3.11.2"])), []);
        let told = warnings(&with(&["Python 3.11.7", "Python 3.12.1", "Python 3.11.2"]));
        assert_eq!(
            told[0].to_string(),
            "language: Python 3.11.2 (party 2), Python 3.11.7 (party 0), Python 3.12.1 (party 1)"
        );
        assert_eq!(warnings(&with(&["Python 3.11", "Python 3.11.2"])), []);
        assert_eq!(warnings(&with(&["Python 3.11.7", "PyPy 3.11.7"])).len(), 1);
        assert_eq!(warnings(&with(&["Python 3.1.7", "Python 3.11.7"])).len(), 1);
        assert_eq!(warnings(&[]), []);
    }
}
