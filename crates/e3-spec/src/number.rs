//! Numbers that have been checked once.

use serde::{Deserialize, Serialize};

use crate::text::Invalid;

/// Defines a number within fixed bounds.
macro_rules! bounded {
    ($(#[$meta:meta])* $name:ident, $what:literal, $min:literal..=$max:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "i128", into = "u16")]
        pub struct $name(u16);

        impl $name {
            /// The largest.
            pub const MAX: u16 = $max;

            /// As a plain number.
            pub const fn get(self) -> u16 {
                self.0
            }
        }

        impl TryFrom<i128> for $name {
            type Error = Invalid;

            fn try_from(number: i128) -> Result<Self, Invalid> {
                u16::try_from(number).ok().filter(|n| ($min..=$max).contains(n)).map(Self).ok_or_else(|| Invalid {
                    value: number.to_string(),
                    what: $what,
                    expected: concat!("a whole number from ", $min, " to ", $max).to_owned(),
                    suggestion: None,
                })
            }
        }

        impl From<$name> for u16 {
            fn from(number: $name) -> Self {
                number.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "integer", "minimum": $min, "maximum": $max })
            }
        }
    };
}

bounded!(
    /// A number of parties.
    PartyCount, "a number of parties", 1..=256
);
bounded!(
    /// A TCP port.
    Port, "a port", 1..=65535
);
bounded!(
    /// How many parties may pool what they know and still learn nothing. Less than half of the parties: see
    /// [`Threshold::fits`].
    Threshold, "a threshold", 0..=127
);
bounded!(
    /// How often something is measured at most.
    Rounds, "a number of rounds", 1..=10000
);

impl PartyCount {
    /// How many there are. Meant for the hosts of an environment, which are never none or too many.
    pub(crate) fn of<T>(parties: &[T]) -> Self {
        Self::near(parties.len()).unwrap_or(Self(1))
    }

    /// As many, or the most that there can be; a network may have more hosts, not all of which are parties.
    pub(crate) fn near(hosts: usize) -> Option<Self> {
        let most = usize::from(Self::MAX);
        u16::try_from(hosts.min(most))
            .ok()
            .filter(|count| *count > 0)
            .map(Self)
    }
}

impl Port {
    /// The port that MPyC programs listen on when nothing else is said.
    pub const DEFAULT: Self = Self(11599);
}

impl Threshold {
    /// The largest threshold that an honest majority of `parties` allows: MPyC's own default.
    pub const fn largest(parties: PartyCount) -> Self {
        Self((parties.0 - 1) / 2)
    }

    /// Whether fewer than half of the parties are below it, as MPyC's secret sharing needs.
    pub const fn fits(self, parties: PartyCount) -> bool {
        self.0 <= Self::largest(parties).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_less_than_half() {
        let parties = |n: i128| PartyCount::try_from(n).unwrap();
        assert_eq!(Threshold::largest(parties(1)).get(), 0);
        assert_eq!(Threshold::largest(parties(3)).get(), 1);
        assert_eq!(Threshold::largest(parties(4)).get(), 1);
        assert_eq!(Threshold::largest(parties(256)).get(), 127);
        assert!(!Threshold(1).fits(parties(2)));
    }

    #[test]
    fn numbers_are_checked_when_they_are_read() {
        assert!(serde_json::from_str::<PartyCount>("0").is_err());
        assert!(serde_json::from_str::<Port>("65536").is_err());
        assert_eq!(serde_json::from_str::<Port>("80").unwrap().get(), 80);
    }
}
