//! Security: what became of each attack, promise beside result.

use e3_evaluate::finding::{Attack, Experiment, Promised, Verdict};

use crate::href::Anchor;
use crate::page::{Block, Cell, Group, Mark, Prose, Row, Source, Table, command};
use crate::read::{Found, SECURITY};
use crate::section::{heading, in_order, nothing, title};
use crate::words;

/// The section.
pub(crate) fn blocks(experiments: &[Found<Experiment>], made_by: &[String]) -> Vec<Block> {
    let mut blocks = vec![title("security", "Security, by experiment")];
    if experiments.is_empty() {
        blocks.push(nothing(SECURITY, "Nothing was attacked"));
        return blocks;
    }
    let broken: Vec<&Found<Experiment>> = experiments
        .iter()
        .filter(|one| one.value.breaks_promise())
        .collect();
    blocks.push(if broken.is_empty() {
        Block::Paragraph(Prose::new().strong("No promise was broken").text(format!(
            " in {}.",
            words::count(experiments.len(), "experiment", "experiments")
        )))
    } else {
        Block::Notice(broken.iter().map(|one| promise_broken(one)).collect())
    });
    blocks.push(Block::Paragraph(
        Prose::new()
            .mark(Mark::Good)
            .text(" the attack failed; ")
            .mark(Mark::Half)
            .text(" it was told to the parties before anything was believed; ")
            .mark(Mark::Bad)
            .text(" it succeeded; ")
            .mark(Mark::Nothing)
            .text(" there is nothing of the kind to attack; ")
            .mark(Mark::Unknown)
            .text(" not known. Where an overlay does not promise to withstand, or only in part, a line says so."),
    ));
    let overlays = in_order(experiments.iter().map(|one| one.value.overlay.as_str()));
    let identities = in_order(experiments.iter().map(|one| one.value.identity.as_str()));
    for (index, identity) in identities.iter().enumerate() {
        blocks.push(Block::Table(matrix(
            index + 1,
            identity,
            &overlays,
            experiments,
            made_by,
        )));
    }
    blocks.push(heading(
        3,
        Anchor::named("attacks"),
        "What was done, and what was seen",
    ));
    blocks.extend(
        Attack::ALL
            .into_iter()
            .filter_map(|attack| details(attack, experiments)),
    );
    blocks
}

fn promise_broken(one: &Found<Experiment>) -> Prose {
    let experiment = &one.value;
    Prose::new()
        .strong(format!("{} broke a promise", experiment.overlay))
        .text(format!(
            " with identity {}: {} (",
            experiment.identity,
            words::attack(experiment.attack)
        ))
        .file(SECURITY, format!("{SECURITY}:{}", one.line))
        .text("). Whoever promises it has to mend it.")
}

/// Attacks by overlays, with one identity.
fn matrix(
    number: usize,
    identity: &str,
    overlays: &[&str],
    experiments: &[Found<Experiment>],
    made_by: &[String],
) -> Table {
    let mine: Vec<&Experiment> = experiments
        .iter()
        .map(|one| &one.value)
        .filter(|one| one.identity == identity)
        .collect();
    // An overlay that does not go with this identity has no column.
    let overlays: Vec<&str> = overlays
        .iter()
        .copied()
        .filter(|overlay| mine.iter().any(|one| one.overlay == **overlay))
        .collect();
    let rows = Attack::ALL.into_iter().map(|attack| Row {
        anchor: None,
        head: words::attack(attack).into(),
        cells: overlays
            .iter()
            .map(|overlay| {
                let found = mine
                    .iter()
                    .rev()
                    .find(|one| one.attack == attack && one.overlay == **overlay);
                found.map_or_else(|| Cell::marked(Mark::Unknown, "not tried"), |one| cell(one))
            })
            .collect(),
    });
    let mut columns = vec!["attack".to_owned()];
    columns.extend(overlays.iter().map(|overlay| (*overlay).to_owned()));
    Table {
        anchor: Anchor::numbered("attacks", number),
        caption: Prose::new().text("With identity ").strong(identity),
        columns,
        groups: vec![Group {
            title: None,
            rows: rows.collect(),
        }],
        source: Source::of(SECURITY, made_by),
    }
}

fn verdict(verdict: &Verdict) -> (Mark, &'static str) {
    match verdict {
        Verdict::Held => (Mark::Good, "held"),
        Verdict::Detected => (Mark::Half, "detected"),
        Verdict::Broken => (Mark::Bad, "broken"),
        Verdict::NotApplicable(_) => (Mark::Nothing, "nothing to attack"),
        Verdict::Unknown(_) => (Mark::Unknown, "not known"),
    }
}

fn cell(one: &Experiment) -> Cell {
    let (mark, word) = verdict(&one.verdict);
    let mut cell = Cell::marked(mark, word);
    let promised = match &one.promised {
        Promised::Yes if one.breaks_promise() => Some("promise broken"),
        Promised::Yes => None,
        Promised::But(_) => Some("promised in part"),
        Promised::No(_) => Some("not promised"),
    };
    if let Some(promised) = promised {
        cell.prose = cell.prose.line().text(promised);
    }
    cell
}

/// Every experiment with one attack.
fn details(attack: Attack, experiments: &[Found<Experiment>]) -> Option<Block> {
    let mut mine: Vec<&Found<Experiment>> = experiments
        .iter()
        .filter(|one| one.value.attack == attack)
        .collect();
    if mine.is_empty() {
        return None;
    }
    mine.sort_by_key(|one| {
        (
            words::rank(&one.value.overlay),
            words::rank(&one.value.identity),
            one.line,
        )
    });
    let rows = mine.iter().map(|found| {
        let one = &found.value;
        let (mark, word) = verdict(&one.verdict);
        let mut seen = Prose::new();
        if let Verdict::NotApplicable(why) | Verdict::Unknown(why) = &one.verdict {
            seen = seen.text(format!("{why}. "));
        }
        for sentence in &one.evidence {
            seen = seen.text(format!("{sentence} "));
        }
        Row {
            anchor: None,
            head: format!("{} · {}", one.overlay, one.identity).into(),
            cells: vec![
                Cell::says(promise(&one.promised)),
                Cell::marked(mark, word),
                Cell::says(seen),
                Cell::says(
                    Prose::new()
                        .file(SECURITY, format!("line {}", found.line))
                        .line()
                        .code(command::line(&one.command)),
                ),
            ],
        }
    });
    let number = Attack::ALL
        .iter()
        .position(|other| *other == attack)
        .unwrap_or_default()
        + 1;
    Some(Block::Folded {
        summary: words::attack(attack).into(),
        blocks: vec![Block::Table(Table {
            anchor: Anchor::numbered("attack", number),
            caption: words::attack(attack).into(),
            columns: [
                "overlay and identity",
                "promised",
                "result",
                "what was done and seen",
                "finding and command",
            ]
            .map(str::to_owned)
            .to_vec(),
            groups: vec![Group {
                title: None,
                rows: rows.collect(),
            }],
            source: Source::default(),
        })],
    })
}

fn promise(promised: &Promised) -> String {
    match promised {
        Promised::Yes => "to withstand".to_owned(),
        Promised::But(but) => format!("to withstand, but: {but}"),
        Promised::No(why) => format!("nothing: {why}"),
    }
}
