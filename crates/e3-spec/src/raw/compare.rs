//! The table `[compare]`, and that of its thresholds, whose keys are words of cells' names.

use std::borrow::Cow;

use e3_evaluate::finding::Figure;
use e3_evaluate::plan::words::canonical;
use e3_evaluate::threshold::{NoThreshold, Threshold};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::node::{Node, Value};
use super::read::{Field, List, Read, table, wrong_type};
use crate::choice::{IdentityScheme, Suite};
use crate::comparison::{CellName, ComparedNetwork, ComparedProgram, ComparedSize, ComparedWay};
use crate::near::{nearest, one_of};
use crate::number::{PartyCount, Rounds};
use crate::quantity::{Moment, Probability};
use crate::report::Report;
use crate::source::Place;

table! {
    /// What `e3 compare` compares: each of these ways on each of these networks, with each of these programs and so on. What the command line says goes before it.
    CompareTable {
        /// A declared part of all that can be compared, instead of what follows: "quick" or "standard".
        suite: Suite,
        /// The ways: overlays, or variants of them such as "nebula-1.6". Default: all that the machine has. "direct" and its control are always among them.
        ways: List<ComparedWay>,
        /// How parties are believed. Default: as each way is used unless another is said.
        identities: List<IdentityScheme>,
        /// The networks; "own" is for the hosts and the program of this e3.toml. Default: "own", or "lan" where it has none, or where programs, sizes or numbers of parties are named.
        networks: List<ComparedNetwork>,
        /// The programs and probes. Default: "secret-santa".
        programs: List<ComparedProgram>,
        /// Their sizes. Default: "small".
        sizes: List<ComparedSize>,
        /// Numbers of parties. Default: 3.
        parties: List<PartyCount>,
        /// What is compared beside that, by its name, such as "quic.lan.secret-santa.small.3".
        cells: List<CellName>,
        /// How far the intervals of all ratios may reach from their medians, relative to them. Default: "5 %".
        precision: Probability,
        /// So many rounds at most. Default: 25.
        rounds: Rounds,
        /// How long each table may take, such as "5 min". Default: "10 min".
        time: Moment,
        /// What the order of runs and the intervals are drawn from. Default: 1.
        seed: u64,
        /// What figures have to keep to, such as `quic.lan.secret_santa.ratio = "< 1.25"`; a comparison in which one does not fails.
        thresholds: Thresholds,
    }
}

/// What figures have to keep to.
#[derive(Debug)]
pub(crate) struct Thresholds(pub(crate) Vec<Threshold>);

impl Read for Thresholds {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        if !matches!(node.value, Value::Table(_)) {
            wrong_type(node, "a table of limits", report);
            return None;
        }
        let mut found = Vec::new();
        let complete = take(node, &mut Vec::new(), &mut found, report);
        complete.then_some(Self(found))
    }
}

/// Takes all thresholds below a path of keys; whether they are right.
fn take(
    node: &Node,
    path: &mut Vec<(String, Place)>,
    found: &mut Vec<Threshold>,
    report: &mut Report,
) -> bool {
    match &node.value {
        Value::Table(entries) => {
            let mut complete = true;
            for entry in entries {
                path.push((entry.key.clone(), entry.key_place));
                complete &= take(&entry.node, path, found, report);
                path.pop();
            }
            complete
        }
        Value::Text(limit) => {
            let words: Vec<String> = path.iter().map(|(word, _)| word.clone()).collect();
            match Threshold::parse(&words, limit) {
                Ok(threshold) => {
                    found.push(threshold);
                    true
                }
                Err(wrong) => {
                    say(&wrong, path, node.place, report);
                    false
                }
            }
        }
        _ => {
            wrong_type(node, "a limit in quotes, such as \"< 1.25\"", report);
            false
        }
    }
}

/// Reports what is no threshold: the word, or the limit.
fn say(wrong: &NoThreshold, path: &[(String, Place)], limit: Place, report: &mut Report) {
    match wrong {
        NoThreshold::Limit(limit_wrong) => {
            report
                .wrong(limit, limit_wrong.to_string())
                .expected(limit_wrong.expected);
        }
        NoThreshold::Word(word_wrong) => {
            let mut from_the_end = path.iter().rev();
            let key = from_the_end.find(|(key, _)| *key == word_wrong.word);
            let place = key.or(path.last()).map_or(limit, |(_, place)| *place);
            let known = word_wrong.known.iter().map(String::as_str);
            let finding = report.wrong(place, word_wrong.to_string());
            finding.suggest(nearest(&canonical(&word_wrong.word), known.clone()));
            finding.expected(if word_wrong.known.is_empty() {
                "at most one word of each kind".to_owned()
            } else {
                one_of(known)
            });
        }
    }
}

impl JsonSchema for Thresholds {
    fn schema_name() -> Cow<'static, str> {
        "Thresholds".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let figures = Figure::ALL.map(Figure::name).join(", ");
        json_schema!({
            "type": "object",
            "description": format!("Words of cells' names, then `ratio`, `median` or `overhead`, or one of {figures}."),
            "additionalProperties": { "anyOf": [
                { "type": "string", "pattern": "^\\s*[<>]=?\\s*[0-9.]+" },
                generator.subschema_for::<Self>(),
            ] },
        })
    }
}
