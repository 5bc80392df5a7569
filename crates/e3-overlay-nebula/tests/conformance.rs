//! `nebula` is an overlay, with whichever nebula this host has: `E3_STOCK` names a folder with another.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

use std::{env, sync::Arc};

use e3_overlay::Registry;
use e3_overlay_nebula::NebulaOverlay;
use e3_stock::{NEBULA, find};

fn main() {
    if let Err(missing) = find(&NEBULA) {
        assert!(env::var_os("E3_STOCK_REQUIRED").is_none(), "{missing}");
        println!("skipped: the overlay {missing}");
        return;
    }
    let registry = || {
        let mut registry = Registry::builtin();
        registry.add(|| Arc::new(NebulaOverlay::default()));
        registry
    };
    e3_conformance::hold("nebula", registry);
}
