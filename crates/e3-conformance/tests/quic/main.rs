//! `quic` is an overlay.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

mod tap;

use e3_overlay::Registry;
use e3_overlay_quic::QuicOverlay;

fn main() {
    let registry = || {
        let mut registry = Registry::builtin();
        registry.add(|| std::sync::Arc::new(QuicOverlay::default()));
        registry
    };
    e3_conformance::hold_tapped("quic", registry, tap::tapped);
}
