//! Findings by somebody who wants to break out of the report.

use std::path::Path;
use std::sync::LazyLock;

use e3_evaluate::finding::{Experiment, Measurement, Observation};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use crate::plausible::{self, Noise};
use crate::{Written, write};

/// Text of any kind, and text that looks like markup.
pub(super) fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("<script>alert(1)</script>"),
        Just("</title>"),
        Just("</style>"),
        Just("</svg>"),
        Just("]]>"),
        Just("-->"),
        Just("<!--"),
        Just("\" onload=\"alert(1)"),
        Just("' onclick='"),
        Just("&quot;"),
        Just("&#x3c;"),
        Just("javascript:alert(1)"),
        Just("|"),
        Just("\n\n# x\n"),
        Just("\n```\n"),
        Just("`"),
        Just("[x](http://example.org)"),
        Just("\\"),
        Just("\u{202e}"),
        Just("\u{0}"),
        Just("</td></tr></table>"),
        Just("../../etc/passwd"),
        Just("http://example.org"),
        Just("<img src=x onerror=alert(1)>"),
        Just(" "),
    ];
    prop_oneof![
        any::<String>(),
        proptest::collection::vec(pieces, 1..6).prop_map(|pieces| pieces.concat())
    ]
}

/// A report of findings that say this wherever they can say anything.
pub(super) fn report(text: &str) -> (String, String, Written) {
    let folder = tempfile::tempdir().unwrap();
    for (file, lines) in FINDINGS.iter() {
        std::fs::write(folder.path().join(file), spoil(lines, text)).unwrap();
    }
    let plan = serde_json::json!({ "suite": text, "command": [text], text: text, "left_out": [{ "what": text, "why": text }] });
    std::fs::write(folder.path().join("plan.json"), plan.to_string()).unwrap();
    let written = write(folder.path()).unwrap();
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    (read(&written.html), read(&written.markdown), written)
}

/// A few findings of each kind.
static FINDINGS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    plausible::write(folder.path(), &plausible::PART);
    let files = [
        "measurements.jsonl",
        "security.jsonl",
        "privacy.jsonl",
        "effort.jsonl",
    ];
    let read = |file: &str| {
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        text.lines()
            .step_by(41)
            .flat_map(|line| [line, "\n"])
            .collect()
    };
    files.map(|file| (file, read(file))).to_vec()
});

/// Findings with every free text replaced.
fn spoil(lines: &str, text: &str) -> String {
    let spoiled = lines.lines().map(|line| {
        let mut value: Value = serde_json::from_str(line).unwrap();
        replace(&mut value, text);
        // It has to be a finding still.
        let is_finding = serde_json::from_value::<Measurement>(value.clone()).is_ok()
            || serde_json::from_value::<Experiment>(value.clone()).is_ok()
            || serde_json::from_value::<Observation>(value.clone()).is_ok()
            || value.get("means").is_some();
        assert!(is_finding, "{value}");
        value.to_string() + "\n"
    });
    spoiled.collect()
}

/// What is one of a few words stays one.
const WORDS: [&str; 9] = [
    "schema", "attack", "observer", "question", "seen", "verdict", "promise", "means", "occasion",
];

fn replace(value: &mut Value, text: &str) {
    match value {
        Value::String(old) => text.clone_into(old),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, text)),
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                let is_word = WORDS.contains(&name.as_str()) && value.is_string();
                if !is_word {
                    replace(value, text);
                }
            }
            if let Some(paths) = fields.get_mut("paths").and_then(Value::as_object_mut) {
                paths.insert(text.to_owned(), Value::from(3));
            }
        }
        _ => {}
    }
}

/// Markdown that holds no markup of HTML, no picture, and links to files of the folder alone.
pub(super) fn check_markdown(markdown: &str) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS;
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::TaskListMarker(_)
            | Event::FootnoteReference(_) => panic!("{event:?}"),
            Event::Start(
                Tag::Image { .. }
                | Tag::HtmlBlock
                | Tag::CodeBlock(_)
                | Tag::Strikethrough
                | Tag::FootnoteDefinition(_),
            ) => {
                panic!("{event:?}")
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(
                    !dest_url.contains(':')
                        && !dest_url.starts_with('/')
                        && !dest_url.split('/').any(|part| part == ".."),
                    "{dest_url}"
                );
            }
            _ => {}
        }
    }
}

/// A report of figures that cannot be.
pub(super) fn figures(figures: &[f64], parties: u16) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut made = plausible::measurements(&plausible::PART, &mut Noise::new(3));
    made.truncate(80);
    for (index, measured) in made.iter_mut().enumerate() {
        measured.cell.parties = parties.wrapping_add(u16::try_from(index % 4).unwrap());
        for (other, figure) in measured.figures.values_mut().enumerate() {
            let hostile = figures[(index + other) % figures.len()];
            // JSON has no others.
            *figure = if hostile.is_finite() { hostile } else { 0.0 };
        }
    }
    plausible::lines(folder.path(), "measurements.jsonl", &made);
    let written = write(folder.path()).unwrap();
    std::fs::read_to_string(written.html).unwrap()
}

#[test]
fn markup_in_each_kind_of_finding_is_shown_as_it_is() {
    let (html, markdown, _) = report("<b onclick=x>&amp;|`</b>");
    assert!(html.contains("&lt;b onclick=x&gt;&amp;amp;|`&lt;/b&gt;"));
    assert!(markdown.contains("&lt;b onclick=x&gt;&amp;amp;&#124;\\`&lt;/b&gt;"));
}
