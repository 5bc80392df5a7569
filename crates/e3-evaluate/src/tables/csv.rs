//! Tables for spreadsheets.

use std::fmt::Write as _;

use super::{Found, Tables};
use crate::statistics::Interval;

/// The first line.
const COLUMNS: &str =
    "cell,figure,unit,rounds,median,least,most,ratio,low,high,confidence,outliers";

/// A line for each way and figure. No name has a comma in it, so that nothing needs quotes.
pub(super) fn write(tables: &Tables) -> String {
    let mut text = format!("{COLUMNS}\n");
    for table in &tables.tables {
        for row in &table.rows {
            let cell = table.work.by(&row.way);
            for (figure, found) in &row.figures {
                let Found {
                    spread,
                    ratio,
                    outliers,
                } = found;
                let interval = ratio.and_then(|ratio| ratio.interval);
                let end = |of: fn(Interval) -> f64| maybe(interval.map(of));
                // Writing into a text cannot fail.
                let _ = writeln!(
                    text,
                    "{cell},{},{},{},{},{},{},{},{},{},{},{}",
                    figure.name(),
                    figure.unit(),
                    row.rounds,
                    spread.median,
                    spread.least,
                    spread.most,
                    maybe(ratio.map(|ratio| ratio.median)),
                    end(|interval| interval.low),
                    end(|interval| interval.high),
                    end(|interval| interval.confidence),
                    outliers.len(),
                );
            }
        }
    }
    text
}

fn maybe(number: Option<f64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}
