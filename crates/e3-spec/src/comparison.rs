//! What is to be compared, as an e3.toml says it. What follows from it is for whoever knows which overlays a machine has.

use std::borrow::Cow;
use std::str::FromStr;

use e3_evaluate::plan::words::{NETWORKS, OWN, PROGRAMS, SIZES, Word, canonical};
use e3_evaluate::plan::{Pattern, WAYS};
use e3_evaluate::threshold::Threshold;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::choice::{IdentityScheme, Suite};
use crate::near::{nearest, one_of};
use crate::number::{PartyCount, Rounds};
use crate::quantity::Moment;
use crate::text::Invalid;

/// What a `[compare]` table says; what it does not say is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// A part of the grid that has a name; then nothing else says what is compared.
    pub suite: Option<Suite>,
    /// Overlays and variants of them.
    pub ways: Vec<String>,
    /// How parties are believed.
    pub identities: Vec<IdentityScheme>,
    /// Networks; `own` for the hosts and the program of the same e3.toml.
    pub networks: Vec<String>,
    /// Programs and probes.
    pub programs: Vec<String>,
    /// Their sizes.
    pub sizes: Vec<String>,
    /// Numbers of parties.
    pub parties: Vec<PartyCount>,
    /// Cells by their names.
    pub cells: Vec<String>,
    /// How far intervals may reach from their medians, relative to them.
    pub precision: Option<f64>,
    /// So many rounds at most.
    pub rounds: Option<Rounds>,
    /// How long each table may take.
    pub time: Option<Moment>,
    /// What order and intervals are drawn from.
    pub seed: Option<u64>,
    /// What figures have to keep to.
    pub thresholds: Vec<Threshold>,
}

impl Comparison {
    /// Whether it leaves open which networks, programs, sizes and numbers of parties are compared.
    pub fn leaves_work_open(&self) -> bool {
        let words = [&self.networks, &self.programs, &self.sizes, &self.cells];
        self.suite.is_none() && words.into_iter().all(Vec::is_empty) && self.parties.is_empty()
    }
}

/// Defines a word of cells' names: one of those that there are, with `_` or with `-` in it.
macro_rules! compared {
    ($(#[$meta:meta])* $name:ident, $what:literal, $words:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) String);

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let (word, words) = (canonical(text), names($words));
                if words.contains(&word.as_str()) {
                    return Ok(Self(word));
                }
                Err(Invalid {
                    value: text.to_owned(),
                    what: $what,
                    expected: one_of(words.iter().copied()),
                    suggestion: nearest(&word, words).map(str::to_owned),
                })
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "enum": names($words) })
            }
        }
    };
}

compared!(
    /// An overlay or a variant of one.
    ComparedWay, "a way that can be compared", &[&WAYS]
);
compared!(
    /// A network.
    ComparedNetwork, "a network that is compared", &[&NETWORKS, &[(OWN, "")]]
);
compared!(
    /// A program or probe.
    ComparedProgram, "a program that is compared", &[&PROGRAMS]
);
compared!(
    /// Its size.
    ComparedSize, "a size", &[&SIZES]
);

fn names(kinds: &[&[Word]]) -> Vec<&'static str> {
    let words = kinds.iter().copied().flatten();
    words.map(|(name, _)| *name).collect()
}

/// A cell by its name, any of whose words may be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CellName(pub(crate) String);

impl FromStr for CellName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let Err(wrong) = Pattern::parse(text) else {
            return Ok(Self(text.to_owned()));
        };
        let meant = nearest(&wrong.word, wrong.known.iter().map(String::as_str));
        Err(Invalid {
            value: text.to_owned(),
            what: "a cell",
            expected: format!(
                "a name such as \"quic.lan.secret-santa.small.3\": `{}` {}",
                wrong.word, wrong.wrong
            ),
            suggestion: meant.map(|meant| text.replacen(&wrong.word, meant, 1)),
        })
    }
}

impl JsonSchema for CellName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Cell".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[a-z0-9_.-]+$" })
    }
}

#[cfg(test)]
mod tests {
    use e3_evaluate::plan::words::IDENTITIES;

    use super::*;

    #[test]
    fn identities_have_the_words_that_cells_have() {
        assert_eq!(names(&[&IDENTITIES]), IdentityScheme::WORDS);
    }

    #[test]
    fn words_are_read_and_meant() {
        let way: ComparedWay = "direct_again".parse().unwrap();
        assert_eq!(way.0, "direct-again");
        let wrong = "nebulla".parse::<ComparedWay>().unwrap_err();
        assert_eq!(wrong.suggestion.as_deref(), Some("nebula"));
        assert_eq!("own".parse::<ComparedNetwork>().unwrap().0, "own");
        let wrong = "quik.lan".parse::<CellName>().unwrap_err();
        assert_eq!(wrong.suggestion.as_deref(), Some("quic.lan"));
    }
}
