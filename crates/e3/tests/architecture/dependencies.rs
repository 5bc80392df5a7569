//! Which crate may know which.

use crate::tree::{Crate, finding};

/// What each crate may depend on, its tests included, from the bottom up. A crate that is not here fails the test.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("e3-sys", &[]),
    ("e3-process", &["e3-sys"]),
    // Programs of others know nothing of E³.
    ("e3-stock", &["e3-process", "e3-sys"]),
    ("e3-nebula", &["e3-stock"]),
    ("e3-world", &[]),
    // What was found is shown by others, and measured by others.
    ("e3-histogram", &[]),
    ("e3-evaluate", &["e3-histogram"]),
    ("e3-report", &["e3-evaluate", "e3-histogram"]),
    ("e3-template", &[]),
    ("e3-identity", &[]),
    // What fetches documents stands apart from what knows them.
    ("e3-resolver", &["e3-identity"]),
    (
        "e3-spec",
        &["e3-evaluate", "e3-identity", "e3-template", "e3-world"],
    ),
    ("e3-session", &["e3-identity"]),
    // What could be recognised stands in a run's record, and in certificates.
    (
        "e3-observe",
        &["e3-evaluate", "e3-identity", "e3-nebula", "e3-session"],
    ),
    // What was recorded is taken apart by whoever knows nothing else.
    ("e3-unseal", &[]),
    // The lab knows no overlay, no program and no agent.
    ("e3-lab", &["e3-sys", "e3-world"]),
    ("e3-program", &["e3-histogram", "e3-session", "e3-template"]),
    // An overlay knows no provider of hosts, no lab and no other overlay.
    (
        "e3-overlay",
        &["e3-identity", "e3-session", "e3-stock", "e3-sys"],
    ),
    ("e3-contact", &["e3-identity", "e3-session"]),
    ("e3-resume", &[]),
    // Anybody may ask a reflector, whatever the overlay.
    ("e3-reflector", &["e3-lab", "e3-session", "e3-world"]),
    // What carries connections is tried in the lab.
    (
        "e3-forward",
        &["e3-lab", "e3-overlay", "e3-resume", "e3-session", "e3-sys"],
    ),
    (
        "e3-overlay-quic",
        &[
            "e3-conformance",
            "e3-contact",
            "e3-forward",
            "e3-identity",
            "e3-lab",
            "e3-overlay",
            "e3-reflector",
            "e3-resume",
            "e3-session",
            "e3-sys",
        ],
    ),
    ("e3-overlay-nebula", MESH),
    ("e3-overlay-tailscale", MESH),
    ("e3-overlay-wireguard", MESH),
    (
        "e3-host",
        &["e3-lab", "e3-session", "e3-spec", "e3-sys", "e3-world"],
    ),
    (
        "e3-agent",
        &[
            "e3-identity",
            "e3-overlay",
            "e3-process",
            "e3-program",
            "e3-reflector",
            "e3-resolver",
            "e3-session",
            "e3-stock",
            "e3-sys",
        ],
    ),
    ("e3-holder", EVERYTHING_BELOW),
    ("e3-conformance", EVERYTHING_BELOW),
    ("e3-experiment", EXPERIMENT),
    ("e3", EVERYTHING),
];

/// What overlays that carry packets may know.
const MESH: &[&str] = &[
    "e3-agent",
    "e3-conformance",
    "e3-contact",
    "e3-forward",
    "e3-identity",
    "e3-lab",
    "e3-nebula",
    "e3-overlay",
    "e3-process",
    "e3-reflector",
    "e3-session",
    "e3-stock",
    "e3-sys",
    "e3-world",
];

/// What attacks overlays, none of which it knows: its tests do.
const EXPERIMENT: &[&str] = &[
    "e3-conformance",
    "e3-evaluate",
    "e3-identity",
    "e3-lab",
    "e3-overlay",
    "e3-overlay-nebula",
    "e3-overlay-quic",
    "e3-overlay-tailscale",
    "e3-overlay-wireguard",
    "e3-session",
    "e3-stock",
    "e3-unseal",
];

/// What keeps or tries an environment: all but the program `e3` and one another.
const EVERYTHING_BELOW: &[&str] = &[
    "e3-agent",
    "e3-forward",
    "e3-histogram",
    "e3-host",
    "e3-identity",
    "e3-lab",
    "e3-overlay",
    "e3-overlay-nebula",
    "e3-overlay-quic",
    "e3-overlay-tailscale",
    "e3-overlay-wireguard",
    "e3-process",
    "e3-program",
    "e3-reflector",
    "e3-resolver",
    "e3-resume",
    "e3-session",
    "e3-spec",
    "e3-stock",
    "e3-sys",
    "e3-template",
    "e3-world",
];

