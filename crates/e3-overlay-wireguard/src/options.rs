//! What e3.toml may say of the overlay, in its table `[wireguard]`.

use std::num::NonZeroU16;

use e3_overlay::{OWN, OptionKind, OptionShape, ServiceKind};
use e3_session::types::Options;

const NONE: &str = "none";
const KERNEL: &str = "kernel";
const USER: &str = "user";

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
        name: "engine",
        summary: "what carries packets: auto (the kernel's WireGuard where it can be had, else the agent), kernel, user (the agent)",
        shape: OptionShape::OneOf(&["auto", KERNEL, USER]),
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
    /// What carries packets.
    pub(crate) engine: EngineChoice,
}

/// What is to carry packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EngineChoice {
    /// The kernel's WireGuard where it can be had, else the agent.
    #[default]
    Auto,
    /// The kernel's WireGuard.
    Kernel,
    /// The agent.
    User,
}

impl Chosen {
    /// Reads options, which were checked against [`OPTIONS`] where they were written.
    pub(crate) fn read(options: &Options) -> Self {
        Self {
            engine: match options.word("engine") {
                Some(KERNEL) => EngineChoice::Kernel,
                Some(USER) => EngineChoice::User,
                Some(_) | None => EngineChoice::Auto,
            },
            relay: options.word("relay") != Some(NONE),
            port: options.port("port").and_then(NonZeroU16::new),
        }
    }

    /// What an agreement says: all that decides who learns of the parties.
    pub(crate) fn mode(self) -> String {
        format!("relay {}", if self.relay { OWN } else { NONE })
    }
}
