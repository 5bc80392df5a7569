//! Performance: ratios, round trips, cost against the number of parties, and every figure of every cell.

mod figures;
mod parties;
mod ratios;
mod trips;

use crate::page::{Block, Prose};
use crate::read::MEASUREMENTS;
use crate::section::{in_order, nothing, title};
use crate::sums::{BASE, Sum};
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
                " in the same round, with an interval of 95 % from bootstrap (of fewer than six rounds: the range of all \
                 ratios). Runs of different overlays were made in turns, in an order drawn from the seed.",
            ),
    ));
    blocks.extend(ratios::blocks(sums, command));
    blocks.extend(trips::blocks(sums, command));
    blocks.extend(parties::blocks(sums, command));
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
