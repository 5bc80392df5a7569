//! The few shapes that all pictures are made of.

use maud::{Markup, html};

/// A length in a drawing: a tenth of a unit is finer than anybody sees.
pub(super) fn n(length: f64) -> String {
    let length = if length.is_finite() { length } else { 0.0 };
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Where a text stands to its point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Start,
    Middle,
    End,
}

impl Side {
    fn anchor(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A line of text.
pub(super) fn text(class: &str, (x, y): (f64, f64), side: Side, words: &str) -> Markup {
    html! { text class=(class) x=(n(x)) y=(n(y)) text-anchor=(side.anchor()) { (words) } }
}

/// A straight line.
pub(super) fn line(class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> Markup {
    html! { line class=(class) x1=(n(x1)) y1=(n(y1)) x2=(n(x2)) y2=(n(y2)) {} }
}

/// A box.
pub(super) fn rect(class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) -> Markup {
    html! { rect class=(class) x=(n(x)) y=(n(y)) width=(n(width.max(0.0))) height=(n(height.max(0.0))) {} }
}

/// As much of a text as has room in so many units.
pub(super) fn short(words: &str, room: f64) -> String {
    if words.chars().map(wide).sum::<f64>() <= room {
        return words.to_owned();
    }
    let mut left = room - wide('…');
    let fits = |letter: &char| {
        left -= wide(*letter);
        left >= 0.0
    };
    let kept: String = words.chars().take_while(fits).collect();
    format!("{kept}…")
}

/// How wide a letter is at most, in the fonts that are usual: a picture cannot ask.
fn wide(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | ' ' | '.' | ',' | ':' | ';' | '-' | '·' | '/'
        | '(' | ')' => 5.0,
        'a'..='z' if !matches!(letter, 'm' | 'w') => 7.7,
        '0'..='9' => 7.7,
        'A'..='Z' if !matches!(letter, 'M' | 'W') => 9.6,
        _ => 12.5,
    }
}

/// A count as a length. Counts of what is drawn are small.
#[allow(
    clippy::cast_precision_loss,
    reason = "far fewer than 2^52 things are drawn"
)]
pub(super) fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_whatever_comes() {
        assert_eq!(n(1.0), "1");
        assert_eq!(n(1.26), "1.3");
        assert_eq!(n(f64::NAN), "0");
        assert_eq!(short("nebula-1.6", 50.0), "nebul…");
        assert_eq!(short("direct-again", 86.0), "direct-again");
    }
}
