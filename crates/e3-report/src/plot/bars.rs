//! Ratios as bars that begin at 1, with the interval that each is in.

use maud::{Markup, html};

use super::draw::{Side, float, line, n, short, text};
use super::scale::Scale;
use super::style::class;
use super::{Drawn, WIDTH};
use crate::words;

const LEFT: f64 = 92.0;
const RIGHT: f64 = WIDTH - 54.0;
const ROW: f64 = 19.0;
const BAR: f64 = 11.0;
const TITLE: f64 = 22.0;
const TOP: f64 = 20.0;

/// One ratio.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    pub(crate) label: String,
    /// The style of its series.
    pub(crate) style: usize,
    pub(crate) ratio: f64,
    /// What it is in, 95 of 100 times.
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Hatched: not to be compared with the others without thought.
    pub(crate) is_hatched: bool,
}

/// Bars of the same work.
#[derive(Debug, Clone)]
pub(crate) struct BarGroup {
    pub(crate) title: String,
    pub(crate) bars: Vec<Bar>,
}

impl BarGroup {
    /// Puts a bar into the group of that title, which is made where there is none.
    pub(crate) fn put(groups: &mut Vec<Self>, title: String, bar: Bar) {
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.bars.push(bar),
            None => groups.push(Self {
                title,
                bars: vec![bar],
            }),
        }
    }
}

/// All of a picture.
#[derive(Debug)]
pub(crate) struct Bars<'a> {
    /// A name that no other picture of the page has.
    pub(crate) name: &'a str,
    pub(crate) groups: &'a [BarGroup],
    /// What stands beside it on the same scale, so that pictures can be compared.
    pub(crate) beside: &'a [BarGroup],
    /// What lies to the right of 1, in words.
    pub(crate) direction: &'a str,
}

impl Bars<'_> {
    /// Draws them below one another, on one scale.
    pub(crate) fn draw(&self) -> Drawn {
        let shown = self.groups.iter().chain(self.beside);
        let ends = shown
            .flat_map(|group| &group.bars)
            .flat_map(|bar| [bar.ratio, bar.low, bar.high]);
        let scale = Scale::log(ends, Some(1.0), (LEFT, RIGHT));
        let rows: usize = self.groups.iter().map(|group| group.bars.len()).sum();
        let bottom = TOP + float(self.groups.len()) * TITLE + float(rows) * ROW + 4.0;
        let ticks = scale.ticks(5);
        let hatch = format!("{}-hatch", self.name);
        let mut top = TOP;
        let mut groups = Vec::with_capacity(self.groups.len());
        let mut titles = Vec::with_capacity(self.groups.len());
        for group in self.groups {
            groups.push(draw_group(group, &scale, top, &hatch));
            // On top of lines that would cross it.
            let at = (0.0, top + TITLE - 8.0);
            titles.push(text("title", at, Side::Start, &short(&group.title, WIDTH)));
            top += TITLE + float(group.bars.len()) * ROW;
        }
        let drawing = html! {
            defs {
                pattern id=(hatch) width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect class="hatch-under" width="5" height="5" {}
                    rect class="hatch" width="2" height="5" {}
                }
            }
            (text("note", (RIGHT, 12.0), Side::End, self.direction))
            @for tick in &ticks { (tick_line(&scale, *tick, bottom)) }
            @for group in &groups { (group) }
            @if let Some(one) = scale.at(1.0) { (line("one", (one, TOP), (one, bottom))) }
            @for title in &titles { (title) }
        };
        Drawn {
            drawing,
            height: bottom + 18.0,
        }
    }
}

fn draw_group(group: &BarGroup, scale: &Scale, top: f64, hatch: &str) -> Markup {
    html! {
        @for (index, bar) in group.bars.iter().enumerate() {
            (draw_bar(bar, scale, top + TITLE + float(index) * ROW, hatch))
        }
    }
}

fn tick_line(scale: &Scale, tick: f64, bottom: f64) -> Markup {
    html! {
        @if let Some(x) = scale.at(tick) {
            (line("grid", (x, TOP), (x, bottom)))
            (text("tick", (x, bottom + 13.0), Side::Middle, &short_times(tick)))
        }
    }
}

/// A round ratio without needless zeros.
fn short_times(ratio: f64) -> String {
    let digits = words::digits(ratio);
    let digits = if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        &digits
    };
    format!("{digits}×")
}

fn draw_bar(bar: &Bar, scale: &Scale, top: f64, hatch: &str) -> Markup {
    let middle = top + ROW / 2.0;
    let (one, end) = (scale.at(1.0), scale.at(bar.ratio));
    let fill = bar.is_hatched.then(|| format!("fill:url(#{hatch})"));
    html! {
        (text("label", (LEFT - 6.0, middle + 4.0), Side::End, &short(&bar.label, LEFT - 6.0)))
        @if let (Some(one), Some(end)) = (one, end) {
            @let (x, width) = (one.min(end), (one - end).abs().max(1.5));
            rect class={ "bar " (class(bar.style)) } style=[fill] x=(n(x)) y=(n(middle - BAR / 2.0))
                width=(n(width)) height=(n(BAR)) {}
            @if let (Some(low), Some(high)) = (scale.at(bar.low), scale.at(bar.high)) {
                (line("interval under", (low, middle), (high, middle)))
                (line("interval", (low, middle), (high, middle)))
                (line("interval", (low, middle - 4.0), (low, middle + 4.0)))
                (line("interval", (high, middle - 4.0), (high, middle + 4.0)))
            }
            (text("value", (WIDTH, middle + 4.0), Side::End, &words::times(bar.ratio)))
        } @else {
            (text("note", (LEFT + 4.0, middle + 4.0), Side::Start, "no figure"))
        }
    }
}
