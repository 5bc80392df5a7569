//! Privacy: what each observer could tell.

use e3_evaluate::finding::{Observation, Observer, Question, Seen};

use crate::href::Anchor;
use crate::page::{Block, Cell, Group, Mark, Prose, Row, Source, Table, command};
use crate::read::{Found, PRIVACY};
use crate::section::{heading, in_order, nothing, title};
use crate::words;

/// The section.
pub(crate) fn blocks(observations: &[Found<Observation>], made_by: &[String]) -> Vec<Block> {
    let mut blocks = vec![title("privacy", "Privacy, by observation")];
    if observations.is_empty() {
        blocks.push(nothing(PRIVACY, "Nothing was observed"));
        return blocks;
    }
    blocks.push(Block::Paragraph(
        Prose::new()
            .mark(Mark::Good)
            .text(" could not be told; ")
            .mark(Mark::Half)
            .text(" in part; ")
            .mark(Mark::Bad)
            .text(" could be told; ")
            .mark(Mark::Nothing)
            .text(" there is no such observer; ")
            .mark(Mark::Unknown)
            .text(" not asked. What was searched, and by which method times and volumes were correlated, stands with each answer."),
    ));
    let overlays = in_order(observations.iter().map(|one| one.value.overlay.as_str()));
    blocks.push(Block::Table(summary(&overlays, observations, made_by)));
    blocks.push(Block::Table(matrix(&overlays, observations, made_by)));
    blocks.push(heading(
        3,
        Anchor::named("observers"),
        "What was found where",
    ));
    blocks.extend(
        Observer::ALL
            .into_iter()
            .enumerate()
            .filter_map(|(index, observer)| details(index + 1, observer, observations)),
    );
    blocks
}

fn seen(seen: &Seen) -> (Mark, &'static str) {
    match seen {
        Seen::No => (Mark::Good, "no"),
        Seen::Partly(_) => (Mark::Half, "in part"),
        Seen::Yes => (Mark::Bad, "yes"),
        Seen::NotApplicable(_) => (Mark::Nothing, "nobody"),
    }
}

/// How many questions each observer could answer.
fn summary(overlays: &[&str], observations: &[Found<Observation>], made_by: &[String]) -> Table {
    let rows = Observer::ALL.into_iter().map(|observer| Row {
        anchor: None,
        head: words::observer(observer).into(),
        cells: overlays
            .iter()
            .map(|overlay| answered(overlay, observer, observations))
            .collect(),
    });
    Table {
        anchor: Anchor::named("answered"),
        caption: "How many questions each observer could answer, of those that were asked; in part counts one half".into(),
        columns: columns("observer", overlays),
        groups: vec![Group { title: None, rows: rows.collect() }],
        source: Source::of(PRIVACY, made_by),
    }
}

fn answered(overlay: &str, observer: Observer, observations: &[Found<Observation>]) -> Cell {
    let mine: Vec<&Seen> = observations
        .iter()
        .map(|one| &one.value)
        .filter(|one| one.overlay == overlay && one.observer == observer)
        .map(|one| &one.seen)
        .collect();
    let asked = mine
        .iter()
        .filter(|seen| !matches!(seen, Seen::NotApplicable(_)))
        .count();
    if mine.is_empty() {
        return Cell::marked(Mark::Unknown, "not asked");
    }
    if asked == 0 {
        return Cell::marked(Mark::Nothing, "nobody");
    }
    let halves: usize = mine
        .iter()
        .map(|seen| match seen {
            Seen::Yes => 2,
            Seen::Partly(_) => 1,
            Seen::No | Seen::NotApplicable(_) => 0,
        })
        .sum();
    let half = if halves % 2 == 1 { "½" } else { "" };
    let whole = if halves == 1 {
        String::new()
    } else {
        (halves / 2).to_string()
    };
    let mark = match halves {
        0 => Mark::Good,
        // Half of all, or more.
        halves if halves >= asked => Mark::Bad,
        _ => Mark::Half,
    };
    Cell::marked(mark, &format!("{whole}{half} of {asked}"))
}

