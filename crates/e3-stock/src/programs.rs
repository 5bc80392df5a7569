//! Which programs of others E³ uses.

/// A program of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// Its name, as it is found in folders.
    pub name: &'static str,
    /// How to get it, for a person.
    pub hint: &'static str,
}

const PEERS: &str = "scripts/peers builds the pinned one into this user's cache";

/// The daemon of Nebula, 1.6.1 or later.
pub const NEBULA: Program = Program {
    name: "nebula",
    hint: "on Debian and Ubuntu: apt-get install nebula; or scripts/peers, which builds the pinned one into this user's cache",
};

/// Makes, shows and verifies Nebula's certificates; for tests alone, as E³ makes its own.
pub const NEBULA_CERT: Program = Program {
    name: "nebula-cert",
    hint: "it comes with nebula",
};

/// WireGuard in user space; for tests and comparisons, as E³ has its own.
pub const WIREGUARD_GO: Program = Program {
    name: "wireguard-go",
    hint: "on Debian and Ubuntu: apt-get install wireguard-go",
};

/// A coordinator of Tailscale's clients, 0.29 or later.
pub const HEADSCALE: Program = Program {
    name: "headscale",
    hint: PEERS,
};

/// The daemon of Tailscale, 1.96 or later.
pub const TAILSCALED: Program = Program {
    name: "tailscaled",
    hint: PEERS,
};

/// What tells `tailscaled` what to do.
pub const TAILSCALE: Program = Program {
    name: "tailscale",
    hint: PEERS,
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
