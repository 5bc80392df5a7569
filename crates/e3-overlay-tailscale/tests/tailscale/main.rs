//! `tailscale` is an overlay: held to the conformance suite with a Headscale in place of Tailscale's service, which to clients
//! speaks as that does. That takes minutes, and is left out unless `E3_ALL` is set; where this machine lacks the programs,
//! that is a failure where `E3_STOCK_REQUIRED` is set.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

#[path = "../account/mod.rs"]
mod account;
mod member;
mod tailnet;

use std::{env, process::exit, sync::Arc};

use e3_overlay::Registry;
use e3_stock::{HEADSCALE, TAILSCALE, TAILSCALED, find};

/// What somebody without a key of the account is told by its coordinator, and what an agent that is told lies says of its keys.
const REFUSALS: &[&str] = &[
    "the roster names other keys of this party than its agent has",
    "invalid pre auth key",
];

fn main() {
    // Not of the processes that one run starts: what is left out is told once.
    let begun = env::args().any(|argument| argument.starts_with("--e3"));
    if !begun && env::var_os("E3_ALL").is_none() {
        println!("skipped: conformance of overlay tailscale (./x test --all runs it)");
        return;
    }
    let missing = [HEADSCALE, TAILSCALED, TAILSCALE]
        .iter()
        .find_map(|program| find(program).err());
    if let Some(missing) = missing {
        eprintln!("skipped: overlay tailscale {missing}");
        exit(i32::from(env::var_os("E3_STOCK_REQUIRED").is_some()));
    }
    let registry = || {
        let mut registry = Registry::builtin();
        registry.add(|| Arc::new(member::Member::default()));
        registry
    };
    e3_conformance::hold_refusing("tailscale", registry, REFUSALS);
}
