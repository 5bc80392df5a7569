//! Whole reports, of findings that were made up.

use std::collections::BTreeSet;

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
fn whatever_is_linked_is_there() {
    let folder = tempfile::tempdir().unwrap();
    plausible::write(folder.path(), &plausible::PART);
    let written = write(folder.path()).unwrap();
    for (file, before, after) in [
        (&written.html, "href=\"", '"'),
        (&written.markdown, "](", ')'),
    ] {
        let text = std::fs::read_to_string(file).unwrap();
        let pieces = text.split(before).skip(1);
        let links = pieces.filter_map(|piece| Some(piece.split_once(after)?.0));
        let is_file = |link: &&str| !link.starts_with('#') && !link.starts_with("data:");
        let links: BTreeSet<&str> = links.filter(is_file).collect();
        assert!(links.len() > 5, "{links:?}");
        let gone = links
            .into_iter()
            .find(|link| !folder.path().join(link).exists());
        assert_eq!(gone, None, "{}", file.display());
    }
}

#[test]
fn the_answer_stands_before_all_else() {
    let (html, markdown, written) = report(|_| {});
    assert!(
        written.answer.starts_with("quic, with identity "),
        "{}",
        written.answer
    );
    for text in [&html, &markdown] {
        let places = [
            written.answer.as_str(),
            "Which overlay: the fastest fit one",
            "The least is seen",
            "How far this can be trusted",
        ];
        let places = places.map(|words| text.rfind(words).unwrap_or_else(|| panic!("{words}")));
        assert!(places.is_sorted(), "{places:?}");
    }
}

#[test]
fn an_answer_of_few_rounds_says_so() {
    let (.., written) = report(|folder| {
        let path = folder.join("measurements.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        let is_early = |line: &&str| {
            [0, 1, 2, 3]
                .iter()
                .any(|round| line.contains(&format!("\"round\":{round},")))
        };
        let kept: Vec<&str> = text.lines().filter(is_early).collect();
        std::fs::write(&path, kept.join("\n")).unwrap();
    });
    assert!(
        written.answer.contains("too few rounds"),
        "{}",
        written.answer
    );
    let (.., written) = report(|_| {});
    assert!(!written.answer.contains("too few"), "{}", written.answer);
}

#[test]
fn whatever_an_overlay_costs_has_a_picture() {
    let (html, markdown, _) = report(|_| {});
    for cost in [
        "Time to set up",
        "Time to connect",
        "Processor time of all processes",
        "Processor time of agents and daemons",
        "Memory of an agent with its daemons",
        "Bytes on the wire per byte of payload",
    ] {
        let caption = format!("{cost}: many rounds of small messages, small, 3 parties");
        assert!(
            html.contains(&caption) && markdown.contains(&caption),
            "{cost}"
        );
    }
}

#[test]
fn shares_of_round_trips_stand_beside_directs() {
    let (html, ..) = report(|_| {});
    let table = html.split("id=\"trips-table-1\"").nth(1).unwrap();
    let row = |way: &str| {
        let row = table.split_once(&format!("<th scope=\"row\">{way}</th>"));
        row.unwrap().1.split("</tr>").next().unwrap().to_owned()
    };
    // Of 1200 a round, twelve are beyond the 99th percentile, and one beyond the next.
    assert_eq!(row("quic").matches('×').count(), 4, "{}", row("quic"));
    assert_eq!(row("direct").matches('×').count(), 0, "{}", row("direct"));
}

#[test]
fn where_and_by_what_it_was_found_is_said() {
    let (html, markdown, _) = report(|_| {});
    for text in [&html, &markdown] {
        assert!(text.contains("found by 2 commands"));
        assert!(text.contains("the machine was started anew"));
        assert!(text.contains("Counted by a script, e3 0.1.0."));
    }
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
fn thresholds_are_told_where_there_are_any() {
    const VERDICT: &str = r#"{"schema":"e3/compare/1","threshold":{"name":"quic.lan.ratio","cells":{"overlay":"quic"},"figure":null,
        "statistic":"ratio","limit":{"text":"< 1.25","side":"<","bound":1.25,"unit":null}},"cell":null,"figure":null,
        "value":1.4,"interval":{"low":1.3,"high":1.5,"confidence":0.95},"held":"broken"}"#;
    let (html, markdown, _) = report(|folder| {
        std::fs::create_dir_all(folder.join("tables")).unwrap();
        let line = VERDICT.replace('\n', "") + "\n";
        std::fs::write(folder.join("tables/thresholds.jsonl"), line).unwrap();
    });
    Skeleton::of(&html).check();
    assert!(html.contains("1 of 1 threshold not held"));
    assert!(html.contains("tables/thresholds.jsonl"));
    assert!(
        markdown.contains("quic.lan.ratio &lt; 1.25") || markdown.contains("quic.lan.ratio < 1.25")
    );
    assert!(markdown.contains("1.400, 1.300–1.500"), "{markdown}");
    let (html, ..) = report(|_| {});
    assert!(!html.contains("Thresholds"));
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
