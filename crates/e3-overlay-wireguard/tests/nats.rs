//! `wireguard` reaches whom theory says can be reached directly over UDP, through every pair of NATs, and the others by relays.

use std::path::Path;

use e3_conformance::Carried;
use e3_overlay::Registry;
use e3_overlay_wireguard::{EngineChoice, WireguardOverlay};

fn main() {
    let registry = || {
        let mut registry = Registry::builtin();
        registry.add(|| std::sync::Arc::new(WireguardOverlay::with_engine(EngineChoice::User)));
        registry
    };
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/overlays/wireguard.md");
    e3_conformance::traverse_by_own_relay("wireguard", registry, page, Carried::ByUdp);
}
