//! How round trips are distributed: a curve an overlay, over percentiles.

use e3_evaluate::finding::Figure;

use super::{label, style, styles, work};
use crate::href::Anchor;
use crate::page::{Block, Cell, Group, Picture, Row, Source, Table};
use crate::plot::{Axis, Chart, Point, Series};
use crate::read::MEASUREMENTS;
use crate::section::heading;
use crate::sums::Sum;
use crate::words;

const TITLE: &str = "Round trips: how they are distributed";
/// Percentiles that have a name on the axis, and in the table.
const NAMED: [f64; 5] = [0.0, 0.5, 0.9, 0.99, 0.999];

pub(super) fn blocks(sums: &[Sum], command: &[String]) -> Vec<Block> {
    let mut works: Vec<(String, Vec<&Sum>)> = Vec::new();
    for sum in sums.iter().filter(|sum| {
        sum.round_trips
            .as_ref()
            .is_some_and(|trips| trips.count() > 0)
    }) {
        let cell = &sum.cell;
        let title = format!(
            "Over {}, {} ({})",
            words::network(&cell.network),
            work(&cell.size, cell.parties),
            cell.program
        );
        match works.iter_mut().find(|(known, _)| *known == title) {
            Some((_, mine)) => mine.push(sum),
            None => works.push((title, vec![sum])),
        }
    }
    if works.is_empty() {
        return not_kept(sums);
    }
    let styles = styles(sums);
    let pictures = works
        .into_iter()
        .enumerate()
        .map(|(index, (title, mine))| picture(index + 1, &title, &mine, &styles, command))
        .collect();
    vec![
        heading(3, Anchor::named("round-trips"), TITLE),
        Block::Paragraph("Of all pairs and rounds: at 99 %, a curve is at the time that 99 of 100 round trips did not exceed.".into()),
        Block::Pictures(pictures),
    ]
}

/// What is said of round trips of which only medians and percentiles were kept.
fn not_kept(sums: &[Sum]) -> Vec<Block> {
    let is_measured = |sum: &Sum| sum.figures.contains_key(&Figure::RoundTrip);
    if !sums.iter().any(is_measured) {
        return Vec::new();
    }
    let says = "Of these round trips no distributions were kept; medians and 99th percentiles stand in the tables below.";
    vec![
        heading(3, Anchor::named("round-trips"), TITLE),
        Block::Paragraph(says.into()),
    ]
}

/// Where a percentile stands: each further nine is as far.
fn place(share: f64) -> f64 {
    -(1.0 - share).log10()
}

fn percentile(place: f64) -> String {
    let share = 100.0 * (1.0 - 10_f64.powf(-place));
    if share < 0.5 {
        "least".to_owned()
    } else {
        format!("{}%", words_of(share))
    }
}

fn words_of(share: f64) -> String {
    let text = format!("{share:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn picture(
    number: usize,
    title: &str,
    sums: &[&Sum],
    styles: &[&str],
    command: &[String],
) -> Picture {
    let has_identities = sums
        .windows(2)
        .any(|two| two[0].cell.overlay == two[1].cell.overlay);
    // As far as a hundred round trips are beyond it.
    let counts = sums
        .iter()
        .filter_map(|sum| sum.round_trips.as_ref())
        .map(e3_evaluate::statistics::Distribution::count);
    let least = counts.min().unwrap_or_default();
    let named: Vec<f64> = NAMED
        .into_iter()
        .filter(|share| is_known(*share, least))
        .collect();
    let furthest = place(named.last().copied().unwrap_or(0.5));
    let series: Vec<Series> = sums
        .iter()
        .map(|sum| Series {
            label: label(sum, has_identities),
            style: style(styles, &sum.cell.overlay),
            points: points(sum, furthest, &named),
            shapes_at: named.iter().map(|share| place(*share)).collect(),
        })
        .collect();
    let ticks: Vec<f64> = named.iter().map(|share| place(*share)).collect();
    let chart = Chart {
        x: Axis {
            title: "so many round trips took at most …",
            write: percentile,
        },
        x_ticks: &ticks,
        y: Axis {
            title: "round trip",
            write: words::seconds,
        },
        always: None,
        series: &series,
    };
    let drawn = chart.draw();
    let told: Vec<String> = sums
        .iter()
        .filter_map(|sum| {
            Some(format!(
                "{} {}",
                label(sum, has_identities),
                words::seconds(sum.round_trips.as_ref()?.quantile_s(0.5)?)
            ))
        })
        .collect();
    Picture {
        anchor: Anchor::numbered("trips", number),
        description: format!("Medians: {}.", words::all_of(&told)),
        size: drawn.size(),
        drawing: drawn.drawing,
        caption: title.into(),
        table: Some(table(number, title, sums, has_identities, &named)),
        title: format!("Round trips. {title}"),
        source: Source::of(MEASUREMENTS, command),
    }
}

/// Whether enough were measured for it.
fn is_known(share: f64, count: u64) -> bool {
    let beyond = 1.0 - share;
    // Of ten round trips beyond a percentile, one more or less makes little difference.
    u32::try_from(count.min(u64::from(u32::MAX)))
        .is_ok_and(|count| share <= 0.5 || f64::from(count) * beyond >= 10.0 - 1e-9)
}

/// Often enough for a curve.
fn points(sum: &Sum, last: f64, named: &[f64]) -> Vec<Point> {
    let Some(trips) = &sum.round_trips else {
        return Vec::new();
    };
    let mut places: Vec<f64> = (0..=40_u32)
        .map(|step| f64::from(step) / 40.0 * last)
        .collect();
    places.extend(named.iter().map(|share| place(*share)));
    places.sort_by(f64::total_cmp);
    places
        .into_iter()
        .filter_map(|x| {
            Some(Point {
                x,
                y: trips.quantile_s(1.0 - 10_f64.powf(-x))?,
                interval: None,
            })
        })
        .collect()
}

fn table(number: usize, title: &str, sums: &[&Sum], has_identities: bool, named: &[f64]) -> Table {
    let rows = sums.iter().filter_map(|sum| {
        let trips = sum.round_trips.as_ref()?;
        let mut cells: Vec<Cell> = named
            .iter()
            .map(|share| {
                Cell::figure(
                    trips
                        .quantile_s(*share)
                        .map_or("–".to_owned(), words::seconds),
                )
            })
            .collect();
        cells.push(Cell::figure(trips.count().to_string()));
        Some(Row {
            anchor: None,
            head: label(sum, has_identities).into(),
            cells,
        })
    });
    let mut columns = vec!["overlay".to_owned()];
    columns.extend(named.iter().map(|share| percentile(place(*share))));
    columns.push("how many".to_owned());
    Table {
        anchor: Anchor::numbered("trips-table", number),
        caption: format!("Round trips. {title}").into(),
        columns,
        groups: vec![Group {
            title: None,
            rows: rows.collect(),
        }],
        source: Source::default(),
    }
}
