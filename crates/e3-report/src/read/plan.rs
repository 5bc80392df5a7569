//! What was to be compared: told as it stands in the plan, so that a plan may grow.

use std::path::Path;

use e3_evaluate::finding::Figure;
use serde_json::Value;

use super::clean::clean_all;
use super::{PLAN, Unreadable};
use crate::words;

/// The plan.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The command that made the whole.
    pub(crate) command: Vec<String>,
    /// What is said of suite, seed, machine and versions, in the plan's own words.
    pub(crate) facts: Vec<(String, String)>,
    /// What was asked for and is not there, and why.
    pub(crate) left_out: Vec<(String, String)>,
}

impl Plan {
    /// None where there is none, or none that can be read.
    pub(super) fn read(folder: &Path, unreadable: &mut Vec<Unreadable>) -> Option<Self> {
        let mut wrong = |why: String| {
            let file = PLAN.to_owned();
            unreadable.push(Unreadable { file, line: 0, why });
        };
        let bytes = match std::fs::read(folder.join(PLAN)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => {
                wrong(format!("cannot be read: {error}"));
                return None;
            }
        };
        match serde_json::from_slice(&bytes).map(clean_all) {
            Ok(Value::Object(fields)) => Some(Self::of(&fields)),
            Ok(_) => {
                wrong("expected a JSON object".to_owned());
                None
            }
            Err(error) => {
                wrong(format!("expected JSON: {error}"));
                None
            }
        }
    }

    fn of(fields: &serde_json::Map<String, Value>) -> Self {
        let mut plan = Self::default();
        for (name, value) in fields {
            match (name.as_str(), value) {
                ("schema", _) => {}
                ("command", Value::Array(words)) => plan.command = words.iter().map(word).collect(),
                ("left_out", Value::Array(all)) => {
                    plan.left_out = all.iter().filter_map(left_out).collect();
                }
                (_, Value::Object(inner)) => {
                    let all: Vec<String> = inner
                        .iter()
                        .filter(|(_, value)| is_short(value))
                        .map(|(name, value)| format!("{name} {}", fact(name, value)))
                        .collect();
                    if !all.is_empty() {
                        plan.facts.push((name.clone(), all.join(", ")));
                    }
                }
                (_, value) if is_short(value) => plan.facts.push((name.clone(), word(value))),
                _ => {}
            }
        }
        plan
    }
}

fn left_out(value: &Value) -> Option<(String, String)> {
    Some((word(value.get("what")?), word(value.get("why")?)))
}

fn is_short(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

/// A memory of many digits says nothing to anybody.
fn fact(name: &str, value: &Value) -> String {
    match value.as_f64() {
        Some(bytes) if name == "memory" => words::figure(Figure::Memory, bytes),
        _ => word(value),
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_may_grow() {
        let text = r#"{"schema":"x","suite":"quick","seed":7,"command":["e3","compare"],"cells":[{},{}],
            "versions":{"nebula":"1.11.1"},"later":[1,[2]],
            "left_out":[{"what":"tls","why":"no"}]}"#;
        let Ok(Value::Object(fields)) = serde_json::from_str(text) else {
            panic!("no object");
        };
        let plan = Plan::of(&fields);
        assert_eq!(plan.command, ["e3", "compare"]);
        let fact = |name: &str| {
            plan.facts
                .iter()
                .find(|(is, _)| is == name)
                .map(|(_, says)| says.as_str())
        };
        assert_eq!(fact("suite"), Some("quick"));
        assert_eq!(fact("seed"), Some("7"));
        assert_eq!(fact("versions"), Some("nebula 1.11.1"));
        assert_eq!(fact("later"), None);
        assert_eq!(plan.left_out, [("tls".to_owned(), "no".to_owned())]);
    }
}
