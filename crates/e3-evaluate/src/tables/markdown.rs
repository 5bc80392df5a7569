//! Tables for people.

use std::fmt::Write as _;

use super::trips::name;
use super::units::digits;
use super::{Fitness, Found, Row, SHARES, Table, Tables, Trips, shown};
use crate::finding::Figure;
use crate::plan::End;
use crate::statistics::{Interval, Ratio};

/// What a way has beside the figure that the work is for, where it was measured.
const BESIDE: [(Figure, &str); 5] = [
    (Figure::SetUp, "set-up"),
    (Figure::Connect, "connect"),
    (Figure::Processor, "CPU"),
    (Figure::OverlayProcessor, "of that overlay"),
    (Figure::Memory, "memory"),
];

pub(super) fn write(tables: &Tables) -> String {
    let tables: Vec<String> = tables.tables.iter().map(of_work).collect();
    tables.join("\n")
}

fn of_work(table: &Table) -> String {
    let mut text = format!("### {}\n\n", table.work);
    let has = |figure: &Figure| {
        table
            .rows
            .iter()
            .any(|row| row.figures.contains_key(figure))
    };
    let beside: Vec<&(Figure, &str)> = BESIDE.iter().filter(|(figure, _)| has(figure)).collect();
    let wire = table.rows.iter().any(|row| row.overhead.is_some());

    let base = table.base.as_ref();
    let base = base.map_or("–".to_owned(), |way| way.overlay.clone());
    let mut head = vec![
        "way".to_owned(),
        table.main.name().replace('-', " "),
        "range".to_owned(),
        format!("/ {base}"),
        "95 %".to_owned(),
    ];
    head.extend(beside.iter().map(|(_, name)| (*name).to_owned()));
    if has(&Figure::Processor) {
        head.push(format!("CPU / {base}"));
    }
    if wire {
        head.push("wire / payload".to_owned());
    }
    head.push("rounds".to_owned());
    line(&mut text, &head);
    line(&mut text, &vec!["---".to_owned(); head.len()]);

    for row in &table.rows {
        let mut cells = vec![row.way.to_string()];
        cells.extend(main_cells(row, table.main));
        cells.extend(beside.iter().map(|(figure, _)| median_of(row, *figure)));
        if has(&Figure::Processor) {
            let found = row.figures.get(&Figure::Processor);
            cells.push(ratio(found.and_then(|found| found.ratio)));
        }
        if wire {
            cells.push(overhead(row));
        }
        cells.push(rounds(row));
        line(&mut text, &cells);
    }
    round_trips(&mut text, table, &base);
    // Writing into a text cannot fail.
    let _ = write!(text, "\n{}\n", said_of(table).join(" "));
    for note in &table.notes {
        let _ = writeln!(text, "- {note}");
    }
    text
}

/// A table of its own: how round trips are distributed, and their ratios to the plain way where a round has enough of them.
fn round_trips(text: &mut String, table: &Table, base: &str) {
    let rows = table.rows.iter();
    let rows: Vec<(&Row, &Trips)> = rows
        .filter_map(|row| Some((row, row.round_trips.as_ref()?)))
        .collect();
    if rows.is_empty() {
        return;
    }
    let of = |trips: &Trips, share: f64| trips.at(share).and_then(|share| share.ratio);
    let has = |share: &f64| rows.iter().any(|(_, trips)| of(trips, *share).is_some());
    let compared: Vec<f64> = SHARES.into_iter().filter(has).collect();
    let mut head = vec!["round trips".to_owned()];
    head.extend(SHARES.map(name));
    head.extend(
        compared
            .iter()
            .map(|share| format!("{} / {base}", name(*share))),
    );
    head.push("how many".to_owned());
    text.push('\n');
    line(text, &head);
    line(text, &vec!["---".to_owned(); head.len()]);
    for (row, trips) in rows {
        let mut cells = vec![row.way.to_string()];
        cells.extend(SHARES.map(|share| {
            let at = trips.at(share);
            at.map_or(NOTHING.to_owned(), |at| {
                shown(Figure::RoundTrip, at.seconds)
            })
        }));
        cells.extend(compared.iter().map(|share| ratio(of(trips, *share))));
        cells.push(trips.count.to_string());
        line(text, &cells);
    }
}

/// What stands where there is nothing to be said.
const NOTHING: &str = "–";

fn line(text: &mut String, cells: &[String]) {
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn main_cells(row: &Row, main: Figure) -> [String; 4] {
    let Some(Found {
        spread, ratio: of, ..
    }) = row.figures.get(&main)
    else {
        return std::array::from_fn(|_| NOTHING.to_owned());
    };
    [
        shown(main, spread.median),
        format!("{}–{}", shown(main, spread.least), shown(main, spread.most)),
        ratio(*of),
        interval(of.and_then(|ratio| ratio.interval)),
    ]
}

fn median_of(row: &Row, figure: Figure) -> String {
    let found = row.figures.get(&figure);
    found.map_or(NOTHING.to_owned(), |found| {
        shown(figure, found.spread.median)
    })
}

fn ratio(ratio: Option<Ratio>) -> String {
    ratio.map_or(NOTHING.to_owned(), |ratio| format!("{:.3}", ratio.median))
}

/// `1.285–1.515`; where rounds are few, with what it is worth.
fn interval(interval: Option<Interval>) -> String {
    let Some(interval) = interval else {
        return NOTHING.to_owned();
    };
    let ends = format!("{:.3}–{:.3}", interval.low, interval.high);
    if interval.confidence < 0.95 {
        format!("{ends} ({:.0} %)", interval.confidence * 100.0)
    } else {
        ends
    }
}

fn overhead(row: &Row) -> String {
    row.overhead
        .map_or(NOTHING.to_owned(), |ratio| digits(ratio.median))
}

fn rounds(row: &Row) -> String {
    let far: usize = row
        .figures
        .values()
        .map(|found| found.outliers.len())
        .max()
        .unwrap_or(0);
    let mut said = row.rounds.to_string();
    if far > 0 {
        let _ = write!(said, ", {far} far off");
    }
    if row.failures > 0 {
        let _ = write!(said, ", {} failed", row.failures);
    }
    said
}

/// Sentences on the whole table.
fn said_of(table: &Table) -> Vec<String> {
    let rounds = match table.rounds {
        1 => "1 round".to_owned(),
        many => format!("{many} rounds"),
    };
    let end = match table.end {
        Some(End::Precise) => {
            format!("{rounds}: every interval is as narrow as was asked for.")
        }
        Some(End::Time) => format!("{rounds}: the time was used up."),
        Some(End::Rounds) => format!("{rounds}, as many as there may be."),
        Some(End::Failed) => "No way could do it.".to_owned(),
        None => format!("{rounds} so far: it was cut off."),
    };
    let fitness = match table.fitness {
        Fitness::Fit(_) => None,
        Fitness::Unfit(of) => Some(format!(
            "**The machine was not fit**: direct against itself is {:.3}–{:.3}, which does not contain 1.",
            of.low, of.high
        )),
        Fitness::Unknown => {
            Some("Whether the machine was fit is not known: there are too few rounds.".to_owned())
        }
    };
    [Some(end), fitness].into_iter().flatten().collect()
}
