//! Which line is whose.

use maud::{Markup, html};

use super::WIDTH;
use super::draw::{Side, float, line, n, short, text};
use super::style::{class, dashes, shape};

const COLUMNS: usize = 3;
const ROW: f64 = 18.0;

/// How high it is for so many series.
pub(super) fn height(series: usize) -> f64 {
    float(series.div_ceil(COLUMNS)) * ROW
}

/// A line, a shape and a name each, by the index of the style.
pub(super) fn legend(top: f64, series: &[(usize, &str)]) -> Markup {
    let width = (WIDTH - 8.0) / float(COLUMNS);
    html! {
        @for (at, (style, name)) in series.iter().enumerate() {
            @let x = 8.0 + float(at % COLUMNS) * width;
            @let y = top + float(at / COLUMNS) * ROW + ROW / 2.0;
            path class={ "series " (class(*style)) } stroke-dasharray=(dashes(*style))
                d={ "M" (n(x)) " " (n(y)) "h26" } {}
            (shape(*style, (x + 13.0, y)))
            (text("label", (x + 31.0, y + 4.0), Side::Start, &short(name, width - 31.0)))
        }
    }
}

/// A line through the whole width of a plot.
pub(super) fn grid(x: (f64, f64), y: f64) -> Markup {
    line("grid", (x.0, y), (x.1, y))
}
