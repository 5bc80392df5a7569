//! What the page on effort says is what is executed: `scripts/effort` counts one overlay again, by hand and with E³.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use e3_evaluate::finding::Effort;

use crate::{
    repository,
    support::{skipped::skipped, workshop::Workshop},
};

/// The overlay that is counted: without a program to build, and soon up.
const WAY: &str = "wireguard";
const NEEDED: [&str; 2] = ["wg", "wireguard-go"];

#[test]
fn the_page_says_what_is_typed() {
    if let Some(lacking) = NEEDED.into_iter().find(|program| !is_there(program)) {
        assert!(
            std::env::var_os("E3_STOCK_REQUIRED").is_none(),
            "{lacking} is not in PATH"
        );
        skipped(&format!("counting effort needs {lacking}"));
        return;
    }
    let workshop = Workshop::new();
    let page = repository().join("docs/effort.md");
    let found = workshop.path("effort.jsonl");
    let counted = workshop.going(effort(&workshop, &found, &page, &["--way", WAY]));
    let ran = counted.ended();
    ran.succeeded();
    let lines = fs::read_to_string(&found).unwrap();
    // By hand and with E³, each on every occasion.
    assert_eq!(lines.lines().count(), 12, "{lines}");
    assert!(!lines.contains("\"counts\": null"), "{lines}");

    // One step more than the page has.
    let wrong = lines.replacen("\"steps\": 3,", "\"steps\": 4,", 1);
    assert_ne!(wrong, lines);
    fs::write(&found, wrong).unwrap();
    let again = ["--again", found.to_str().unwrap()];
    let ran = workshop
        .going(effort(&workshop, &found, &page, &again))
        .ended();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("the page has"), "{ran:?}");
    fs::remove_file(&found).unwrap();
    fs::remove_dir_all(workshop.path("effort.jsonl.d")).unwrap();
    workshop.nothing_left();
}

/// The findings that are kept, which a comparison takes over, are those that the page shows: of every overlay, by both means, on
/// every occasion.
#[test]
fn the_page_says_what_was_found() {
    let file = repository().join("docs/figures/effort/effort.jsonl");
    let lines = fs::read_to_string(&file).unwrap();
    let found: Vec<Effort> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let each: BTreeSet<_> = found
        .iter()
        .map(|one| (&one.overlay, one.means, one.occasion))
        .collect();
    assert_eq!((each.len(), found.len()), (7 * 2 * 6, 7 * 2 * 6));

    let workshop = Workshop::new();
    let page = repository().join("docs/effort.md");
    let again = ["--again", file.to_str().unwrap()];
    let nowhere = workshop.path("effort.jsonl");
    let checked = workshop.going(effort(&workshop, &nowhere, &page, &again));
    checked.ended().succeeded();
    assert!(!nowhere.exists());
}

/// `scripts/effort`, which writes to a file and compares with a page, in the surroundings of `e3` itself.
fn effort(workshop: &Workshop, out: &Path, page: &Path, more: &[&str]) -> Command {
    let e3 = workshop.command(&[]);
    let mut command = Command::new(repository().join("scripts/effort"));
    command
        .args(more)
        .arg("--out")
        .arg(out)
        .arg("--check")
        .arg(page)
        .arg("--e3")
        .arg(e3.get_program())
        .current_dir(e3.get_current_dir().unwrap());
    for (name, value) in e3.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
