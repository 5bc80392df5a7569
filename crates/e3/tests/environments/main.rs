//! Whole commands on environments: what they print, how they end, and what they leave: nothing.
//!
//! Where a machine does not let anybody make namespaces, these tests fail with the reason.
//!
//! - `E3_ROUNDS`: how often each process is killed at a random moment; `E3_SEED` repeats the moments of a failure;
//! - `E3_MPYC_DEMOS`: the folder `demos` of `MPyC`'s repository, whose programs are run then.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may unwrap as tests do"
)]

#[path = "../support/mod.rs"]
mod support;

mod adhoc;
mod broken;
mod certified;
mod cicada;
mod commands;
mod compare;
mod compared;
mod crashing;
mod death;
mod demos;
#[cfg(feature = "wireguard")]
mod effort;
mod examples;
mod exec;
mod experiment;
mod firewall;
mod identities;
mod inputs;
mod interrupt;
mod kept_up;
mod kill;
mod links;
#[cfg(any(
    feature = "quic",
    feature = "nebula",
    feature = "wireguard",
    feature = "tailscale"
))]
mod mesh;
mod observed;
mod pins;
mod probes;
mod program;
mod programs;
mod proof;
mod quic;
mod readable;
#[cfg(feature = "quic")]
mod removal;
mod schemes;
mod services;
mod settling;
mod spu;
mod streams;
mod stuck;
mod tls;
mod verify;

use std::path::{Path, PathBuf};

/// The repository's root.
fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap()
}

/// An example environment of the repository.
fn example(name: &str) -> String {
    let folder = repository().join("environments").join(name);
    folder.to_str().unwrap().to_owned()
}
