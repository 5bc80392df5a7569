//! Performance: ratios, round trips, cost against the number of parties, what else it costs, and every figure of every cell.

mod costs;
mod figures;
mod parties;
mod ratios;
mod trips;

use std::collections::BTreeSet;

use crate::page::{Block, Prose};
use crate::plot::Bar;
use crate::read::MEASUREMENTS;
use crate::section::{in_order, nothing, title};
use crate::sums::{BASE, CONTROL, Sum, Told};
use crate::words;

/// Of so many numbers of parties a curve is drawn: two points are none.
const FEWEST: usize = 3;

/// The section.
pub(crate) fn blocks(sums: &[Sum], command: &[String]) -> Vec<Block> {
    let mut blocks = vec![title("performance", "Performance")];
    if sums.is_empty() {
        blocks.push(nothing(MEASUREMENTS, "Nothing was measured"));
        return blocks;
    }
    blocks.push(Block::Paragraph(
        Prose::new()
            .text("Every figure is the median of the ratios to ")
            .code(BASE)
            .text(
                " in the same round, with an interval that contains it with 95\u{202f}% or more (of fewer than six rounds: the range \
                 of all ratios, which promises less). Runs of different overlays were made in turns, in an order drawn from the seed.",
            ),
    ));
    blocks.extend(ratios::blocks(sums, command));
    blocks.extend(trips::blocks(sums, command));
    blocks.extend(parties::blocks(sums, command));
    blocks.extend(costs::blocks(sums, command));
    blocks.extend(figures::blocks(sums, command));
    blocks
}

/// Which style each overlay has in all pictures.
fn styles(sums: &[Sum]) -> Vec<&str> {
    in_order(sums.iter().map(|sum| sum.cell.overlay.as_str()))
}

fn style(styles: &[&str], overlay: &str) -> usize {
    styles
        .iter()
        .position(|known| *known == overlay)
        .unwrap_or_default()
}

/// Whether two of these differ in the identity alone.
fn has_identities<'a>(sums: impl IntoIterator<Item = &'a Sum>) -> bool {
    let ways: BTreeSet<(&str, &str)> = sums
        .into_iter()
        .map(|sum| (sum.cell.overlay.as_str(), sum.cell.identity.as_str()))
        .collect();
    let overlays: BTreeSet<&str> = ways.iter().map(|(overlay, _)| *overlay).collect();
    ways.len() > overlays.len()
}

/// The ratio of a figure as a bar; none of `direct`, and where there is no ratio.
fn bar(sum: &Sum, told: &Told, styles: &[&str], has_identities: bool) -> Option<Bar> {
    let (ratio, interval) = (told.ratio?, told.interval()?);
    (sum.cell.overlay != BASE).then(|| Bar {
        label: label(sum, has_identities),
        style: style(styles, &sum.cell.overlay),
        ratio: ratio.median,
        low: interval.low,
        high: interval.high,
        is_hatched: sum.cell.overlay == CONTROL,
    })
}

/// What was done, where identities differ also which.
fn label(sum: &Sum, has_identities: bool) -> String {
    if has_identities {
        format!("{}.{}", sum.cell.overlay, sum.cell.identity)
    } else {
        sum.cell.overlay.clone()
    }
}

/// `small, 3 parties`.
fn work(size: &str, parties: u16) -> String {
    format!(
        "{size}, {}",
        words::count(parties.into(), "party", "parties")
    )
}
