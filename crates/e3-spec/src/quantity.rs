//! Quantities with a unit: times, rates, probabilities. Exact integers inside, never floating point.

use std::time::Duration;

use crate::near::one_of;
use crate::text::Invalid;

/// A unit, and how many base units it is.
struct Unit {
    name: &'static str,
    size: u64,
}

const fn unit(name: &'static str, size: u64) -> Unit {
    Unit { name, size }
}

const US: Unit = unit("us", 1_000);
const MS: Unit = unit("ms", 1_000_000);
const S: Unit = unit("s", 1_000_000_000);
const MIN: Unit = unit("min", 60_000_000_000);
const HOUR: Unit = unit("h", 3_600_000_000_000);
const DAY: Unit = unit("d", 86_400_000_000_000);

/// Why a text is not a quantity.
enum Trouble {
    NoNumber,
    Unit {
        number: String,
        unit: String,
    },
    /// Finer than the base unit, or outside the range.
    Range,
}

/// Reads `12.5 ms` exactly, as a number of base units.
fn parse(text: &str, units: &[Unit]) -> Result<u64, Trouble> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.contains('.') || number.ends_with('.') {
        return Err(Trouble::NoNumber);
    }
    let unit = unit.trim();
    let Some(Unit { size, .. }) = units.iter().find(|known| known.name == unit) else {
        return Err(Trouble::Unit {
            number: number.to_owned(),
            unit: unit.to_owned(),
        });
    };
    exact(whole, fraction, *size).ok_or(Trouble::Range)
}

/// `whole.fraction × size`, if it is an integer that fits.
fn exact(whole: &str, fraction: &str, size: u64) -> Option<u64> {
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let scaled = digits.checked_mul(u128::from(size))?;
    (scaled % scale == 0).then(|| u64::try_from(scaled / scale).ok())?
}

/// Writes a number of base units in the largest unit that shows it exactly, so that it can be read back.
///
/// Units that are not decimal multiples of the first (minutes, hours) are used for whole numbers only.
fn show(value: u64, units: &[Unit], zero: &str) -> String {
    if value == 0 {
        return format!("0 {zero}");
    }
    for Unit { name, size } in units.iter().rev() {
        let decimal = size.to_string().trim_end_matches('0') == "1";
        if value.is_multiple_of(*size) {
            return format!("{} {name}", value / size);
        }
        if decimal && value > *size {
            let width = size.ilog10() as usize;
            let fraction = format!("{:0width$}", value % size);
            return format!("{}.{} {name}", value / size, fraction.trim_end_matches('0'));
        }
    }
    below_first(value, units)
}

/// A value smaller than the smallest unit, as a fraction of it.
fn below_first(value: u64, units: &[Unit]) -> String {
    let Some(Unit { name, size }) = units.first() else {
        return value.to_string();
    };
    let width = size.ilog10() as usize;
    let fraction = format!("{value:0width$}");
    format!("0.{} {name}", fraction.trim_end_matches('0'))
}

/// The unit that was probably meant: the one that the text begins with, or the only one that begins with its letter.
fn meant<'a>(unit: &str, units: &'a [Unit]) -> Option<&'a str> {
    let prefix = units
        .iter()
        .map(|u| u.name)
        .filter(|name| unit.starts_with(name))
        .max_by_key(|name| name.len());
    let letter = unit.chars().next()?.to_ascii_lowercase();
    let mut same = units
        .iter()
        .map(|u| u.name)
        .filter(|name| name.to_ascii_lowercase().starts_with(letter));
    prefix.or_else(|| same.next().filter(|_| same.next().is_none()))
}

/// What a quantity is called, what it is measured in, and between which values it lies.
struct Kind {
    what: &'static str,
    example: &'static str,
    units: &'static [Unit],
    /// Inclusive bounds in base units, and how to say them.
    bounds: (u64, u64),
    range: &'static str,
    /// The unit that zero is shown in.
    zero: &'static str,
}

