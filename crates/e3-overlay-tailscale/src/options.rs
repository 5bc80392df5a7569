//! What e3.toml may say of the overlay, in its table `[headscale]`.

use e3_forward::place::Wanted;
use e3_overlay::{OptionKind, OptionShape};
use e3_session::types::Options;

/// What can be said, each with its default.
pub(crate) const OPTIONS: &[OptionKind] = &[
    OptionKind {
        name: "program",
        summary: "where programs run: namespace (a network of their own, which takes the right to make interfaces), forwards (on 127.0.0.1, tailscaled in user space), auto (the first that can be had)",
        shape: OptionShape::OneOf(&["auto", "namespace", "forwards"]),
    },
    OptionKind {
        name: "inner",
        summary: "what programs speak inside the tunnel: none (as they are), tls (MPyC's TLS, by keys that no coordinator hands out)",
        shape: OptionShape::OneOf(&["none", TLS]),
    },
];

const TLS: &str = "tls";

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Where programs run.
    pub(crate) program: Wanted,
    /// Whether programs speak TLS inside the tunnel.
    pub(crate) inner_tls: bool,
}

impl Chosen {
    /// Reads options, which were checked against [`OPTIONS`] where they were written.
    pub(crate) fn read(options: &Options) -> Self {
        let program = options.word("program").and_then(|word| word.parse().ok());
        Self {
            program: program.unwrap_or_default(),
            inner_tls: options.word("inner") == Some(TLS),
        }
    }

    /// What an agreement says: all that decides what is promised.
    pub(crate) fn mode(self) -> String {
        let inner = if self.inner_tls { TLS } else { "none" };
        format!("program {}, inner {inner}", self.program)
    }
}
