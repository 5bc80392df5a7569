//! Curves: several series over one axis, with intervals where there are any.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::draw::{Side, float, line, n, short, text};
use super::scale::Scale;
use super::spread::spread;
use super::style::{class, dashes, shape};
use super::{Drawn, WIDTH};

const LEFT: f64 = 52.0;
const RIGHT: f64 = WIDTH - 106.0;
/// Where the names of series begin.
const NAMES: f64 = RIGHT + 18.0;
/// How far they are apart at least.
const NAME: f64 = 14.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 214.0;

/// How an axis is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis<'a> {
    pub(crate) title: &'a str,
    /// A figure as it stands beside the axis.
    pub(crate) write: fn(f64) -> String,
}

/// What has the same length on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// Equal factors.
    Factors,
    /// Equal differences, from 0.
    Differences,
}

/// A figure of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// What `y` is in, if that is known.
    pub(crate) interval: Option<(f64, f64)>,
}

/// What belongs together.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) label: String,
    pub(crate) style: usize,
    pub(crate) points: Vec<Point>,
    /// Which of the points get a shape: of many, a few.
    pub(crate) shapes_at: Vec<f64>,
}

/// All of a picture.
#[derive(Debug)]
pub(crate) struct Chart<'a> {
    pub(crate) x: Axis<'a>,
    /// Where the axis is cut.
    pub(crate) x_ticks: &'a [f64],
    pub(crate) y: Axis<'a>,
    /// How the upright axis grows.
    pub(crate) growth: Growth,
    /// A figure that must be on the upright axis.
    pub(crate) always: Option<f64>,
    pub(crate) series: &'a [Series],
}

impl Chart<'_> {
    /// Draws it, and beside the end of each line whose it is.
    pub(crate) fn draw(&self) -> Drawn {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let xs = points()
            .map(|point| point.x)
            .chain(self.x_ticks.iter().copied());
        let x = Scale::linear(xs, None, (LEFT + 8.0, RIGHT - 8.0));
        let ys = points().flat_map(|point| {
            let (low, high) = point.interval.unwrap_or((point.y, point.y));
            [low, point.y, high]
        });
        let y = match self.growth {
            Growth::Factors => Scale::log(ys, self.always, (BOTTOM, TOP)),
            Growth::Differences => Scale::linear(ys, Some(0.0), (BOTTOM, TOP)),
        };
        let drawing = html! {
            (text("note", (0.0, 12.0), Side::Start, self.y.title))
            @for tick in y.ticks(6) {
                @if let Some(at) = y.at(tick) {
                    (line("grid", (LEFT, at), (RIGHT, at)))
                    (text("tick", (LEFT - 5.0, at + 4.0), Side::End, &(self.y.write)(tick)))
                }
            }
            @for tick in self.x_ticks {
                @if let Some(at) = x.at(*tick) {
                    (line("grid", (at, BOTTOM), (at, BOTTOM + 4.0)))
                    (text("tick", (at, BOTTOM + 16.0), Side::Middle, &(self.x.write)(*tick)))
                }
            }
            (line("axis", (LEFT, BOTTOM), (RIGHT, BOTTOM)))
            (text("note", (RIGHT, BOTTOM + 31.0), Side::End, self.x.title))
            @if let Some(one) = self.always.and_then(|value| y.at(value)) { (line("one", (LEFT, one), (RIGHT, one))) }
            @for series in self.series { (draw_series(series, &x, &y)) }
            (self.names(&x, &y))
        };
        let names = NAME * float(self.series.len());
        Drawn {
            drawing,
            height: (BOTTOM + 36.0).max(TOP + names),
        }
    }
}

impl Chart<'_> {
    /// Each series' name, as near to its end as others let it be, with its shape, and a line from the one to the other.
    fn names(&self, x: &Scale, y: &Scale) -> Markup {
        let end = |series: &Series| {
            let places = series.points.iter().rev();
            let mut places = places.filter_map(|point| Some((x.at(point.x)?, y.at(point.y)?)));
            places.next()
        };
        let ends: Vec<(&Series, (f64, f64))> = self
            .series
            .iter()
            .filter_map(|series| Some((series, end(series)?)))
            .collect();
        let wanted: Vec<f64> = ends.iter().map(|(_, (_, y))| *y).collect();
        let placed = spread(&wanted, NAME, (TOP, BOTTOM));
        html! {
            @for ((series, (x, y)), at) in ends.iter().zip(placed) {
                (line("lead", (*x + 5.0, *y), (NAMES - 7.0, at)))
                (shape(series.style, (NAMES - 2.0, at)))
                (text("label", (NAMES + 5.0, at + 4.0), Side::Start, &short(&series.label, WIDTH - NAMES - 5.0)))
            }
        }
    }
}

fn draw_series(series: &Series, x: &Scale, y: &Scale) -> Markup {
    let place = |point: &Point| Some((x.at(point.x)?, y.at(point.y)?));
    let mut way = String::new();
    for (at_x, at_y) in series.points.iter().filter_map(place) {
        let command = if way.is_empty() { "M" } else { "L" };
        let _ = write!(way, "{command}{} {}", n(at_x), n(at_y));
    }
    let marked = |point: &&Point| {
        series
            .shapes_at
            .iter()
            .any(|at| (at - point.x).abs() < 1e-9)
    };
    html! {
        @if !way.is_empty() {
            path class={ "series " (class(series.style)) } stroke-dasharray=(dashes(series.style)) d=(way) {}
        }
        @for point in &series.points {
            @if let (Some((low, high)), Some((at, _))) = (point.interval, place(point)) {
                @if let (Some(low), Some(high)) = (y.at(low), y.at(high)) {
                    (line(&format!("whisker {}", class(series.style)), (at, low), (at, high)))
                }
            }
        }
        @for place in series.points.iter().filter(marked).filter_map(place) { (shape(series.style, place)) }
    }
}
