//! How round trips are distributed: a curve an overlay, over percentiles.

use e3_evaluate::finding::Figure;
use e3_evaluate::tables::{SHARES, Share};

use super::{label, style, styles, work};
use crate::href::Anchor;
use crate::page::{Block, Cell, Group, Picture, Prose, Row, Source, Table};
use crate::plot::{Axis, Chart, Growth, Point, Series};
use crate::read::MEASUREMENTS;
use crate::section::heading;
use crate::sums::Sum;
use crate::words;

const TITLE: &str = "Round trips: how they are distributed";
/// What measures round trips; another program is named.
const USUAL: &str = "round-trip";
/// Percentiles that have a name on the axis.
const NAMED: [f64; 6] = [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999];
/// Times that differ by no more than this factor are shown without what they have in common.
const ALIKE: f64 = 1.5;

pub(super) fn blocks(sums: &[Sum], command: &[String]) -> Vec<Block> {
    let mut works: Vec<(String, Vec<&Sum>)> = Vec::new();
    for sum in sums.iter().filter(|sum| sum.round_trips.is_some()) {
        let cell = &sum.cell;
        let mut title = format!(
            "Over {}: {}",
            words::network(&cell.network),
            work(&cell.size, cell.parties)
        );
        if cell.program != USUAL {
            title = format!("{title}, of {}", words::program(&cell.program));
        }
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
        Block::Paragraph(
            "At 99\u{202f}%, a curve is at the time that 99 of 100 round trips did not exceed. Each further nine is as far on the \
             axis, as in HdrHistogram’s plots; curves end where fewer than ten round trips are beyond. Where parties are in \
             several regions, the pairs that are farthest apart are drawn, and the table has all; where all times are about \
             the same, they are drawn without what they have in common. Each pair has the same weight."
                .into(),
        ),
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

/// As it stands on the axis: `0`, `50 %`, `99.9 %`.
fn percentile(place: f64) -> String {
    let share = 100.0 * (1.0 - 10_f64.powf(-place));
    if share < 0.5 {
        return "0".to_owned();
    }
    let text = format!("{share:.2}");
    let digits = text.trim_end_matches('0').trim_end_matches('.');
    format!("{digits}\u{202f}%")
}

/// Which pairs are drawn, if not all.
fn which(sums: &[&Sum]) -> String {
    let pairs = sums.iter().map(|sum| sum.pairs);
    match pairs.max_by_key(|(_, all)| *all) {
        Some((far, all)) if far < all => format!("; the {far} of {all} pairs farthest apart"),
        _ => String::new(),
    }
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
    let all = || sums.iter().filter_map(|sum| sum.round_trips.as_ref());
    let named: Vec<f64> = NAMED
        .into_iter()
        .filter(|share| all().all(|trips| trips.tells(*share)))
        .collect();
    let furthest = place(named.last().copied().unwrap_or(0.5));
    let base = base(sums, &named);
    let series: Vec<Series> = sums
        .iter()
        .map(|sum| Series {
            label: label(sum, has_identities),
            style: style(styles, &sum.cell.overlay),
            points: points(sum, furthest, &named, base.unwrap_or_default()),
            shapes_at: named.iter().map(|share| place(*share)).collect(),
        })
        .collect();
    let upright = match base {
        Some(base) => format!("round trip, beyond {}", words::seconds(base)),
        None => "round trip".to_owned(),
    };
    let ticks: Vec<f64> = named.iter().map(|share| place(*share)).collect();
    let chart = Chart {
        x: Axis {
            title: "so many round trips took at most …",
            write: percentile,
        },
        x_ticks: &ticks,
        y: Axis {
            title: &upright,
            write: words::seconds,
        },
        growth: if base.is_some() {
            Growth::Differences
        } else {
            Growth::Factors
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
                words::seconds(sum.round_trips.as_ref()?.quantile_s(0.5))
            ))
        })
        .collect();
    Picture {
        anchor: Anchor::numbered("trips", number),
        description: format!("Medians: {}.", words::all_of(&told)),
        size: drawn.size(),
        drawing: drawn.drawing,
        caption: format!("{title}{}", which(sums)).into(),
        table: Some(table(number, title, sums, has_identities)),
        title: format!("Round trips. {title}{}", which(sums)),
        source: Source::of(MEASUREMENTS, command),
    }
}

/// What all of them have in common, in seconds to three digits, where they differ by so little that it would hide by how much:
/// the way itself, over distances.
fn base(sums: &[&Sum], named: &[f64]) -> Option<f64> {
    let furthest = named.last().copied()?;
    let times = |share: f64| {
        let all = sums.iter().filter_map(|sum| sum.round_trips.as_ref());
        all.map(move |trips| trips.quantile_s(share))
    };
    let low = times(0.0).min_by(f64::total_cmp)?;
    let high = times(furthest).max_by(f64::total_cmp)?;
    let step = 10_f64.powf(low.log10().floor() - 2.0);
    (high < low * ALIKE).then(|| (low / step).floor() * step)
}

/// Often enough for a curve.
fn points(sum: &Sum, last: f64, named: &[f64], base: f64) -> Vec<Point> {
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
        .map(|x| Point {
            x,
            y: (trips.quantile_s(1.0 - 10_f64.powf(-x)) - base).max(0.0),
            interval: None,
        })
        .collect()
}

fn table(number: usize, title: &str, sums: &[&Sum], has_identities: bool) -> Table {
    let rows = sums.iter().filter_map(|sum| {
        let trips = sum.trips.as_ref()?;
        let shares = SHARES.into_iter().map(|share| told(trips.at(share)));
        Some(Row {
            anchor: None,
            head: label(sum, has_identities).into(),
            cells: shares
                .chain([Cell::figure(trips.count.to_string())])
                .collect(),
        })
    });
    let columns = [
        "overlay", "least", "50 %", "90 %", "99 %", "99.9 %", "greatest", "how many",
    ];
    Table {
        anchor: Anchor::numbered("trips-table", number),
        caption: format!(
            "Round trips of all pairs. {title}: what a share of them did not exceed, and below it the ratio to direct of the same round \
             with its 95 % interval, where a round has enough of them"
        )
        .into(),
        columns: columns.map(str::to_owned).to_vec(),
        groups: vec![Group {
            title: None,
            rows: rows.collect(),
        }],
        source: Source::default(),
    }
}

fn told(share: Option<&Share>) -> Cell {
    let Some(share) = share else {
        return Cell::figure("–");
    };
    let time = words::seconds(share.seconds);
    let Some((ratio, interval)) = share.ratio.and_then(|ratio| Some((ratio, ratio.interval?)))
    else {
        return Cell::figure(time);
    };
    let (low, high) = (words::digits(interval.low), words::digits(interval.high));
    Cell {
        prose: Prose::new()
            .text(time)
            .line()
            .text(format!("{} ({low}–{high})", words::times(ratio.median))),
        is_figure: true,
        mark: None,
    }
}
