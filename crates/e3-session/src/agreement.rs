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

impl fmt::Display for Difference {
    /// `threshold: 1 (parties 0, 2), 2 (party 1)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.term)?;
        for (position, (value, parties)) in self.values.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let word = if parties.len() == 1 {
                "party"
            } else {
                "parties"
            };
            let parties: Vec<_> = parties.iter().map(ToString::to_string).collect();
            write!(f, "{comma} {value} ({word} {})", parties.join(", "))?;
        }
        Ok(())
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
        program,
        entry,
        runtime,
        parties,
        threshold,
        arguments,
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
        ("program", program.to_string()),
        ("entry", entry.clone()),
        ("runtime", runtime.clone()),
        ("parties", parties.to_string()),
        ("threshold", threshold.to_string()),
        ("arguments", format!("{arguments:?}")),
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
