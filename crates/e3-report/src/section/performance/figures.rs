//! Every figure of every cell.

use std::collections::BTreeMap;

use e3_evaluate::finding::Figure;

use crate::href::Anchor;
use crate::page::{Block, Cell, Group, Prose, Row, Source, Table, command};
use crate::read::MEASUREMENTS;
use crate::section::{heading, in_order};
use crate::sums::{CONTROL, Sum, Told};
use crate::words;

pub(super) fn blocks(sums: &[Sum], made_by: &[String]) -> Vec<Block> {
    let mut blocks = vec![heading(3, Anchor::named("figures"), "Every figure")];
    let mut number = 0;
    for network in in_order(sums.iter().map(|sum| sum.cell.network.as_str())) {
        for program in in_order(sums.iter().map(|sum| sum.cell.program.as_str())) {
            let mine: Vec<&Sum> = sums
                .iter()
                .filter(|sum| sum.cell.network == network && sum.cell.program == program)
                .collect();
            if mine.is_empty() {
                continue;
            }
            number += 1;
            let title = format!(
                "{} over {}",
                words::sentence(&words::program(program)),
                words::network(network)
            );
            let cells = words::count(mine.len(), "cell", "cells");
            blocks.push(Block::Folded {
                summary: format!("{title}: {cells}").into(),
                blocks: vec![Block::Table(table(number, &title, &mine, made_by))],
            });
        }
    }
    blocks
}

fn table(number: usize, title: &str, sums: &[&Sum], made_by: &[String]) -> Table {
    let figures: Vec<Figure> = Figure::ALL
        .into_iter()
        .filter(|figure| sums.iter().any(|sum| sum.figures.contains_key(figure)))
        .collect();
    let mut groups: Vec<Group> = Vec::new();
    for sum in sums {
        let title = super::work(&sum.cell.size, sum.cell.parties);
        let row = row(sum, &figures);
        match groups
            .iter_mut()
            .find(|group| group.title.as_deref() == Some(&title))
        {
            Some(group) => group.rows.push(row),
            None => groups.push(Group {
                title: Some(title),
                rows: vec![row],
            }),
        }
    }
    let mut columns = vec!["overlay".to_owned()];
    columns.extend(
        figures
            .iter()
            .map(|figure| words::figure_name(*figure).to_owned()),
    );
    columns.extend(["paths", "runs", "failed", "one run"].map(str::to_owned));
    Table {
        anchor: Anchor::numbered("figures", number),
        caption: format!(
            "{title}: medians, and below them ratios to direct with their 95 % intervals"
        )
        .into(),
        columns,
        groups,
        source: Source::of(MEASUREMENTS, made_by),
    }
}

fn row(sum: &Sum, figures: &[Figure]) -> Row {
    let mut cells: Vec<Cell> = figures
        .iter()
        .map(|figure| {
            sum.figures
                .get(figure)
                .map_or_else(|| Cell::figure("–"), |told| cell(*figure, told))
        })
        .collect();
    cells.push(Cell::says(paths(&sum.paths)));
    cells.push(Cell::figure(sum.runs.to_string()));
    cells.push(Cell::figure(sum.failures.len().to_string()));
    cells.push(match &sum.run {
        Some(run) => Cell::says(
            Prose::new()
                .file(run.path(), "its folder")
                .line()
                .code(command::line(&sum.command)),
        ),
        None => Cell::says(Prose::new().code(command::line(&sum.command))),
    });
    Row {
        // The control stands where it is judged.
        anchor: (sum.cell.overlay != CONTROL).then(|| sum.anchor.clone()),
        head: Prose::new().text(format!("{} · {}", sum.cell.overlay, sum.cell.identity)),
        cells,
    }
}

fn cell(figure: Figure, told: &Told) -> Cell {
    let mut prose = Prose::new().text(words::figure(figure, told.spread.median));
    if let (Some(ratio), Some(interval)) = (told.ratio, told.interval()) {
        let (low, high) = (words::digits(interval.low), words::digits(interval.high));
        prose = prose
            .line()
            .text(format!("{} ({low}–{high})", words::times(ratio.median)));
    }
    if told.outliers > 0 {
        prose = prose
            .line()
            .text(words::count(told.outliers, "outlier", "outliers"));
    }
    Cell {
        prose,
        is_figure: true,
        mark: None,
    }
}

fn paths(paths: &BTreeMap<String, u32>) -> String {
    let told: Vec<String> = paths
        .iter()
        .map(|(path, count)| format!("{path} {count}"))
        .collect();
    if told.is_empty() {
        "–".to_owned()
    } else {
        told.join(", ")
    }
}
