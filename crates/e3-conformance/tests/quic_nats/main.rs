//! `quic` reaches whom theory says can be reached directly, through every pair of NATs, and the others by relays.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod elsewhere;

use std::path::Path;

use e3_overlay::Registry;
use e3_overlay_quic::QuicOverlay;

fn main() {
    let registry = || {
        let mut registry = Registry::builtin();
        registry.add(|| std::sync::Arc::new(QuicOverlay::default()));
        registry
    };
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/overlays/quic.md");
    e3_conformance::traverse("quic", registry, page, elsewhere::start);
}
