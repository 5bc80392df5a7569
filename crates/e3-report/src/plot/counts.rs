//! Counts of two kinds beside one another: the one hatched, the other full.

use maud::{Markup, html};

use super::draw::{Side, float, n, short, text};
use super::scale::Scale;
use super::{Drawn, WIDTH};

const LEFT: f64 = 92.0;
const RIGHT: f64 = WIDTH - 30.0;
const BAR: f64 = 9.0;
const ROW: f64 = 27.0;
const TOP: f64 = 26.0;

/// What was counted of one thing; none where it cannot be done.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    pub(crate) label: String,
    pub(crate) first: Option<u32>,
    pub(crate) second: Option<u32>,
}

/// Draws a pair of bars a row, and above them which is which.
pub(crate) fn counts(name: &str, [first, second]: [&str; 2], rows: &[Counted]) -> Drawn {
    let all = rows
        .iter()
        .flat_map(|row| [row.first, row.second])
        .flatten()
        .map(f64::from);
    let scale = Scale::linear(all, Some(0.0), (LEFT, RIGHT));
    let hatch = format!("{name}-hatch");
    let drawing = html! {
        defs {
            pattern id=(hatch) width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect class="hatch-under" width="5" height="5" {}
                rect class="hatch" width="2" height="5" {}
            }
        }
        (key(LEFT, &hatch, true, first))
        (key(LEFT + 110.0, &hatch, false, second))
        @for (index, row) in rows.iter().enumerate() {
            @let top = TOP + float(index) * ROW;
            (text("label", (LEFT - 6.0, top + ROW / 2.0 + 3.0), Side::End, &short(&row.label, LEFT - 6.0)))
            (bar(&scale, top + 3.0, row.first, Some(&hatch)))
            (bar(&scale, top + 4.0 + BAR, row.second, None))
        }
    };
    let height = TOP + float(rows.len()) * ROW + 4.0;
    Drawn { drawing, height }
}

fn key(x: f64, hatch: &str, is_hatched: bool, words: &str) -> Markup {
    let fill = is_hatched.then(|| format!("fill:url(#{hatch})"));
    html! {
        rect class="bar plain" style=[fill] x=(n(x)) y="4" width="16" height="10" {}
        (text("label", (x + 21.0, 13.0), Side::Start, words))
    }
}

fn bar(scale: &Scale, top: f64, count: Option<u32>, hatch: Option<&str>) -> Markup {
    let fill = hatch.map(|hatch| format!("fill:url(#{hatch})"));
    let Some(count) = count else {
        return text(
            "note",
            (LEFT + 2.0, top + BAR - 0.5),
            Side::Start,
            "not counted",
        );
    };
    html! {
        @if let (Some(zero), Some(end)) = (scale.at(0.0), scale.at(f64::from(count))) {
            rect class="bar plain" style=[fill] x=(n(zero)) y=(n(top)) width=(n((end - zero).max(1.0))) height=(n(BAR)) {}
            (text("value small", (end + 4.0, top + BAR - 0.5), Side::Start, &count.to_string()))
        }
    }
}
