//! What is generated from the parser.

use std::path::Path;

use crate::helper::{Desk, holds};

#[test]
fn every_shell_has_completions() {
    let desk = Desk::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = desk.e3(&["completions", shell]).succeeded();
        assert!(ran.out.contains("overlay"), "{shell}");
        assert!(
            !ran.out.contains("holder"),
            "{shell} offers what E³ runs for itself"
        );
    }
}

#[test]
fn there_is_a_manual_page_for_every_verb() {
    let desk = Desk::new();
    let one = desk.e3(&["man"]).succeeded();
    assert!(one.out.contains(".TH e3 1"), "{}", one.out);
    desk.e3(&["man", "--dir", "man"]).succeeded();
    let folder = desk.path("man");
    assert!(holds(&folder, "e3.1") && holds(&folder, "e3-run.1") && holds(&folder, "e3-doctor.1"));
    assert!(
        !holds(&folder, "e3-holder.1"),
        "a page for what E³ runs for itself"
    );
}

/// `E3_BLESS=1` writes it anew.
#[test]
fn the_book_knows_every_verb() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verbs.md");
    let page = Desk::new().e3(&["man", "--markdown"]).succeeded().out;
    if std::env::var_os("E3_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let book = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        book == page,
        "docs/verbs.md is not what the parser says; write it anew: E3_BLESS=1 cargo test -p e3 --test verbs"
    );
}
