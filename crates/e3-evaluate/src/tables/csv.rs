//! Tables for spreadsheets.

use std::fmt::Write as _;

use super::{Found, Tables, trips};
use crate::finding::{Cell, Figure};
use crate::statistics::{Interval, Ratio, Spread};

/// The first line.
const COLUMNS: &str =
    "cell,figure,unit,rounds,median,least,most,ratio,low,high,confidence,outliers";

/// What stands in a line.
struct Line<'a> {
    cell: &'a Cell,
    figure: &'a str,
    unit: &'a str,
    rounds: usize,
    spread: Spread,
    ratio: Option<Ratio>,
    outliers: usize,
}

/// A line for each way and figure, and for each share of its round trips: of those, the median is of all rounds together. No name has a comma in it, so that nothing needs quotes.
pub(super) fn write(tables: &Tables) -> String {
    let mut text = format!("{COLUMNS}\n");
    for table in &tables.tables {
        for row in &table.rows {
            let cell = table.work.by(&row.way);
            for (figure, found) in &row.figures {
                let Found {
                    spread,
                    interval: _,
                    ratio,
                    outliers,
                } = found;
                let line = Line {
                    cell: &cell,
                    figure: figure.name(),
                    unit: figure.unit(),
                    rounds: row.rounds,
                    spread: *spread,
                    ratio: *ratio,
                    outliers: outliers.len(),
                };
                line.write(&mut text);
            }
            for share in row.round_trips.iter().flat_map(|trips| &trips.shares) {
                let line = Line {
                    cell: &cell,
                    figure: &trips::figure(share.share),
                    unit: Figure::RoundTrip.unit(),
                    rounds: row.rounds,
                    spread: Spread {
                        median: share.seconds,
                        ..share.rounds
                    },
                    ratio: share.ratio,
                    outliers: 0,
                };
                line.write(&mut text);
            }
        }
    }
    text
}

impl Line<'_> {
    fn write(&self, text: &mut String) {
        let Self {
            cell,
            figure,
            unit,
            rounds,
            spread,
            ratio,
            outliers,
        } = self;
        let interval = ratio.and_then(|ratio| ratio.interval);
        let end = |of: fn(Interval) -> f64| maybe(interval.map(of));
        // Writing into a text cannot fail.
        let _ = writeln!(
            text,
            "{cell},{figure},{unit},{rounds},{},{},{},{},{},{},{},{outliers}",
            spread.median,
            spread.least,
            spread.most,
            maybe(ratio.map(|ratio| ratio.median)),
            end(|interval| interval.low),
            end(|interval| interval.high),
            end(|interval| interval.confidence),
        );
    }
}

fn maybe(number: Option<f64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}
