//! Findings as a comparison could have made them: always the same, and none of them measured.

#![allow(
    clippy::unwrap_used,
    dead_code,
    unused_imports,
    reason = "helpers of tests may unwrap as tests do, and not each uses all"
)]

mod effort;
mod measured;
mod others;

use std::path::Path;

use e3_evaluate::finding::{Machine, Sitting};
use serde::Serialize;

pub(crate) use measured::{Extent, Noise, PART, WHOLE, measurements};

/// Overlays and their variants.
pub(crate) const WAYS: [&str; 8] = [
    "direct",
    "direct-again",
    "tls",
    "quic",
    "wireguard",
    "nebula",
    "nebula-1.6",
    "headscale",
];

/// When everything was found.
const TIME: &str = "2026-11-20T09:00:00Z";

/// Writes a whole folder.
pub(crate) fn write(folder: &Path, extent: &Extent) {
    let mut noise = Noise::new(7);
    lines(
        folder,
        "measurements.jsonl",
        &measurements(extent, &mut noise),
    );
    lines(folder, "security.jsonl", &others::security());
    let privacy = others::privacy();
    lines(folder, "privacy.jsonl", &privacy);
    for searched in privacy.iter().flat_map(|one| &one.searched) {
        let path = folder.join(searched);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    lines(folder, "effort.jsonl", &effort::effort());
    lines(folder, "sittings.jsonl", &["one", "another"].map(sitting));
    others::records(folder);
    let plan = serde_json::json!({
        "schema": e3_evaluate::finding::SCHEMA,
        "suite": "plausible: made up for tests, nothing of it was measured",
        "seed": 7,
        "time": TIME,
        "command": ["e3", "compare", "--suite", "standard", "--seed", "7"],
        "left_out": [{ "what": "tls.pinned.nat", "why": "overlay tls does not get through home routers" }],
        "versions": { "e3": "0.1.0", "nebula": "1.11.1", "headscale": "0.29.2" },
        "machine": { "processor": "an example of a processor", "processors": 2, "kernel": "Linux 6.18" },
    });
    std::fs::write(
        folder.join("plan.json"),
        serde_json::to_string_pretty(&plan).unwrap(),
    )
    .unwrap();
}

/// A command's share, on a machine that was started so.
fn sitting(boot: &str) -> Sitting {
    Sitting {
        schema: e3_evaluate::finding::SCHEMA.to_owned(),
        time: TIME.to_owned(),
        boot: boot.to_owned(),
        machine: Machine::default(),
        versions: [("e3".to_owned(), "0.1.0".to_owned())].into(),
        command: command(&["compare"]),
    }
}

/// One document a line.
pub(crate) fn lines<T: Serialize>(folder: &Path, file: &str, findings: &[T]) {
    let lines: Vec<String> = findings
        .iter()
        .map(|one| serde_json::to_string(one).unwrap() + "\n")
        .collect();
    std::fs::write(folder.join(file), lines.concat()).unwrap();
}

fn command(words: &[&str]) -> Vec<String> {
    std::iter::once("e3")
        .chain(words.iter().copied())
        .map(str::to_owned)
        .collect()
}
