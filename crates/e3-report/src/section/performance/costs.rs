//! What an overlay costs beside time: setting up, connecting, processor, memory, bytes on the wire; a picture each, of one
//! work over all networks.

use std::collections::BTreeSet;

use e3_evaluate::finding::Figure;

use super::{bar, has_identities, ratios, styles, work};
use crate::href::Anchor;
use crate::page::{Block, Picture, Source};
use crate::plot::{BarGroup, Bars};
use crate::read::MEASUREMENTS;
use crate::section::{heading, in_order};
use crate::sums::{BASE, Sum, Told};
use crate::words;

/// What is shown: its name, and what it is of a cell.
struct Cost {
    name: &'static str,
    of: fn(&Sum) -> Option<&Told>,
}

/// In the order of pictures.
const COSTS: [Cost; 6] = [
    Cost {
        name: "time to set up",
        of: |sum| sum.figures.get(&Figure::SetUp),
    },
    Cost {
        name: "time to connect",
        of: |sum| sum.figures.get(&Figure::Connect),
    },
    Cost {
        name: "processor time of all processes",
        of: |sum| sum.figures.get(&Figure::Processor),
    },
    Cost {
        name: "processor time of agents and daemons",
        of: |sum| sum.figures.get(&Figure::OverlayProcessor),
    },
    Cost {
        name: "memory of an agent with its daemons",
        of: |sum| sum.figures.get(&Figure::Memory),
    },
    Cost {
        name: "bytes on the wire per byte of payload",
        of: |sum| sum.overhead.as_ref(),
    },
];

pub(super) fn blocks(sums: &[Sum], command: &[String]) -> Vec<Block> {
    let styles = styles(sums);
    let pictures = COSTS.iter().enumerate().filter_map(|(index, cost)| {
        let mine = reference(sums, cost)?;
        let drawn = groups(&mine, cost, &styles);
        Some(picture(index + 1, cost, &mine, &drawn, command))
    });
    let pictures: Vec<Picture> = pictures.collect();
    if pictures.is_empty() {
        return Vec::new();
    }
    vec![
        heading(3, Anchor::named("costs"), "What else it costs"),
        Block::Paragraph(
            "As ratios to direct, too, of the work that was done over the most networks, over three of them at most; the tables below \
             have all others."
                .into(),
        ),
        Block::Pictures(pictures),
    ]
}

/// Networks that are shown, if there are so many: what an overlay itself costs, what distance, and what home routers make of it
/// come first.
const PREFERRED: [&str; 6] = ["lan", "far", "nat", "world", "near", "loss"];
const SHOWN: usize = 3;

/// Of the networks of these cells, those that are shown.
fn shown<'a>(sums: &[&'a Sum]) -> Vec<&'a str> {
    let mut networks = in_order(sums.iter().map(|sum| sum.cell.network.as_str()));
    let place = |network: &str| PREFERRED.iter().position(|known| *known == network);
    networks.sort_by_key(|network| place(network).unwrap_or(PREFERRED.len()));
    networks.truncate(SHOWN);
    networks
}

/// The work (program, size and number of parties) that tells this cost over the most networks and, of several, by the most
/// ways; over some of these networks.
fn reference<'a>(sums: &'a [Sum], cost: &Cost) -> Option<Vec<&'a Sum>> {
    let told: Vec<&Sum> = sums
        .iter()
        .filter(|sum| sum.cell.overlay != BASE)
        .filter(|sum| (cost.of)(sum).is_some_and(|told| told.ratio.is_some()))
        .collect();
    let same = |one: &Sum| -> Vec<&'a Sum> {
        let cell = &one.cell;
        let is_same = |other: &&&Sum| {
            let other = &other.cell;
            (&other.program, &other.size, other.parties)
                == (&cell.program, &cell.size, cell.parties)
        };
        told.iter().filter(is_same).copied().collect()
    };
    let mut best: Option<(usize, Vec<&Sum>)> = None;
    for one in &told {
        let mine = same(one);
        let networks: BTreeSet<&str> = mine.iter().map(|sum| sum.cell.network.as_str()).collect();
        let is_better = best
            .as_ref()
            .is_none_or(|(most, known)| (networks.len(), mine.len()) > (*most, known.len()));
        if is_better {
            best = Some((networks.len(), mine));
        }
    }
    let mut mine = best.map(|(_, mine)| mine)?;
    let networks = shown(&mine);
    mine.retain(|sum| networks.contains(&sum.cell.network.as_str()));
    Some(mine)
}

/// A group a network.
fn groups(sums: &[&Sum], cost: &Cost, styles: &[&str]) -> Vec<BarGroup> {
    let has_identities = has_identities(sums.iter().copied());
    let mut groups: Vec<BarGroup> = Vec::new();
    for sum in sums {
        let told = (cost.of)(sum);
        let Some(bar) = told.and_then(|told| bar(sum, told, styles, has_identities)) else {
            continue;
        };
        let title = format!("over {}", words::network(&sum.cell.network));
        BarGroup::put(&mut groups, title, bar);
    }
    groups
}

fn picture(
    number: usize,
    cost: &Cost,
    sums: &[&Sum],
    groups: &[BarGroup],
    command: &[String],
) -> Picture {
    let anchor = Anchor::numbered("cost", number);
    let bars = Bars {
        name: anchor.as_str(),
        groups,
        beside: &[],
        direction: "more is worse →",
    };
    let drawn = bars.draw();
    let name = words::sentence(cost.name);
    let of = sums.first().map(|sum| {
        let cell = &sum.cell;
        format!(
            "{}, {}",
            words::program(&cell.program),
            work(&cell.size, cell.parties)
        )
    });
    let caption = format!("{name}: {}", of.unwrap_or_default());
    let title = format!("{caption}, as a ratio to direct");
    Picture {
        description: ratios::describe(groups),
        size: drawn.size(),
        drawing: drawn.drawing,
        caption: caption.into(),
        table: Some(ratios::same_in_figures(
            Anchor::numbered("cost-table", number),
            &title,
            groups,
        )),
        title,
        source: Source::of(MEASUREMENTS, command),
        anchor,
    }
}
