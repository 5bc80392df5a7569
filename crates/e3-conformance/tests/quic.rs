//! `quic` is an overlay.

use e3_overlay::Registry;
use e3_overlay_quic::QuicOverlay;

fn main() {
    e3_conformance::hold("quic", || {
        let mut registry = Registry::builtin();
        registry.add(|| std::sync::Arc::new(QuicOverlay::default()));
        registry
    });
}
