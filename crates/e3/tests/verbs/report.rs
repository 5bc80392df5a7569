//! `e3 report`

use crate::helper::{Desk, holds};

const HELD: &str = r#"{"schema":"e3/compare/1","attack":"downgrade","overlay":"quic","identity":"pinned","promised":{"promise":"yes"},"verdict":{"verdict":"held"},"evidence":["It was\u001b[31m tried."],"time":"2026-11-23T09:00:00Z","command":["e3","experiment"]}"#;

#[test]
fn a_report_stands_beside_what_was_found() {
    let desk = Desk::new();
    desk.put("compare/latest/security.jsonl", &format!("{HELD}\n"));
    let ran = desk.e3(&["report"]).succeeded();
    assert!(ran.out.contains("Nothing was measured"), "{}", ran.out);
    let expected = "not there: plan.json, measurements.jsonl, privacy.jsonl, effort.jsonl";
    assert!(ran.out.contains(expected), "{}", ran.out);
    let folder = desk.path("compare/latest");
    assert!(holds(&folder, "report.html") && holds(&folder, "report.md"));
    let ran = desk.e3(&["report", "--json"]).succeeded();
    assert_eq!(ran.json()["schema"], "e3/report/1");
    assert_eq!(ran.json()["findings"], 1);
}

#[test]
fn a_finding_that_cannot_be_read_is_named_and_costs_nothing_else() {
    let desk = Desk::new();
    desk.put(
        "found/security.jsonl",
        &format!("{HELD}\n\u{1b}[31mno\n{HELD}\n"),
    );
    // It is no refusal: the report is there.
    let ran = desk.e3(&["report", "found"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("security.jsonl:2: expected JSON"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains('\u{1b}') && !ran.out.contains('\u{1b}'));
    let html = std::fs::read_to_string(desk.path("found/report.html")).unwrap();
    assert!(html.contains("2 experiments") && html.contains("security.jsonl:2"));
}

#[test]
fn what_is_no_comparison_is_refused() {
    let desk = Desk::new();
    let ran = desk.e3(&["report"]).refused();
    assert!(
        ran.err.contains("there is no folder compare/latest"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("\n\nhint: "), "{}", ran.err);
    desk.put("found/x", "");
    let ran = desk.e3(&["report", "found"]).refused();
    assert!(ran.err.contains("found holds no findings"), "{}", ran.err);
}
