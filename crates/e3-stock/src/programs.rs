//! Which programs of others E³ uses.

use crate::{Telling, Version};

/// A program of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// Its name, as it is found in folders.
    pub name: &'static str,
    /// How to get it, for a person.
    pub hint: &'static str,
    /// How it tells its version.
    pub telling: Telling,
}

const PEERS: &str = "scripts/peers builds the pinned one into this user's cache";

/// The daemon of Nebula, 1.6.1 or later.
pub const NEBULA: Program = Program {
    name: "nebula",
    hint: "on Debian and Ubuntu: apt-get install nebula; or scripts/peers, which builds the pinned one into this user's cache",
    telling: Telling {
        arguments: &["-version"],
        before: "Version:",
        least: Version(1, 6),
    },
};

/// Makes, shows and verifies Nebula's certificates; for tests alone, as E³ makes its own.
pub const NEBULA_CERT: Program = Program {
    name: "nebula-cert",
    hint: "it comes with nebula",
    telling: Telling {
        arguments: &["-version"],
        before: "Version:",
        least: Version(1, 6),
    },
};

/// WireGuard in user space; for tests and comparisons, as E³ has its own.
pub const WIREGUARD_GO: Program = Program {
    name: "wireguard-go",
    hint: "on Debian and Ubuntu: apt-get install wireguard-go",
    telling: Telling {
        arguments: &["--version"],
        before: "wireguard-go",
        least: Version(0, 0),
    },
};

/// A coordinator of Tailscale's clients, 0.29 or later.
pub const HEADSCALE: Program = Program {
    name: "headscale",
    hint: PEERS,
    telling: Telling {
        arguments: &["version"],
        before: "headscale version",
        least: Version(0, 29),
    },
};

/// The daemon of Tailscale, 1.96 or later.
pub const TAILSCALED: Program = Program {
    name: "tailscaled",
    hint: PEERS,
    telling: Telling {
        arguments: &["--version"],
        before: "",
        least: Version(1, 96),
    },
};

/// What tells `tailscaled` what to do.
pub const TAILSCALE: Program = Program {
    name: "tailscale",
    hint: PEERS,
    telling: Telling {
        arguments: &["version"],
        before: "",
        least: Version(1, 96),
    },
};

/// All of them.
pub const PROGRAMS: [Program; 6] = [
    NEBULA,
    NEBULA_CERT,
    WIREGUARD_GO,
    HEADSCALE,
    TAILSCALED,
    TAILSCALE,
];
