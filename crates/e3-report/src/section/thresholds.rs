//! What figures had to keep to, and whether they do.

use e3_evaluate::threshold::{Held, Verdict};

use crate::href::Anchor;
use crate::page::{Block, Cell, Group, Mark, Prose, Row, Source, Table};
use crate::read::{Found, THRESHOLDS};
use crate::section::title;
use crate::words;

/// The section; nothing where nobody has set any.
pub(crate) fn blocks(verdicts: &[Found<Verdict>], command: &[String]) -> Vec<Block> {
    if verdicts.is_empty() {
        return Vec::new();
    }
    let failing = verdicts.iter().filter(|one| one.value.fails()).count();
    let all = words::count(verdicts.len(), "threshold", "thresholds");
    let said = if failing == 0 {
        Block::Paragraph(Prose::new().strong("All hold").text(format!(": {all}.")))
    } else {
        Block::Notice(vec![
            Prose::new()
                .strong(format!("{failing} of {all} not held"))
                .text("."),
        ])
    };
    let how = "The interval decides, not the median alone: a threshold is held where all of the interval keeps to it, and \
               broken where none does. What was not measured, or too uncertainly, is not held either.";
    vec![
        title("thresholds", "Thresholds"),
        said,
        Block::Paragraph(how.into()),
        Block::Table(table(verdicts, command)),
    ]
}

fn table(verdicts: &[Found<Verdict>], command: &[String]) -> Table {
    let rows = verdicts.iter().map(|one| {
        let verdict = &one.value;
        let cell = verdict.cell.as_ref().map(ToString::to_string);
        let (mark, said) = mark(verdict.held);
        Row {
            anchor: None,
            head: Prose::new().code(format!(
                "{} {}",
                verdict.threshold.name, verdict.threshold.limit
            )),
            cells: vec![
                Cell::marked(mark, said),
                Cell::figure(verdict.measured().unwrap_or_else(|| "–".to_owned())),
                Cell::says(cell.unwrap_or_else(|| "–".to_owned())),
            ],
        }
    });
    Table {
        anchor: Anchor::named("verdicts"),
        caption: "What figures had to keep to".into(),
        columns: ["threshold", "verdict", "measured, and its interval", "cell"]
            .map(str::to_owned)
            .to_vec(),
        groups: vec![Group {
            title: None,
            rows: rows.collect(),
        }],
        source: Source::of(THRESHOLDS, command),
    }
}

fn mark(held: Held) -> (Mark, &'static str) {
    match held {
        Held::Held => (Mark::Good, "held"),
        Held::Undecided => (Mark::Half, "undecided: its interval contains the limit"),
        Held::Broken => (Mark::Bad, "broken"),
        Held::TooUncertain => (Mark::Unknown, "too uncertain: not held"),
        Held::NotMeasured => (Mark::Unknown, "not measured: not held"),
    }
}
