//! A file with a finding a line.

use std::io;
use std::path::Path;

use e3_evaluate::finding::SCHEMA;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::clean::{clean, clean_all};

/// A finding, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Found<T> {
    /// Counted from 1.
    pub(crate) line: usize,
    /// What was found.
    pub(crate) value: T,
}

/// A line that says nothing that can be used. All others are used nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The file, relative to the comparison's folder.
    pub file: String,
    /// The line, counted from 1; 0 of a file that cannot be read at all.
    pub line: usize,
    /// What was expected, and what is there.
    pub why: String,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.why),
            line => write!(f, "{}:{line}: {}", self.file, self.why),
        }
    }
}

/// What a file holds; none where there is no such file.
pub(super) fn read<T: DeserializeOwned>(
    folder: &Path,
    file: &str,
    unreadable: &mut Vec<Unreadable>,
) -> Option<Vec<Found<T>>> {
    let bytes = match std::fs::read(folder.join(file)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            unreadable.push(Unreadable {
                file: file.to_owned(),
                line: 0,
                why: format!("cannot be read: {error}"),
            });
            return None;
        }
    };
    let is_whole = bytes.is_empty() || bytes.ends_with(b"\n");
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let mut found = Vec::new();
    for (index, bytes) in lines.iter().enumerate() {
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let line = index + 1;
        match parse(bytes) {
            Ok(value) => found.push(Found { line, value }),
            Err(why) => {
                let is_cut_off = !is_whole && line == lines.len();
                let why = if is_cut_off {
                    format!("is not whole, as if its writer had been interrupted: {why}")
                } else {
                    why
                };
                let file = file.to_owned();
                unreadable.push(Unreadable { file, line, why });
            }
        }
    }
    Some(found)
}

/// One finding.
fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T, String> {
    let value: Value =
        serde_json::from_slice(line).map_err(|error| format!("expected JSON: {error}"))?;
    let schema = value.get("schema").and_then(Value::as_str);
    if schema != Some(SCHEMA) {
        let there = schema.map_or_else(
            || "none".to_owned(),
            |schema| format!("`{}`", clean(schema, 60)),
        );
        return Err(format!("expected the schema `{SCHEMA}`, found {there}"));
    }
    serde_json::from_value(clean_all(value))
        .map_err(|error| format!("expected a finding: {}", clean(&error.to_string(), 300)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use e3_evaluate::finding::Experiment;
    use proptest::prelude::*;

    fn experiment() -> String {
        r#"{"schema":"e3/compare/1","attack":"downgrade","overlay":"quic","identity":"pinned",
            "promised":{"promise":"yes"},"verdict":{"verdict":"held"},"evidence":[],"time":"","command":[]}"#
            .replace('\n', " ")
    }

    fn read_text(text: &[u8]) -> (Vec<Found<Experiment>>, Vec<Unreadable>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("security.jsonl"), text).unwrap();
        let mut unreadable = Vec::new();
        let found = read(folder.path(), "security.jsonl", &mut unreadable);
        (found.unwrap(), unreadable)
    }

    #[test]
    fn one_bad_line_is_named_and_loses_nothing_else() {
        let good = experiment();
        let (found, bad) = read_text(format!("{good}\n{{\n\n{good}\n").as_bytes());
        let lines: Vec<usize> = found.iter().map(|found| found.line).collect();
        assert_eq!(lines, [1, 4]);
        assert_eq!(bad.len(), 1);
        assert!(
            bad[0]
                .to_string()
                .starts_with("security.jsonl:2: expected JSON")
        );
    }

    #[test]
    fn what_was_cut_off_says_so() {
        let (found, bad) = read_text(format!("{}\n{{\"schema\":", experiment()).as_bytes());
        assert_eq!(found.len(), 1);
        assert!(bad[0].why.starts_with("is not whole"), "{}", bad[0]);
    }

    #[test]
    fn findings_of_another_version_are_no_findings() {
        let other = experiment().replace("compare/1", "compare/2");
        let (found, bad) = read_text(other.as_bytes());
        assert!(found.is_empty());
        assert!(bad[0].why.contains("found `e3/compare/2`"), "{}", bad[0]);
    }

    proptest! {
        #[test]
        fn every_line_is_a_finding_or_named(lines in proptest::collection::vec(".{0,40}", 0..6)) {
            let mut text = lines.join("\n");
            text.push('\n');
            let full = text.split('\n').filter(|line| !line.as_bytes().trim_ascii().is_empty()).count();
            let (found, bad) = read_text(text.as_bytes());
            prop_assert_eq!(found.len() + bad.len(), full);
        }
    }
}
