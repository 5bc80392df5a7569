//! Cells by name.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::way::WAYS;
use super::words::{self, IDENTITIES, NETWORKS, OWN, PROGRAMS, SIZES, Word, is_one};
use crate::finding::Cell;

/// Cells that have something in common: what is not said may be anything. `quic.lan.secret-santa` are all of these with
/// whatever identity, size and number of parties.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// The overlay or its variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlay: Option<String>,
    /// The identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// The program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Its size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// How many parties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parties: Option<u16>,
}

/// A word that names nothing, or a second thing of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` {wrong}")]
pub struct UnknownWord {
    /// The word.
    pub word: String,
    /// What is wrong with it.
    pub wrong: String,
    /// Which words there are.
    pub known: Vec<String>,
}

impl Pattern {
    /// From a name such as `quic.pinned.lan.secret-santa.small.3`, any of whose words may be left out.
    ///
    /// # Errors
    /// A word that is none.
    pub fn parse(name: &str) -> Result<Self, UnknownWord> {
        let mut pattern = Self::default();
        for word in joined(name.split('.')) {
            pattern.take(&word)?;
        }
        Ok(pattern)
    }

    /// Takes a word for what it is.
    ///
    /// # Errors
    /// It is none, or the second of its kind.
    pub(crate) fn take(&mut self, said: &str) -> Result<(), UnknownWord> {
        let word = words::canonical(said);
        let place = if is_one(&WAYS, &word) {
            &mut self.overlay
        } else if is_one(&IDENTITIES, &word) {
            &mut self.identity
        } else if is_one(&NETWORKS, &word) || word == OWN {
            &mut self.network
        } else if is_one(&PROGRAMS, &word) {
            &mut self.program
        } else if is_one(&SIZES, &word) {
            &mut self.size
        } else if let Ok(parties) = word.parse() {
            return match self.parties.replace(parties) {
                None => Ok(()),
                Some(other) => Err(second(said, &other.to_string())),
            };
        } else {
            return Err(unknown(said));
        };
        match place.replace(word) {
            None => Ok(()),
            Some(other) => Err(second(said, &other)),
        }
    }

    /// Whether a cell is one of them.
    pub fn matches(&self, cell: &Cell) -> bool {
        let same =
            |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|one| one == is);
        same(&self.overlay, &cell.overlay)
            && same(&self.identity, &cell.identity)
            && same(&self.network, &cell.network)
            && same(&self.program, &cell.program)
            && same(&self.size, &cell.size)
            && self.parties.is_none_or(|parties| parties == cell.parties)
    }
}

/// Words that stood between points, but for the point of a way's own name.
pub(crate) fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in parts {
        let joined = words.last().map(|last| format!("{last}.{part}"));
        match joined.filter(|joined| is_one(&WAYS, &words::canonical(joined))) {
            Some(joined) => {
                words.pop();
                words.push(joined);
            }
            None => words.push(part.to_owned()),
        }
    }
    words
}

fn unknown(word: &str) -> UnknownWord {
    let own: [Word; 1] = [(OWN, "")];
    let kinds: [&[Word]; 6] = [&WAYS, &IDENTITIES, &own, &NETWORKS, &PROGRAMS, &SIZES];
    let known = kinds.into_iter().flatten();
    UnknownWord {
        word: word.to_owned(),
        wrong: "is no overlay, identity, network, program, size or number of parties".to_owned(),
        known: known.map(|(name, _)| (*name).to_owned()).collect(),
    }
}

fn second(word: &str, other: &str) -> UnknownWord {
    UnknownWord {
        word: word.to_owned(),
        wrong: format!("is the second of its kind, after `{other}`"),
        known: Vec::new(),
    }
}

/// As it would be typed.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parties = self.parties.map(|parties| parties.to_string());
        let words = [
            &self.overlay,
            &self.identity,
            &self.network,
            &self.program,
            &self.size,
            &parties,
        ];
        let words: Vec<&str> = words.into_iter().flatten().map(String::as_str).collect();
        f.write_str(&words.join("."))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::{Way, Work};

    fn cell(overlay: &str, network: &str, program: &str, parties: u16) -> Cell {
        Work::new(network, program, "small", parties).by(&Way::new(overlay, "pinned"))
    }

    #[test]
    fn what_is_not_said_may_be_anything() {
        let pattern = Pattern::parse("quic.lan.secret_santa").unwrap();
        assert!(pattern.matches(&cell("quic", "lan", "secret-santa", 3)));
        assert!(pattern.matches(&cell("quic", "lan", "secret-santa", 7)));
        assert!(!pattern.matches(&cell("quic", "far", "secret-santa", 3)));
        assert!(!pattern.matches(&cell("nebula", "lan", "secret-santa", 3)));
        assert_eq!(pattern.to_string(), "quic.lan.secret-santa");
    }

    #[test]
    fn a_way_may_have_a_point_in_its_name() {
        let pattern = Pattern::parse("nebula-1.6.pinned.lan.mesh.small.16").unwrap();
        assert_eq!(pattern.overlay.as_deref(), Some("nebula-1.6"));
        assert_eq!(pattern.parties, Some(16));
    }

    #[test]
    fn an_environment_of_somebodys_own_has_a_name() {
        let cell = Work::own(3).by(&Way::new("quic", "pinned"));
        let pattern = Pattern::parse(&cell.to_string()).unwrap();
        assert!(pattern.matches(&cell));
        assert_eq!(pattern.to_string(), "quic.pinned.own.3");
    }

    #[test]
    fn words_that_are_none_are_named() {
        let wrong = |name| Pattern::parse(name).unwrap_err().to_string();
        assert!(wrong("quic.lam").starts_with("`lam` is no overlay"));
        assert_eq!(
            wrong("lan.far"),
            "`far` is the second of its kind, after `lan`"
        );
        assert_eq!(wrong("3.4"), "`4` is the second of its kind, after `3`");
        assert!(wrong("").starts_with("`` is no"));
        assert!(wrong("quic.declared").starts_with("`declared` is no"));
    }

    proptest! {
        #[test]
        fn every_cell_is_found_by_its_name(
            way in prop::sample::select(&WAYS[..]),
            network in prop::sample::select(&NETWORKS[..]),
            program in prop::sample::select(&PROGRAMS[..]),
            parties in 1_u16..300,
        ) {
            let cell = cell(way.0, network.0, program.0, parties);
            let pattern = Pattern::parse(&cell.to_string()).unwrap();
            prop_assert!(pattern.matches(&cell));
            prop_assert_eq!(pattern.to_string(), cell.to_string());
        }

        #[test]
        fn no_name_panics(name in ".{0,60}") {
            let _ = Pattern::parse(&name);
        }
    }
}
