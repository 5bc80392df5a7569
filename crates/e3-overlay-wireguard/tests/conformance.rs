//! `wireguard` is an overlay.

use e3_overlay::Registry;
use e3_overlay_wireguard::WireguardOverlay;

fn main() {
    let registry = || {
        let mut registry = Registry::builtin();
        registry.add(|| std::sync::Arc::new(WireguardOverlay::default()));
        registry
    };
    e3_conformance::hold("wireguard", registry);
}
