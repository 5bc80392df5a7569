//! How series are told apart: by a shape and a dash each; a colour is only help.

use maud::{Markup, html};

use super::draw::n;

/// So many styles there are; more series than that share them, and are told apart by their labels.
const STYLES: usize = 8;

/// Which style the series at an index has.
pub(super) fn class(index: usize) -> String {
    format!("w{}", index % STYLES)
}

/// Its dashes.
pub(super) fn dashes(index: usize) -> &'static str {
    [
        "none",
        "1 3",
        "8 3",
        "none",
        "5 2 1 2",
        "3 2",
        "10 2 2 2 2 2",
        "2 5",
    ][index % STYLES]
}

/// Its shape, around a point.
pub(super) fn shape(index: usize, (x, y): (f64, f64)) -> Markup {
    let r = 3.6;
    let class = format!("shape {}", class(index));
    let polygon = |points: &[(f64, f64)]| {
        let points: Vec<String> = points
            .iter()
            .map(|(dx, dy)| format!("{},{}", n(x + dx * r), n(y + dy * r)))
            .collect();
        html! { polygon class=(class) points=(points.join(" ")) {} }
    };
    match index % STYLES {
        0 => html! { circle class=(class) cx=(n(x)) cy=(n(y)) r=(n(r)) {} },
        1 => html! { circle class={ (class) " hollow" } cx=(n(x)) cy=(n(y)) r=(n(r)) {} },
        2 => polygon(&[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]),
        3 => polygon(&[(0.0, -1.3), (1.2, 0.9), (-1.2, 0.9)]),
        4 => polygon(&[(0.0, -1.4), (1.2, 0.0), (0.0, 1.4), (-1.2, 0.0)]),
        5 => polygon(&[(0.0, 1.3), (1.2, -0.9), (-1.2, -0.9)]),
        6 => polygon(&[(-1.3, -0.5), (1.3, -0.5), (1.3, 0.5), (-1.3, 0.5)]),
        _ => polygon(&[
            (-0.45, -1.3),
            (0.45, -1.3),
            (0.45, -0.45),
            (1.3, -0.45),
            (1.3, 0.45),
            (0.45, 0.45),
            (0.45, 1.3),
            (-0.45, 1.3),
            (-0.45, 0.45),
            (-1.3, 0.45),
            (-1.3, -0.45),
            (-0.45, -0.45),
        ]),
    }
}
