//! A network: a box a region, in it its parties, and between regions how long a round trip takes.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::draw::{Side, float, line, rect, short, text};
use super::{Drawn, WIDTH};
use crate::read::Shape;
use crate::words;

const LINE: f64 = 16.0;
const PAD: f64 = 8.0;
/// Of more parties in a region their number is told.
const SHOWN: usize = 6;
/// A picture of more regions would not be one.
const REGIONS: usize = 8;

struct Region<'a> {
    name: &'a str,
    lines: Vec<String>,
    has_nat: bool,
}

impl Region<'_> {
    fn height(&self) -> f64 {
        LINE * (float(self.lines.len()) + 1.0) + PAD * 1.5
    }
}

/// Draws it.
pub(crate) fn map(shape: &Shape) -> Drawn {
    let regions = regions(shape);
    let tallest = regions.iter().map(Region::height).fold(0.0, f64::max);
    let wide = width(regions.len());
    let (across, upright) = radii(regions.len(), wide, tallest);
    let height = (upright + tallest / 2.0 + PAD) * 2.0;
    let middles: Vec<(f64, f64)> = (0..regions.len())
        .map(|index| {
            // Begins at the left, and goes clockwise.
            let angle = std::f64::consts::PI
                + std::f64::consts::TAU * float(index) / float(regions.len().max(1));
            (
                WIDTH / 2.0 + across * angle.cos(),
                height / 2.0 + upright * angle.sin(),
            )
        })
        .collect();
    let ways = ways(shape, &regions);
    let drawing = html! {
        @for (a, b, _) in &ways {
            @if let (Some(from), Some(to)) = (middles.get(*a), middles.get(*b)) { (line("way", *from, *to)) }
        }
        @for (region, middle) in regions.iter().zip(&middles) { (draw(region, *middle, wide)) }
        @for (a, b, rtt) in &ways {
            @if let (Some(from), Some(to)) = (middles.get(*a), middles.get(*b)) {
                @let boxes = [(wide, region_half(&regions, *a)), (wide, region_half(&regions, *b))];
                @let steps = b - a;
                @let is_beside = steps == 1 || steps + 1 == regions.len();
                (label(*from, *to, boxes, if is_beside { 0.5 } else { 0.3 }, *rtt))
            }
        }
    };
    Drawn { drawing, height }
}

/// Of more regions the boxes are smaller.
fn width(regions: usize) -> f64 {
    match regions {
        0..=3 => 124.0,
        4 | 5 => 100.0,
        _ => 84.0,
    }
}

/// Far enough apart that a delay can stand between boxes.
fn radii(regions: usize, wide: f64, tallest: f64) -> (f64, f64) {
    let across = (WIDTH - wide) / 2.0 - 1.0;
    match regions {
        0 | 1 => (0.0, 0.0),
        2 => (across, 0.0),
        _ => (across, tallest / 2.0 + 30.0 * float(regions)),
    }
}

fn region_half(regions: &[Region<'_>], index: usize) -> f64 {
    regions
        .get(index)
        .map_or(0.0, |region| region.height() / 2.0)
}

fn regions(shape: &Shape) -> Vec<Region<'_>> {
    let mut regions: Vec<Region<'_>> = Vec::new();
    for party in &shape.parties {
        let has_nat = !matches!(party.nat.as_str(), "" | "none");
        let says = if has_nat {
            format!("{} · {}", party.host, party.nat)
        } else {
            party.host.clone()
        };
        let has_room = regions.len() < REGIONS;
        if let Some(region) = regions
            .iter_mut()
            .find(|region| region.name == party.region)
        {
            region.lines.push(says);
            region.has_nat |= has_nat;
        } else if has_room {
            let name = &party.region;
            regions.push(Region {
                name,
                lines: vec![says],
                has_nat,
            });
        }
    }
    for region in &mut regions {
        let more = region.lines.len().saturating_sub(SHOWN);
        if more > 0 {
            region.lines.truncate(SHOWN);
            region.lines.push(format!("and {more} more"));
        }
    }
    regions
}

/// Between which regions how long a round trip takes, as it was declared.
fn ways(shape: &Shape, regions: &[Region<'_>]) -> Vec<(usize, usize, f64)> {
    let home: BTreeMap<&str, &str> = shape
        .parties
        .iter()
        .map(|party| (party.host.as_str(), party.region.as_str()))
        .collect();
    let index = |host: &str| {
        let region = home.get(host)?;
        regions.iter().position(|other| other.name == *region)
    };
    let mut ways: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for link in &shape.links {
        if let (Some(a), Some(b), Some(rtt)) =
            (index(&link.a), index(&link.b), link.rtt_expected_ms)
            && a != b
        {
            let shortest = ways.entry((a.min(b), a.max(b))).or_insert(rtt);
            *shortest = shortest.min(rtt);
        }
    }
    ways.into_iter().map(|((a, b), rtt)| (a, b, rtt)).collect()
}

fn draw(region: &Region<'_>, (x, y): (f64, f64), wide: f64) -> Markup {
    let (left, top) = (x - wide / 2.0, y - region.height() / 2.0);
    let class = if region.has_nat {
        "region nat"
    } else {
        "region"
    };
    html! {
        (rect(class, (left, top), (wide, region.height())))
        (text("title", (left + PAD, top + LINE), Side::Start, &short(region.name, wide - 2.0 * PAD)))
        @for (index, says) in region.lines.iter().enumerate() {
            (text("label", (left + PAD, top + LINE * (float(index) + 2.0)), Side::Start, &short(says, wide - 2.0 * PAD)))
        }
    }
}

/// At a part of what can be seen of a line: where lines between opposite regions cross, their figures must not.
fn label(from: (f64, f64), to: (f64, f64), boxes: [(f64, f64); 2], part: f64, rtt: f64) -> Markup {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    // Of a box's width and half its height, at which part of the way the line leaves it.
    let leaves = |(wide, half): (f64, f64)| {
        let part = |half: f64, way: f64| if way == 0.0 { 1.0 } else { half / way.abs() };
        part(wide / 2.0, dx).min(part(half, dy)).min(0.5)
    };
    let [start, end] = boxes.map(leaves);
    let at = start + (1.0 - end - start) * part;
    let (x, y) = (from.0 + dx * at, from.1 + dy * at);
    let words = words::seconds(rtt / 1e3);
    let wide = float(words.chars().count()) * 6.6 + 6.0;
    html! {
        (rect("under", (x - wide / 2.0, y - 8.0), (wide, 16.0)))
        (text("delay", (x, y + 4.0), Side::Middle, &words))
    }
}
