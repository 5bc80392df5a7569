//! The suite's page in the book is what the suite says of itself.

use std::{env, fs, path::Path, sync::Arc};

use e3_overlay::Registry;
use e3_overlay_nebula::NebulaOverlay;
use e3_overlay_quic::QuicOverlay;
use e3_overlay_tailscale::{HeadscaleOverlay, TailscaleOverlay};
use e3_overlay_wireguard::WireguardOverlay;

/// Whose tests call `hold_tapped`.
const TAPPED: &[&str] = &["quic"];

/// Stands before the tables; what follows is generated.
const MARK: &str = "<!-- written by the test; E3_BLESS=1 writes it anew -->\n";

#[test]
fn the_page_is_up_to_date() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/overlays/conformance.md");
    let found = fs::read_to_string(&page).unwrap();
    let (before, _) = found.split_once(MARK).expect("the page has the mark");
    let mut registry = Registry::builtin();
    registry.add(|| Arc::new(QuicOverlay::default()));
    registry.add(|| Arc::new(NebulaOverlay::default()));
    registry.add(|| Arc::new(WireguardOverlay::default()));
    registry.add(|| Arc::new(HeadscaleOverlay::default()));
    registry.add(|| Arc::new(TailscaleOverlay::default()));
    let expected = format!(
        "{before}{MARK}\n{}",
        e3_conformance::tables(&registry, TAPPED)
    );
    if env::var_os("E3_BLESS").is_some() {
        fs::write(&page, expected).unwrap();
    } else {
        assert!(found == expected, "{} is out of date", page.display());
    }
}