impl Kind {
    fn parse(&self, text: &str) -> Result<u64, Invalid> {
        let trouble = match parse(text, self.units) {
            Ok(value) if (self.bounds.0..=self.bounds.1).contains(&value) => return Ok(value),
            Ok(_) => Trouble::Range,
            Err(trouble) => trouble,
        };
        let units = one_of(self.units.iter().map(|u| u.name));
        let form = format!(
            "a number and a unit ({units}), such as \"{}\"",
            self.example
        );
        let (expected, suggestion) = match trouble {
            Trouble::NoNumber => (form, None),
            Trouble::Unit { number, unit } => (
                form,
                meant(&unit, self.units).map(|unit| format!("{number} {unit}")),
            ),
            Trouble::Range => (self.range.to_owned(), None),
        };
        Err(Invalid {
            value: text.to_owned(),
            what: self.what,
            expected,
            suggestion,
        })
    }

    fn pattern(&self) -> String {
        let units: Vec<&str> = self.units.iter().map(|u| u.name).collect();
        format!("^\\s*[0-9]+(\\.[0-9]+)?\\s*({})\\s*$", units.join("|"))
    }
}

/// Defines a quantity over `u64` base units.
macro_rules! quantity {
    ($(#[$meta:meta])* $name:ident, $kind:expr) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(u64);

        impl $name {
            const KIND: Kind = $kind;
        }

        impl std::str::FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                Self::KIND.parse(text).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&show(self.0, Self::KIND.units, Self::KIND.zero))
            }
        }

        crate::text::stored_as_text!($name);

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": Self::KIND.pattern(), "examples": [Self::KIND.example] })
            }
        }
    };
}

quantity!(
    /// A span of time on the network: a round trip, a delay, jitter. At most an hour, to the nanosecond.
    Time,
    Kind {
        what: "a time",
        example: "80 ms",
        units: &[US, MS, S, MIN, HOUR],
        bounds: (0, HOUR.size),
        range: "at most 1 h, in steps of 1 ns",
        zero: "ms",
    }
);

impl Time {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// The two directions of a round trip, as equal as whole nanoseconds allow.
    #[must_use]
    pub const fn halves(self) -> (Self, Self) {
        let there = self.0 / 2;
        (Self(there), Self(self.0 - there))
    }

    /// In milliseconds, for display and arithmetic with measurements.
    pub fn as_millis_f64(self) -> f64 {
        Duration::from(self).as_secs_f64() * 1e3
    }
}

impl From<Time> for Duration {
    fn from(time: Time) -> Self {
        Self::from_nanos(time.0)
    }
}

quantity!(
    /// How long something may take before it is ended. More than nothing, at most 30 days.
    Timeout,
    Kind {
        what: "a time-out",
        example: "10 min",
        units: &[US, MS, S, MIN, HOUR, DAY],
        bounds: (1, 30 * DAY.size),
        range: "more than 0 and at most 30 d",
        zero: "s",
    }
);

impl Timeout {
    /// So many seconds.
    pub(crate) const fn seconds(seconds: u64) -> Self {
        Self(seconds * S.size)
    }

    /// One hour: what a program gets when its environment does not say.
    pub const DEFAULT: Self = Self(HOUR.size);
}

impl From<Timeout> for Duration {
    fn from(timeout: Timeout) -> Self {
        Self::from_nanos(timeout.0)
    }
}

quantity!(
    /// A point or span of time in a scenario. From nothing at all to 30 days.
    Moment,
    Kind {
        what: "a time",
        example: "10 s",
        units: &[US, MS, S, MIN, HOUR, DAY],
        bounds: (0, 30 * DAY.size),
        range: "at most 30 d, in steps of 1 ns",
        zero: "s",
    }
);

impl Moment {
    /// The beginning, or no time at all.
    pub const ZERO: Self = Self(0);
}

impl From<Moment> for Duration {
    fn from(moment: Moment) -> Self {
        Self::from_nanos(moment.0)
    }
}

