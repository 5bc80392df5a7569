//! `< 1.25`, `>= 2 Gbit/s`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Statistic;

/// What a number has to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// On which side of the bound.
    pub side: Side,
    /// The bound, in seconds, bit/s or bytes, or a ratio.
    pub bound: f64,
}

/// On which side of a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// Less.
    #[serde(rename = "<")]
    Below,
    /// Not more.
    #[serde(rename = "<=")]
    AtMost,
    /// More.
    #[serde(rename = ">")]
    Above,
    /// Not less.
    #[serde(rename = ">=")]
    AtLeast,
}

/// A text is no limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a limit")]
pub struct NoLimit {
    /// The text.
    pub text: String,
    /// What would be one.
    pub expected: &'static str,
}

const SIDES: [(&str, Side); 4] = [
    ("<=", Side::AtMost),
    (">=", Side::AtLeast),
    ("<", Side::Below),
    (">", Side::Above),
];

const UNITS: [(&str, f64); 13] = [
    ("s", 1.0),
    ("ms", 1e-3),
    ("µs", 1e-6),
    ("us", 1e-6),
    ("min", 60.0),
    ("bit/s", 1.0),
    ("kbit/s", 1e3),
    ("Mbit/s", 1e6),
    ("Gbit/s", 1e9),
    ("B", 1.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
];

impl Limit {
    /// From a text. A ratio has no unit, a median has one.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str, of: Statistic) -> Result<Self, NoLimit> {
        let expected = match of {
            Statistic::Ratio => "a limit such as \"< 1.25\", \"<= 2\", \"> 0.5\" or \">= 0.5\"",
            Statistic::Median => {
                "a limit with a unit, such as \"< 2 s\", \"< 50 ms\", \"> 1 Gbit/s\" or \"< 40 MB\""
            }
        };
        let wrong = || NoLimit {
            text: text.to_owned(),
            expected,
        };
        let trimmed = text.trim();
        let (side, rest) = SIDES
            .iter()
            .find_map(|(sign, side)| Some((*side, trimmed.strip_prefix(sign)?.trim())))
            .ok_or_else(wrong)?;
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, unit) = rest.split_at(digits);
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let unit = unit.trim();
        let scale = match of {
            Statistic::Ratio => unit.is_empty().then_some(1.0),
            Statistic::Median => UNITS
                .iter()
                .find(|(name, _)| *name == unit)
                .map(|(_, scale)| *scale),
        };
        let bound = number * scale.ok_or_else(wrong)?;
        if !bound.is_finite() {
            return Err(wrong());
        }
        Ok(Self { side, bound })
    }

    /// Whether a number keeps to it.
    pub fn is_kept_by(&self, number: f64) -> bool {
        match self.side {
            Side::Below => number < self.bound,
            Side::AtMost => number <= self.bound,
            Side::Above => number > self.bound,
            Side::AtLeast => number >= self.bound,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = SIDES.iter().find(|(_, side)| *side == self.side);
        write!(f, "{} {}", sign.map_or("", |(sign, _)| sign), self.bound)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn limits_are_read() {
        let ratio = Limit::parse("< 1.25", Statistic::Ratio).unwrap();
        assert!(ratio.is_kept_by(1.24) && !ratio.is_kept_by(1.25));
        let at_most = Limit::parse("<=2", Statistic::Ratio).unwrap();
        assert!(at_most.is_kept_by(2.0) && !at_most.is_kept_by(2.01));
        let median = Limit::parse(">= 1.5 Gbit/s", Statistic::Median).unwrap();
        assert!(median.is_kept_by(1.5e9) && !median.is_kept_by(1.4e9));
        assert_eq!(ratio.to_string(), "< 1.25");
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "1.25", "<", "< x", "< 1.25 s", "= 1", "< 1.2.3", "< -1"] {
            Limit::parse(text, Statistic::Ratio).unwrap_err();
        }
        for text in ["< 2", "< 2 parsecs", "> ms"] {
            Limit::parse(text, Statistic::Median).unwrap_err();
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = Limit::parse(&text, Statistic::Ratio);
            let _ = Limit::parse(&text, Statistic::Median);
        }

        #[test]
        fn what_is_shown_is_read_again(bound in 0.001..1e6_f64, at in 0_usize..4) {
            let limit = Limit { side: SIDES[at].1, bound };
            prop_assert_eq!(Limit::parse(&limit.to_string(), Statistic::Ratio).unwrap(), limit);
        }
    }
}
