//! `tls` is an overlay.

fn main() {
    e3_conformance::hold("tls", e3_overlay::Registry::builtin);
}