quantity!(
    /// A rate of data, in bits per second: at least 1 kbit/s, because nothing useful crosses less.
    Rate,
    Kind {
        what: "a rate",
        example: "100 Mbit/s",
        units: &[unit("bit/s", 1), unit("kbit/s", 1_000), unit("Mbit/s", 1_000_000), unit("Gbit/s", 1_000_000_000)],
        bounds: (1_000, 1_000_000_000_000),
        range: "between 1 kbit/s and 1000 Gbit/s",
        zero: "bit/s",
    }
);

impl Rate {
    /// Bits per second.
    pub const fn bits_per_second(self) -> u64 {
        self.0
    }
}

quantity!(
    /// A probability, to a millionth, such as that of a packet being lost.
    Probability,
    Kind {
        what: "a probability",
        example: "0.1 %",
        units: &[unit("%", 10_000)],
        bounds: (0, 1_000_000),
        range: "between 0 % and 100 %, in steps of 0.0001 %",
        zero: "%",
    }
);

impl Probability {
    /// Never.
    pub const ZERO: Self = Self(0);

    /// In millionths: 0 is never, 1 000 000 is always.
    pub const fn parts_per_million(self) -> u32 {
        // The bounds keep it below 2^20.
        #[expect(clippy::cast_possible_truncation, reason = "at most 1 000 000")]
        let parts = self.0 as u32;
        parts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantities_are_exact() {
        assert_eq!(
            Duration::from("0.1 ms".parse::<Time>().unwrap()),
            Duration::from_micros(100)
        );
        assert_eq!(
            Duration::from("2564ms".parse::<Time>().unwrap()),
            Duration::from_millis(2564)
        );
        assert_eq!(
            "1.5 Gbit/s".parse::<Rate>().unwrap().bits_per_second(),
            1_500_000_000
        );
        assert_eq!(
            "0.1 %".parse::<Probability>().unwrap().parts_per_million(),
            1_000
        );
    }

    #[test]
    fn quantities_are_shown_as_people_write_them() {
        for text in [
            "80 ms", "40.25 ms", "0.5 us", "2.564 s", "0 ms", "1 h", "90 s",
        ] {
            assert_eq!(text.parse::<Time>().unwrap().to_string(), text);
        }
        for text in ["0.1 %", "0 %", "100 %", "12.5 %"] {
            assert_eq!(text.parse::<Probability>().unwrap().to_string(), text);
        }
        assert_eq!(
            "1000 kbit/s".parse::<Rate>().unwrap().to_string(),
            "1 Mbit/s"
        );
        assert_eq!(Timeout::DEFAULT.to_string(), "1 h");
    }

    #[test]
    fn a_wrong_unit_finds_the_right_one() {
        let meant = |text: &str| text.parse::<Rate>().unwrap_err().suggestion;
        assert_eq!(meant("100 Mbps"), Some("100 Mbit/s".to_owned()));
        assert_eq!(
            "10 minutes".parse::<Timeout>().unwrap_err().suggestion,
            Some("10 min".to_owned())
        );
        assert_eq!(
            "10 m".parse::<Timeout>().unwrap_err().suggestion,
            None,
            "milliseconds or minutes: who knows"
        );
    }

    #[test]
    fn what_lies_outside_the_range_is_refused() {
        assert!("0 s".parse::<Timeout>().is_err());
        assert!("31 d".parse::<Timeout>().is_err());
        assert!("101 %".parse::<Probability>().is_err());
        assert!("0.1 bit/s".parse::<Rate>().is_err());
        assert!("-1 ms".parse::<Time>().is_err());
        assert!(
            "99999999999999999999999999999999999999999 s"
                .parse::<Time>()
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(nanos in 0..=HOUR.size) {
            let time = Time(nanos);
            prop_assert_eq!(time.to_string().parse::<Time>(), Ok(time));
        }

        #[test]
        fn rates_read_back(bits in 1_000_u64..=1_000_000_000_000) {
            let rate = Rate(bits);
            prop_assert_eq!(rate.to_string().parse::<Rate>(), Ok(rate));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<Time>();
            let _ = text.parse::<Probability>();
        }
    }
}
