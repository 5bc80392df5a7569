//! Pictures of plain numbers, as SVG: 360 units wide, so that they can be read on a phone as they are.
//!
//! Whatever the numbers are, a picture comes of them: those that cannot be drawn are left out, and the table below a
//! picture has them all. Nothing is told by colour alone: series differ in shapes and dashes, bars in hatching.

mod bars;
mod counts;
mod curve;
mod draw;
mod map;
mod scale;
mod spread;
mod style;

pub(crate) use bars::{Bar, BarGroup, Bars};
pub(crate) use counts::{Counted, counts};
pub(crate) use curve::{Axis, Chart, Growth, Point, Series};
pub(crate) use map::map;

/// How wide every picture is.
pub(crate) const WIDTH: f64 = 360.0;

/// A drawing and its size.
pub(crate) struct Drawn {
    pub(crate) drawing: maud::Markup,
    pub(crate) height: f64,
}

impl Drawn {
    /// Width and height.
    pub(crate) fn size(&self) -> (f64, f64) {
        (WIDTH, self.height)
    }
}
