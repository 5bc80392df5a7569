//! Ratios to direct, as bars: a picture a program and network.

use std::collections::BTreeSet;

use super::{FEWEST, bar, has_identities, styles, work};
use crate::href::Anchor;
use crate::page::{Block, Cell, Group, Picture, Row, Source, Table};
use crate::plot::{BarGroup, Bars};
use crate::read::MEASUREMENTS;
use crate::section::{heading, in_order};
use crate::sums::Sum;
use crate::words;

pub(super) fn blocks(sums: &[Sum], command: &[String]) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(
        "A bar begins at 1, which is direct, and ends at the ratio; a line is its interval. The control is hatched. Pictures \
         of one program have one scale. Where a work was done among many numbers of parties, a curve further below has \
         them all."
            .into(),
    )];
    let styles = styles(sums);
    let mut number = 0;
    for program in in_order(sums.iter().map(|sum| sum.cell.program.as_str())) {
        let mine: Vec<&Sum> = sums
            .iter()
            .filter(|sum| sum.cell.program == program)
            .collect();
        let usual = usual(&mine);
        let networks: Vec<(&str, Vec<BarGroup>)> =
            in_order(mine.iter().map(|sum| sum.cell.network.as_str()))
                .into_iter()
                .map(|network| (network, groups(network, usual, &mine, &styles)))
                .filter(|(_, groups)| !groups.is_empty())
                .collect();
        let all: Vec<BarGroup> = networks
            .iter()
            .flat_map(|(_, groups)| groups.clone())
            .collect();
        let mut pictures = Vec::new();
        for (network, groups) in &networks {
            number += 1;
            pictures.push(picture(number, program, network, groups, &all, command));
        }
        if !pictures.is_empty() {
            let figure = words::figure_name(words::main_figure(program));
            let title = format!("{}: {figure}", words::sentence(&words::program(program)));
            let anchor = Anchor::numbered("ratios-of", blocks.len() + 1);
            blocks.push(heading(3, anchor, &title));
            blocks.push(Block::Pictures(pictures));
        }
    }
    blocks
}

/// The number of parties that most cells have.
fn usual(sums: &[&Sum]) -> u16 {
    let counts = sums.iter().map(|sum| sum.cell.parties);
    let times = |parties: u16| {
        sums.iter()
            .filter(|sum| sum.cell.parties == parties)
            .count()
    };
    let most = counts.max_by_key(|parties| (times(*parties), std::cmp::Reverse(*parties)));
    most.unwrap_or_default()
}

/// Whether the same work was done among so many numbers of parties that a curve shows them better.
fn is_a_row_of_parties(sum: &Sum, sums: &[&Sum]) -> bool {
    let same = sums
        .iter()
        .filter(|other| other.cell.network == sum.cell.network && other.cell.size == sum.cell.size);
    same.map(|other| other.cell.parties)
        .collect::<BTreeSet<u16>>()
        .len()
        >= FEWEST
}

fn picture(
    number: usize,
    program: &str,
    network: &str,
    groups: &[BarGroup],
    beside: &[BarGroup],
    command: &[String],
) -> Picture {
    let anchor = Anchor::numbered("ratios", number);
    let figure = words::main_figure(program);
    let direction = if figure.more_is_better() {
        "more is faster →"
    } else {
        "more is slower →"
    };
    let bars = Bars {
        name: anchor.as_str(),
        groups,
        beside,
        direction,
    };
    let drawn = bars.draw();
    let place = words::network(network);
    let title = format!(
        "Over {place}: {}, as a ratio to direct",
        words::figure_name(figure)
    );
    Picture {
        description: describe(groups),
        size: drawn.size(),
        drawing: drawn.drawing,
        caption: format!("Over {place}").into(),
        table: Some(table(number, &title, groups)),
        title,
        source: Source::of(MEASUREMENTS, command),
        anchor,
    }
}

/// What was measured over a network, by work.
fn groups(network: &str, usual: u16, all: &[&Sum], styles: &[&str]) -> Vec<BarGroup> {
    let sums: Vec<&&Sum> = all
        .iter()
        .filter(|sum| sum.cell.network == network)
        .filter(|sum| !is_a_row_of_parties(sum, all) || sum.cell.parties == usual)
        .collect();
    let has_identities = has_identities(sums.iter().copied().copied());
    let mut groups: Vec<BarGroup> = Vec::new();
    for sum in sums {
        let Some(bar) = sum
            .main()
            .and_then(|told| bar(sum, told, styles, has_identities))
        else {
            continue;
        };
        let title = work(&sum.cell.size, sum.cell.parties);
        BarGroup::put(&mut groups, title, bar);
    }
    groups
}

pub(super) fn describe(groups: &[BarGroup]) -> String {
    let told = groups.iter().map(|group| {
        let bars: Vec<String> = group
            .bars
            .iter()
            .map(|bar| format!("{} {}", bar.label, words::times(bar.ratio)))
            .collect();
        format!(
            "{}: {}.",
            words::sentence(&group.title),
            words::all_of(&bars)
        )
    });
    told.collect::<Vec<_>>().join(" ")
}

fn table(number: usize, title: &str, groups: &[BarGroup]) -> Table {
    same_in_figures(Anchor::numbered("ratios-table", number), title, groups)
}

/// All bars of a picture as a table.
pub(super) fn same_in_figures(anchor: Anchor, title: &str, groups: &[BarGroup]) -> Table {
    let groups = groups.iter().map(|group| Group {
        title: Some(group.title.clone()),
        rows: group
            .bars
            .iter()
            .map(|bar| Row {
                anchor: None,
                head: bar.label.clone().into(),
                cells: vec![
                    Cell::figure(words::times(bar.ratio)),
                    Cell::figure(format!(
                        "{}–{}",
                        words::digits(bar.low),
                        words::digits(bar.high)
                    )),
                ],
            })
            .collect(),
    });
    Table {
        anchor,
        caption: title.into(),
        columns: ["overlay", "ratio", "interval"].map(str::to_owned).to_vec(),
        groups: groups.collect(),
        source: Source::default(),
    }
}
