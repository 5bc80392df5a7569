//! What e3.toml may say of the overlay, in its table `[nebula]`.

use std::time::Duration;

use e3_overlay::{OptionKind, OptionShape};
use e3_session::types::Options;

/// How long a host's certificate is valid unless something else is said.
const LIFETIME: Duration = Duration::from_hours(24);

/// What can be said, each with its default.
pub(crate) const OPTIONS: &[OptionKind] = &[
    OptionKind {
        name: "port",
        summary: "where every host's nebula listens, over UDP; any free port when left out",
        shape: OptionShape::Port,
    },
    OptionKind {
        name: "lifetime",
        summary: "how long a host's certificate is valid; it is renewed after half of that",
        shape: OptionShape::Duration {
            default: LIFETIME,
            least: Duration::from_secs(10),
            most: Duration::from_hours(24 * 30),
        },
    },
    OptionKind {
        name: "relayed",
        summary: "whether pairs that cannot reach one another go through the lighthouse: on, off",
        shape: OptionShape::OneOf(&["on", "off"]),
    },
];

/// What was said, or is so unless something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Where this host's nebula listens; 0 for any free port.
    pub(crate) port: u16,
    pub(crate) lifetime: Duration,
    pub(crate) relayed: bool,
}

impl Chosen {
    /// Reads options, which were checked against [`OPTIONS`] where they were written.
    pub(crate) fn read(options: &Options) -> Self {
        Self {
            port: options.port("port").unwrap_or(0),
            lifetime: options.duration("lifetime").unwrap_or(LIFETIME),
            relayed: options.word("relayed") != Some("off"),
        }
    }

    /// What an agreement says: all that decides what a program sees or who learns of it.
    pub(crate) fn mode(self) -> String {
        let relayed = if self.relayed { "on" } else { "off" };
        format!("relayed {relayed}")
    }
}
