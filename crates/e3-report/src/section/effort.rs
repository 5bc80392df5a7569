//! Ease of use, by counting.

use e3_evaluate::finding::{Counts, Effort, Means, Occasion};

use crate::href::Anchor;
use crate::page::{Block, Cell, Group, Picture, Prose, Row, Source, Table, command};
use crate::plot::{Counted, counts};
use crate::read::{EFFORT, Found};
use crate::section::{in_order, nothing, title};
use crate::words::{self, OCCASIONS};

/// The section.
pub(crate) fn blocks(effort: &[Found<Effort>], made_by: &[String]) -> Vec<Block> {
    let mut blocks = vec![title("effort", "Ease of use, by counting")];
    if effort.is_empty() {
        blocks.push(nothing(EFFORT, "Nothing was counted"));
        return blocks;
    }
    blocks.push(Block::Paragraph(
        "Everything was really done in the lab, by the overlay’s own documentation and by E³, and counted as it was done.".into(),
    ));
    // Counts are the same on every machine, and may have come with the program.
    let counted = in_order(effort.iter().filter_map(|one| one.value.counted.as_deref()));
    if !counted.is_empty() {
        let by = format!("Counted by {}.", counted.join("; by "));
        blocks.push(Block::Paragraph(by.into()));
    }
    let overlays = in_order(effort.iter().map(|one| one.value.overlay.as_str()));
    let pictures: Vec<Picture> = OCCASIONS
        .into_iter()
        .enumerate()
        .filter_map(|(index, occasion)| picture(index + 1, occasion, &overlays, effort, made_by))
        .collect();
    blocks.push(Block::Pictures(pictures));
    let tables = OCCASIONS
        .into_iter()
        .enumerate()
        .filter_map(|(index, occasion)| table(index + 1, occasion, &overlays, effort, made_by));
    blocks.push(Block::Folded {
        summary: "Everything that was counted".into(),
        blocks: tables.map(Block::Table).collect(),
    });
    blocks
}

/// The last that was found: it may have been counted again.
fn of<'a>(
    effort: &'a [Found<Effort>],
    overlay: &str,
    means: Means,
    occasion: Occasion,
) -> Option<&'a Found<Effort>> {
    effort.iter().rev().find(|one| {
        let one = &one.value;
        one.overlay == overlay && one.means == means && one.occasion == occasion
    })
}

fn picture(
    number: usize,
    occasion: Occasion,
    overlays: &[&str],
    effort: &[Found<Effort>],
    made_by: &[String],
) -> Option<Picture> {
    let steps =
        |overlay: &str, means| Some(of(effort, overlay, means, occasion)?.value.counts?.steps);
    let rows: Vec<Counted> = overlays
        .iter()
        .map(|overlay| Counted {
            label: (*overlay).to_owned(),
            first: steps(overlay, Means::ByHand),
            second: steps(overlay, Means::E3),
        })
        .filter(|row| row.first.is_some() || row.second.is_some())
        .collect();
    if rows.is_empty() {
        return None;
    }
    let anchor = Anchor::numbered("steps", number);
    let drawn = counts(
        anchor.as_str(),
        [words::means(Means::ByHand), words::means(Means::E3)],
        &rows,
    );
    let say =
        |count: Option<u32>| count.map_or("not counted".to_owned(), |count| count.to_string());
    let told: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{} {} by hand, {} by E³",
                row.label,
                say(row.first),
                say(row.second)
            )
        })
        .collect();
    let title = format!("Steps typed: {}", words::occasion(occasion));
    Some(Picture {
        description: format!("{}.", told.join("; ")),
        size: drawn.size(),
        drawing: drawn.drawing,
        caption: title.clone().into(),
        title,
        // All that was counted stands below.
        table: None,
        source: Source::of(EFFORT, made_by),
        anchor,
    })
}

fn table(
    number: usize,
    occasion: Occasion,
    overlays: &[&str],
    effort: &[Found<Effort>],
    made_by: &[String],
) -> Option<Table> {
    let mut groups = Vec::new();
    for means in [Means::ByHand, Means::E3] {
        let rows: Vec<Row> = overlays
            .iter()
            .filter_map(|overlay| of(effort, overlay, means, occasion))
            .map(row)
            .collect();
        if !rows.is_empty() {
            groups.push(Group {
                title: Some(words::sentence(words::means(means))),
                rows,
            });
        }
    }
    let columns = [
        "overlay",
        "parties",
        "steps",
        "files",
        "lines",
        "secrets",
        "accounts",
        "ports",
        "rights",
        "programs",
        "remarks",
        "finding and command",
    ];
    (!groups.is_empty()).then(|| Table {
        anchor: Anchor::numbered("effort", number),
        caption: words::sentence(words::occasion(occasion)).into(),
        columns: columns.map(str::to_owned).to_vec(),
        groups,
        source: Source::of(EFFORT, made_by),
    })
}

fn row(found: &Found<Effort>) -> Row {
    let one = &found.value;
    let mut cells = vec![Cell::figure(one.parties.to_string())];
    match one.counts {
        Some(Counts {
            steps,
            files,
            lines,
            secrets,
            accounts,
            ports,
            rights,
            programs,
        }) => {
            let all = [
                steps, files, lines, secrets, accounts, ports, rights, programs,
            ];
            cells.extend(all.map(|count| Cell::figure(count.to_string())));
        }
        None => cells.extend((0..8).map(|_| Cell::figure("–"))),
    }
    let mut remarks = Prose::new();
    if let Some(why) = &one.why {
        remarks = remarks.text(format!("{why} "));
    }
    remarks = remarks.text(format!("By {}", one.source));
    cells.push(Cell::says(remarks));
    let place = Prose::new().file(EFFORT, format!("line {}", found.line));
    cells.push(Cell::says(place.line().code(command::line(&one.command))));
    Row {
        anchor: None,
        head: one.overlay.clone().into(),
        cells,
    }
}
