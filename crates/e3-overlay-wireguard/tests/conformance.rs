//! `wireguard` is an overlay.
//!
//! The agent carries packets, unless `E3_WIREGUARD_ENGINE` says otherwise: `kernel`, everywhere, or `mixed`, on the hosts whose
//! names end with an even digit, so that the kernel's WireGuard and ours are peers.

use std::{env, fs, sync::Arc};

use e3_overlay::Registry;
use e3_overlay_wireguard::{EngineChoice, WireguardOverlay};

fn main() {
    let registry = || {
        let mut registry = Registry::builtin();
        registry.add(|| Arc::new(WireguardOverlay::with_engine(engine())));
        registry
    };
    e3_conformance::hold("wireguard", registry);
}

fn engine() -> EngineChoice {
    let wanted = env::var("E3_WIREGUARD_ENGINE").unwrap_or_default();
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let even = name.trim().ends_with(['0', '2', '4', '6', '8']);
    match wanted.as_str() {
        "kernel" => EngineChoice::Kernel,
        "mixed" if even => EngineChoice::Kernel,
        _ => EngineChoice::User,
    }
}
