//! What e3.toml may say of the overlay, in its table `[wireguard]`.

use std::num::NonZeroU16;

use e3_overlay::{OWN, OptionKind, OptionShape, ServiceKind};
use e3_session::types::Options;

const NONE: &str = "none";

/// What can be said, each with its default.
pub(crate) const OPTIONS: &[OptionKind] = &[
    OptionKind {
        name: "relay",
        summary: "what carries pairs that cannot reach one another, and tells parties how they are seen: own (a service of the environment), none",
        shape: OptionShape::Source {
            service: ServiceKind::Relay,
            words: &[NONE],
        },
    },
    OptionKind {
        name: "port",
        summary: "the UDP port of every agent; any free port when left out",
        shape: OptionShape::Port,
    },
];

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Whether relays of the environment are used.
    pub(crate) relay: bool,
    /// The port; `None` for any free one.
    pub(crate) port: Option<NonZeroU16>,
}

impl Chosen {
    /// Reads options, which were checked against [`OPTIONS`] where they were written.
    pub(crate) fn read(options: &Options) -> Self {
        Self {
            relay: options.word("relay") != Some(NONE),
            port: options.port("port").and_then(NonZeroU16::new),
        }
    }

    /// What an agreement says: all that decides who learns of the parties.
    pub(crate) fn mode(self) -> String {
        format!("relay {}", if self.relay { OWN } else { NONE })
    }
}
