//! Cost against the number of parties.

use std::collections::BTreeSet;

use super::{FEWEST, style, styles};
use crate::href::Anchor;
use crate::page::{Block, Cell, Group, Picture, Row, Source, Table};
use crate::plot::{Axis, Chart, Growth, Point, Series};
use crate::read::MEASUREMENTS;
use crate::section::heading;
use crate::sums::{BASE, CONTROL, Sum};
use crate::words;

pub(super) fn blocks(sums: &[Sum], command: &[String]) -> Vec<Block> {
    let mut works: Vec<(&str, &str, &str, Vec<&Sum>)> = Vec::new();
    for sum in sums
        .iter()
        .filter(|sum| sum.cell.overlay != BASE && sum.cell.overlay != CONTROL)
    {
        let cell = &sum.cell;
        let same = |known: &&mut (&str, &str, &str, Vec<&Sum>)| {
            known.0 == cell.program && known.1 == cell.network && known.2 == cell.size
        };
        match works.iter_mut().find(same) {
            Some((.., mine)) => mine.push(sum),
            None => works.push((&cell.program, &cell.network, &cell.size, vec![sum])),
        }
    }
    let styles = styles(sums);
    let pictures: Vec<Picture> = works
        .iter()
        .enumerate()
        .filter_map(|(index, (program, network, size, mine))| {
            let title = format!(
                "{} over {}, {size}",
                words::sentence(&words::program(program)),
                words::network(network)
            );
            picture(index + 1, program, &title, mine, &styles, command)
        })
        .collect();
    if pictures.is_empty() {
        return Vec::new();
    }
    vec![
        heading(
            3,
            Anchor::named("parties"),
            "Cost against the number of parties",
        ),
        Block::Pictures(pictures),
    ]
}

fn picture(
    number: usize,
    program: &str,
    title: &str,
    sums: &[&Sum],
    styles: &[&str],
    command: &[String],
) -> Option<Picture> {
    let parties: BTreeSet<u16> = sums
        .iter()
        .filter(|sum| sum.main().is_some_and(|told| told.ratio.is_some()))
        .map(|sum| sum.cell.parties)
        .collect();
    if parties.len() < FEWEST {
        return None;
    }
    let mut series: Vec<Series> = Vec::new();
    for sum in sums {
        let Some((ratio, interval)) = sum
            .main()
            .and_then(|told| Some((told.ratio?, told.interval()?)))
        else {
            continue;
        };
        let point = Point {
            x: f64::from(sum.cell.parties),
            y: ratio.median,
            interval: Some((interval.low, interval.high)),
        };
        match series
            .iter_mut()
            .find(|series| series.label == sum.cell.overlay)
        {
            Some(series) => series.points.push(point),
            None => series.push(Series {
                label: sum.cell.overlay.clone(),
                style: style(styles, &sum.cell.overlay),
                points: vec![point],
                shapes_at: parties.iter().map(|count| f64::from(*count)).collect(),
            }),
        }
    }
    for series in &mut series {
        series.points.sort_by(|a, b| a.x.total_cmp(&b.x));
    }
    let ticks: Vec<f64> = ticks(&parties);
    let figure = words::figure_name(words::main_figure(program));
    let y = format!("{figure}, ratio to direct");
    let chart = Chart {
        x: Axis {
            title: "parties",
            write: |count| format!("{count:.0}"),
        },
        x_ticks: &ticks,
        y: Axis {
            title: &y,
            write: words::times,
        },
        growth: Growth::Factors,
        always: Some(1.0),
        series: &series,
    };
    let drawn = chart.draw();
    Some(Picture {
        anchor: Anchor::numbered("parties", number),
        description: describe(&series),
        size: drawn.size(),
        drawing: drawn.drawing,
        caption: title.into(),
        table: Some(table(number, title, &parties, &series)),
        title: format!("{figure} against the number of parties. {title}"),
        source: Source::of(MEASUREMENTS, command),
    })
}

/// As many as have room.
fn ticks(parties: &BTreeSet<u16>) -> Vec<f64> {
    let step = parties.len().div_ceil(10).max(1);
    parties
        .iter()
        .step_by(step)
        .map(|count| f64::from(*count))
        .collect()
}

fn describe(series: &[Series]) -> String {
    let told = series.iter().filter_map(|series| {
        let (first, last) = (series.points.first()?, series.points.last()?);
        Some(format!(
            "{}: {} among {:.0} parties, {} among {:.0}.",
            series.label,
            words::times(first.y),
            first.x,
            words::times(last.y),
            last.x
        ))
    });
    told.collect::<Vec<_>>().join(" ")
}

fn table(number: usize, title: &str, parties: &BTreeSet<u16>, series: &[Series]) -> Table {
    let rows = series.iter().map(|series| Row {
        anchor: None,
        head: series.label.clone().into(),
        cells: parties
            .iter()
            .map(|count| {
                let point = series
                    .points
                    .iter()
                    .find(|point| (point.x - f64::from(*count)).abs() < 0.5);
                Cell::figure(point.map_or("–".to_owned(), |point| words::times(point.y)))
            })
            .collect(),
    });
    let mut columns = vec!["overlay".to_owned()];
    columns.extend(parties.iter().map(u16::to_string));
    Table {
        anchor: Anchor::numbered("parties-table", number),
        caption: format!("{title}: ratio to direct by the number of parties").into(),
        columns,
        groups: vec![Group {
            title: None,
            rows: rows.collect(),
        }],
        source: Source::default(),
    }
}
