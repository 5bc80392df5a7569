//! The invariants of ARCHITECTURE.md that a program can check.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod dependencies;
mod documents;
mod source;
mod tree;

use tree::{Tree, finding};

/// Fails with every finding, one a line, each beginning with `file:line`.
#[track_caller]
fn none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}\n  {}\n", findings.join("\n  "));
}

#[test]
fn a_crate_depends_only_on_what_it_may_know() {
    let mut findings = Vec::new();
    for krate in Tree::read().crates {
        findings.extend(dependencies::beyond_the_table(&krate));
    }
    none(
        "what a crate may know stands in crates/e3/tests/architecture/dependencies.rs",
        &findings,
    );
}

#[test]
fn what_is_pure_opens_no_socket_and_starts_no_process() {
    let mut findings = Vec::new();
    for krate in Tree::read().crates {
        if dependencies::PURE.contains(&krate.name.as_str()) {
            findings.extend(dependencies::impure(&krate));
            for file in krate.files.iter().filter(|file| file.is_the_crates_own()) {
                findings.extend(source::mentions(file, dependencies::IMPURE_WORDS));
            }
        }
    }
    none("these crates know no network and no process", &findings);
}

#[test]
fn e3_spec_reads_no_file() {
    let mut findings = Vec::new();
    for krate in Tree::read().crates {
        if krate.name == "e3-spec" {
            for file in krate.files.iter().filter(|file| file.is_the_crates_own()) {
                findings.extend(source::mentions(
                    file,
                    &["std::fs", "fs::read", "File::open"],
                ));
            }
        }
    }
    none("e3-spec is given text, and knows no I/O", &findings);
}

#[test]
fn unsafe_code_stands_in_e3_sys_with_its_reason() {
    let mut findings = Vec::new();
    for krate in Tree::read().crates {
        for file in &krate.files {
            findings.extend(if krate.name == "e3-sys" {
                source::unsafe_without_reason(file)
            } else {
                source::mentions(file, &["unsafe"])
            });
        }
    }
    none(
        "unsafe code belongs in e3-sys, below a line that begins with // SAFETY:",
        &findings,
    );
}

#[test]
fn the_wall_clock_is_read_where_times_are_told() {
    // It may jump at any moment, so that no duration may come from it.
    let told = [
        "crates/e3-agent/src/run.rs",
        // Introductions and certificates are good for a time.
        "crates/e3-conformance/src/trust.rs",
        "crates/e3-experiment/src/conduct.rs",
        "crates/e3-holder/src/clock.rs",
        "crates/e3-lab/src/capture.rs",
        "crates/e3/src/command/compare/folder.rs",
        "crates/e3/src/command/id/rotate.rs",
        "crates/e3/src/observe/mod.rs",
        // Whether a certificate is good is a matter of the wall clock.
        "crates/e3-overlay/src/tls/credentials.rs",
        "crates/e3-overlay-nebula/src/identity.rs",
        // Numbers rise even for a peer that was forgotten, as those of WireGuard's handshakes do.
        "crates/e3-overlay-wireguard/src/engine/kernel/talk.rs",
        "crates/e3/src/record.rs",
        // How far two clocks are apart is what is asked.
        "crates/e3-reflector/src/clock.rs",
    ];
    let mut findings = Vec::new();
    for krate in Tree::read().crates {
        let own = krate.files.iter().filter(|file| file.is_the_crates_own());
        for file in own.filter(|file| told.iter().all(|told| !file.path.ends_with(told))) {
            findings.extend(source::mentions(file, &["SystemTime", "Timestamp::now"]));
        }
    }
    none(
        "durations come from Instant, or from e3_holder::clock between processes",
        &findings,
    );
}

#[test]
fn files_are_short() {
    let tree = Tree::read();
    let files: Vec<_> = tree.crates.iter().flat_map(|krate| &krate.files).collect();
    let long: Vec<String> = files
        .iter()
        .filter(|file| file.lines.len() > 600)
        .map(|file| finding(file, 601, &format!("{} lines", file.lines.len())))
        .collect();
    none("no file may be longer than 600 lines", &long);
    let mut medium: Vec<_> = files
        .iter()
        .filter(|file| file.lines.len() >= 200)
        .collect();
    medium.sort_by_key(|file| std::cmp::Reverse(file.lines.len()));
    let names: Vec<String> = medium
        .iter()
        .map(|file| finding(file, 200, &format!("{} lines", file.lines.len())))
        .collect();
    assert!(
        medium.len() * 5 <= files.len(),
        "four of five files must be shorter than 200 lines; {} of {} are not:\n  {}",
        medium.len(),
        files.len(),
        names.join("\n  ")
    );
}

#[test]
fn every_crate_keeps_the_lints_and_facts_of_the_workspace() {
    let mut findings = Vec::new();
    for krate in Tree::read().crates {
        findings.extend(dependencies::strays(&krate));
    }
    none(
        "a crate's Cargo.toml inherits from the workspace",
        &findings,
    );
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not find itself.
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
    ];
    let mut findings = Vec::new();
    let tree = Tree::read();
    for file in tree
        .crates
        .iter()
        .flat_map(|krate| &krate.files)
        .chain(&tree.others)
    {
        findings.extend(source::words_anywhere(file, &words));
    }
    none("finish it, or leave it out", &findings);
}

#[test]
fn an_allowed_lint_has_its_reason_beside_it() {
    let mut findings = Vec::new();
    for krate in Tree::read().crates {
        for file in &krate.files {
            findings.extend(source::allows_without_reason(file));
        }
    }
    none(
        "say why in a comment above, or with `reason = …`",
        &findings,
    );
}

#[test]
fn a_reader_is_led_to_all_there_is() {
    let tree = Tree::read();
    let (readme, index) = ("README.md", "docs/README.md");
    let mut findings = documents::unnamed(documents::page(&tree, readme), &tree);
    findings.extend(documents::unlinked(documents::page(&tree, index), &tree));
    none("what there is can be found from README.md", &findings);
}

#[test]
fn the_map_is_of_what_there_is() {
    let tree = Tree::read();
    let map = documents::page(&tree, "ARCHITECTURE.md");
    none(
        "ARCHITECTURE.md says where things are",
        &documents::unmapped(map, &tree),
    );
}
