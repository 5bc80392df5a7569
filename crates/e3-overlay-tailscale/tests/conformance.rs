//! `headscale` is an overlay. Where this machine lacks the programs that it takes, there is nothing to try: that is a
//! failure where `E3_STOCK_REQUIRED` is set.

use std::{env, process::exit, sync::Arc};

use e3_overlay::Registry;
use e3_overlay_tailscale::HeadscaleOverlay;
use e3_stock::{HEADSCALE, TAILSCALE, TAILSCALED, find};

/// What a stranger is told by the desk, and what an agent that is told lies says of its keys.
const REFUSALS: &[&str] = &[
    "gave no key: received fatal alert: UnknownCA",
    "the roster names other keys of this party than its agent has",
];

fn main() {
    let missing = [HEADSCALE, TAILSCALED, TAILSCALE]
        .iter()
        .find_map(|program| find(program).err());
    if let Some(missing) = missing {
        eprintln!("skipped: overlay headscale {missing}");
        exit(i32::from(env::var_os("E3_STOCK_REQUIRED").is_some()));
    }
    let registry = || {
        let mut registry = Registry::builtin();
        registry.add(|| Arc::new(HeadscaleOverlay::default()));
        registry
    };
    e3_conformance::hold_refusing("headscale", registry, REFUSALS);
}