const EVERYTHING: &[&str] = &[
    "e3-agent",
    "e3-conformance",
    "e3-evaluate",
    "e3-experiment",
    "e3-holder",
    "e3-forward",
    "e3-histogram",
    "e3-host",
    "e3-identity",
    "e3-lab",
    "e3-observe",
    "e3-overlay",
    "e3-overlay-nebula",
    "e3-overlay-quic",
    "e3-overlay-tailscale",
    "e3-overlay-wireguard",
    "e3-process",
    "e3-program",
    "e3-reflector",
    "e3-report",
    "e3-resolver",
    "e3-resume",
    "e3-session",
    "e3-spec",
    "e3-stock",
    "e3-sys",
    "e3-template",
    "e3-world",
];

/// Crates that open no socket and start no process.
pub(crate) const PURE: &[&str] = &[
    "e3-world",
    "e3-template",
    "e3-identity",
    "e3-contact",
    "e3-spec",
    "e3-session",
    "e3-resume",
];

/// What would let them.
const IMPURE_CRATES: &[&str] = &[
    "async-trait",
    "e3-sys",
    "futures",
    "libc",
    "netlink-sys",
    "nix",
    "rustix",
    "socket2",
    "tokio",
];

/// The same within the standard library.
pub(crate) const IMPURE_WORDS: &[&str] = &[
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "UnixDatagram",
    "ToSocketAddrs",
    "process::Command",
    "Command::new",
    "thread::spawn",
];

/// Dependencies on crates of ours that the table does not name.
pub(crate) fn beyond_the_table(krate: &Crate) -> Vec<String> {
    let mut table = MAY_KNOW.iter();
    let Some((_, allowed)) = table.find(|(name, _)| *name == krate.name) else {
        return vec![finding(
            &krate.manifest,
            1,
            "a crate that the table does not name",
        )];
    };
    dependencies(krate)
        .filter(|(name, _)| name.starts_with("e3-") && !allowed.contains(&name.as_str()))
        .map(|(name, line)| {
            finding(
                &krate.manifest,
                line,
                &format!("{} may not know {name}", krate.name),
            )
        })
        .collect()
}

/// Dependencies that a pure crate may not have.
pub(crate) fn impure(krate: &Crate) -> Vec<String> {
    dependencies(krate)
        .filter(|(name, _)| IMPURE_CRATES.contains(&name.as_str()))
        .map(|(name, line)| {
            finding(
                &krate.manifest,
                line,
                &format!("{} may not use {name}", krate.name),
            )
        })
        .collect()
}

/// What a manifest says by itself that it should inherit.
pub(crate) fn strays(krate: &Crate) -> Vec<String> {
    let lines = &krate.manifest.lines;
    let mut findings = Vec::new();
    for wanted in ["version", "edition", "rust-version", "license", "publish"] {
        if !lines.contains(&format!("{wanted}.workspace = true")) {
            findings.push(finding(
                &krate.manifest,
                1,
                &format!("expected `{wanted}.workspace = true`"),
            ));
        }
    }
    let inherits = lines
        .windows(2)
        .any(|pair| pair[0] == "[lints]" && pair[1] == "workspace = true");
    // The only home of unsafe code spells its lints out, because it may not inherit the ban.
    if !inherits && krate.name != "e3-sys" {
        findings.push(finding(
            &krate.manifest,
            1,
            "expected `[lints]`, then `workspace = true`",
        ));
    }
    for (name, line) in dependencies(krate) {
        if !lines[line - 1].contains("workspace = true") {
            findings.push(finding(
                &krate.manifest,
                line,
                &format!("{name} does not come from the workspace"),
            ));
        }
    }
    findings
}

/// The names in every table of dependencies, with their lines.
fn dependencies(krate: &Crate) -> impl Iterator<Item = (String, usize)> {
    let mut inside = false;
    krate
        .manifest
        .lines
        .iter()
        .enumerate()
        .filter_map(move |(index, line)| {
            if line.starts_with('[') {
                inside = line.ends_with("dependencies]");
                return None;
            }
            let name: String = line
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
                .collect();
            (inside && !name.is_empty()).then_some((name, index + 1))
        })
}
