//! `< 1.25`, `>= 2 Gbit/s`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::statistics::Interval;

/// What a number has to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// As it was written.
    pub text: String,
    /// On which side of the bound.
    pub side: Side,
    /// The bound, in seconds, bit/s or bytes, or a ratio.
    pub bound: f64,
    /// What it is measured in; none for a ratio.
    pub unit: Option<Unit>,
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

/// What a bound is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Seconds.
    #[serde(rename = "s")]
    Seconds,
    /// Bits per second.
    #[serde(rename = "bit/s")]
    BitsPerSecond,
    /// Bytes.
    #[serde(rename = "B")]
    Bytes,
}

/// A text is no limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a limit for this")]
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

const UNITS: [(&str, Unit, f64); 13] = [
    ("s", Unit::Seconds, 1.0),
    ("ms", Unit::Seconds, 1e-3),
    ("µs", Unit::Seconds, 1e-6),
    ("us", Unit::Seconds, 1e-6),
    ("min", Unit::Seconds, 60.0),
    ("bit/s", Unit::BitsPerSecond, 1.0),
    ("kbit/s", Unit::BitsPerSecond, 1e3),
    ("Mbit/s", Unit::BitsPerSecond, 1e6),
    ("Gbit/s", Unit::BitsPerSecond, 1e9),
    ("B", Unit::Bytes, 1.0),
    ("kB", Unit::Bytes, 1e3),
    ("MB", Unit::Bytes, 1e6),
    ("GB", Unit::Bytes, 1e9),
];

impl Unit {
    /// As figures call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::BitsPerSecond => "bit/s",
            Self::Bytes => "B",
        }
    }
}

impl Limit {
    /// From a text.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, NoLimit> {
        let wrong = || NoLimit {
            text: text.to_owned(),
            expected: "`<`, `<=`, `>` or `>=` and a number, such as \"< 1.25\" for a ratio, or \"< 50 ms\", \"> 1 Gbit/s\" or \
                       \"< 40 MB\" for what is measured",
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
        let unit = match unit.trim() {
            "" => None,
            unit => Some(
                UNITS
                    .iter()
                    .find(|(name, ..)| *name == unit)
                    .ok_or_else(wrong)?,
            ),
        };
        let bound = number * unit.map_or(1.0, |(_, _, scale)| *scale);
        if !bound.is_finite() {
            return Err(wrong());
        }
        Ok(Self {
            text: trimmed.to_owned(),
            side,
            bound,
            unit: unit.map(|(_, unit, _)| *unit),
        })
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

    /// Whether all of an interval keeps to it, or none; neither where the bound lies in it.
    pub fn is_kept_by_all(&self, interval: Interval) -> Option<bool> {
        let (low, high) = (
            self.is_kept_by(interval.low),
            self.is_kept_by(interval.high),
        );
        (low == high).then_some(low)
    }
}

/// As it was written.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn limits_are_read() {
        let ratio = Limit::parse("< 1.25").unwrap();
        assert!(ratio.is_kept_by(1.24) && !ratio.is_kept_by(1.25));
        let at_most = Limit::parse("<=2").unwrap();
        assert!(at_most.is_kept_by(2.0) && !at_most.is_kept_by(2.01));
        let median = Limit::parse(">= 1.5 Gbit/s").unwrap();
        assert!(median.is_kept_by(1.5e9) && !median.is_kept_by(1.4e9));
        assert_eq!(median.unit, Some(Unit::BitsPerSecond));
        assert_eq!(ratio.to_string(), "< 1.25");
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "",
            "1.25",
            "<",
            "< x",
            "= 1",
            "< 1.2.3",
            "< -1",
            "< 2 parsecs",
            "> ms",
            "< 1 %",
            "< ∞",
        ] {
            Limit::parse(text).unwrap_err();
        }
    }

    #[test]
    fn an_interval_is_on_one_side_or_around_the_bound() {
        let limit = Limit::parse("< 1.25").unwrap();
        let kept = |low, high| {
            limit.is_kept_by_all(Interval {
                low,
                high,
                confidence: 0.95,
            })
        };
        assert_eq!(kept(1.1, 1.2), Some(true));
        assert_eq!(kept(1.25, 1.4), Some(false));
        assert_eq!(kept(1.2, 1.3), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = Limit::parse(&text);
        }

        #[test]
        fn what_is_shown_is_read_again(number in 0.0..1e6_f64, side in 0_usize..4, unit in 0_usize..13) {
            let text = format!("{} {number} {}", SIDES[side].0, UNITS[unit].0);
            let limit = Limit::parse(&text).unwrap();
            prop_assert_eq!(limit.side, SIDES[side].1);
            prop_assert_eq!(Limit::parse(&limit.to_string()).unwrap(), limit);
        }
    }
}