/// Observers and questions by overlays.
fn matrix(overlays: &[&str], observations: &[Found<Observation>], made_by: &[String]) -> Table {
    let groups = Observer::ALL.into_iter().filter_map(|observer| {
        let mine: Vec<&Observation> = observations
            .iter()
            .map(|one| &one.value)
            .filter(|one| one.observer == observer)
            .collect();
        let rows: Vec<Row> = Question::ALL
            .into_iter()
            .filter(|question| mine.iter().any(|one| one.question == *question))
            .map(|question| row(question, overlays, &mine))
            .collect();
        (!rows.is_empty()).then(|| Group {
            title: Some(words::observer(observer).to_owned()),
            rows,
        })
    });
    Table {
        anchor: Anchor::named("matrix"),
        caption: "What each observer could tell".into(),
        columns: columns("observer and question", overlays),
        groups: groups.collect(),
        source: Source::of(PRIVACY, made_by),
    }
}

fn row(question: Question, overlays: &[&str], observations: &[&Observation]) -> Row {
    let cells = overlays.iter().map(|overlay| {
        let found = observations
            .iter()
            .rev()
            .find(|one| one.question == question && one.overlay == **overlay);
        let (mark, word) = found.map_or((Mark::Unknown, "not asked"), |one| seen(&one.seen));
        Cell::marked(mark, word)
    });
    Row {
        anchor: None,
        head: words::sentence(words::question(question)).into(),
        cells: cells.collect(),
    }
}

fn columns(first: &str, overlays: &[&str]) -> Vec<String> {
    let overlays = overlays.iter().map(|overlay| (*overlay).to_owned());
    std::iter::once(first.to_owned()).chain(overlays).collect()
}

/// All that was found of one observer.
fn details(
    number: usize,
    observer: Observer,
    observations: &[Found<Observation>],
) -> Option<Block> {
    let mut mine: Vec<&Found<Observation>> = observations
        .iter()
        .filter(|one| one.value.observer == observer)
        .collect();
    if mine.is_empty() {
        return None;
    }
    mine.sort_by_key(|one| {
        (
            words::rank(&one.value.overlay),
            one.value.overlay.clone(),
            one.value.question,
        )
    });
    let mut groups: Vec<Group> = Vec::new();
    for found in mine {
        let overlay = &found.value.overlay;
        match groups
            .last_mut()
            .filter(|group| group.title.as_ref() == Some(overlay))
        {
            Some(group) => group.rows.push(detail(found)),
            None => groups.push(Group {
                title: Some(overlay.clone()),
                rows: vec![detail(found)],
            }),
        }
    }
    Some(Block::Folded {
        summary: words::observer(observer).into(),
        blocks: vec![Block::Table(Table {
            anchor: Anchor::numbered("observer", number),
            caption: words::observer(observer).into(),
            columns: [
                "overlay and question",
                "told",
                "evidence",
                "searched",
                "finding and command",
            ]
            .map(str::to_owned)
            .to_vec(),
            groups,
            source: Source::default(),
        })],
    })
}

fn detail(found: &Found<Observation>) -> Row {
    let one = &found.value;
    let (mark, word) = seen(&one.seen);
    let mut evidence = Prose::new();
    if let Seen::Partly(why) | Seen::NotApplicable(why) = &one.seen {
        evidence = evidence.text(format!("{why}. "));
    }
    for sentence in &one.evidence {
        evidence = evidence.text(format!("{sentence} "));
    }
    let mut searched = Prose::new();
    for (index, file) in one.searched.iter().enumerate() {
        if index > 0 {
            searched = searched.line();
        }
        searched = searched.file(file, file.clone());
    }
    Row {
        anchor: None,
        head: words::sentence(words::question(one.question)).into(),
        cells: vec![
            Cell::marked(mark, word),
            Cell::says(evidence),
            Cell::says(searched),
            Cell::says(
                Prose::new()
                    .file(PRIVACY, format!("line {}", found.line))
                    .line()
                    .code(command::line(&one.command)),
            ),
        ],
    }
}
