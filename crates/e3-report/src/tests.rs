//! Whole reports, of findings that were made up.

use proptest::prelude::*;

use crate::{plausible, write};

mod hostile;
mod skeleton;

use skeleton::Skeleton;

fn report(prepare: impl FnOnce(&std::path::Path)) -> (String, String, crate::Written) {
    let folder = tempfile::tempdir().unwrap();
    plausible::write(folder.path(), &plausible::PART);
    prepare(folder.path());
    let written = write(folder.path()).unwrap();
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    (read(&written.html), read(&written.markdown), written)
}

#[test]
fn the_same_findings_make_the_same_report() {
    let (one, other) = (report(|_| {}), report(|_| {}));
    assert_eq!(one.0, other.0);
    assert_eq!(one.1, other.1);
}

#[test]
fn a_whole_report_is_sound() {
    let (html, markdown, written) = report(|_| {});
    let skeleton = Skeleton::of(&html);
    skeleton.check();
    assert!(
        written.missing.is_empty() && written.unreadable.is_empty(),
        "{written:?}"
    );
    assert!(markdown.starts_with("# Which overlay should a multiparty computation use?\n"));
    assert!(skeleton.pictures > 12, "{}", skeleton.pictures);
}

#[test]
fn what_is_missing_is_said() {
    let (html, markdown, written) = report(|folder| {
        for file in ["privacy.jsonl", "security.jsonl"] {
            std::fs::remove_file(folder.join(file)).unwrap();
        }
    });
    Skeleton::of(&html).check();
    assert_eq!(written.missing, ["security.jsonl", "privacy.jsonl"]);
    for text in [&html, &markdown] {
        assert!(text.contains("Nothing was attacked") && text.contains("Nothing was observed"));
        assert!(text.contains("By speed alone"), "{}", written.answer);
    }
}

#[test]
fn distributions_that_were_not_kept_are_said_to_be_missing() {
    let (html, ..) = report(|folder| {
        let path = folder.join("measurements.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("\"histogram\":\"", "\"histogram\":\"?")).unwrap();
    });
    Skeleton::of(&html).check();
    assert!(html.contains("no distributions were kept"));
}

#[test]
fn each_kind_of_finding_makes_a_report_by_itself() {
    let files = [
        "measurements.jsonl",
        "security.jsonl",
        "privacy.jsonl",
        "effort.jsonl",
    ];
    for kept in files {
        let (html, ..) = report(|folder| {
            for file in files.iter().filter(|file| **file != kept) {
                std::fs::remove_file(folder.join(file)).unwrap();
            }
            std::fs::remove_file(folder.join("plan.json")).unwrap();
        });
        Skeleton::of(&html).check();
    }
}

#[test]
fn a_folder_without_findings_has_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let error = write(folder.path()).unwrap_err().to_string();
    assert!(error.contains("holds no findings"), "{error}");
    let error = write(&folder.path().join("gone")).unwrap_err().to_string();
    assert!(error.contains("there is no folder"), "{error}");
}

#[test]
fn a_line_that_cannot_be_read_is_named_in_the_report() {
    let (html, _, written) = report(|folder| {
        let path = folder.join("security.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("<b>\n{text}")).unwrap();
    });
    Skeleton::of(&html).check();
    assert_eq!(written.unreadable.len(), 1);
    assert!(html.contains("security.jsonl:1: expected JSON"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn hostile_text_is_text(text in hostile::text()) {
        let (html, markdown, written) = hostile::report(&text);
        prop_assert!(written.unreadable.is_empty(), "{:?}", written.unreadable);
        Skeleton::of(&html).check();
        hostile::check_markdown(&markdown);
    }

    #[test]
    fn hostile_figures_make_a_report(figures in proptest::collection::vec(any::<f64>(), 8), parties in any::<u16>()) {
        Skeleton::of(&hostile::figures(&figures, parties)).check();
    }
}
