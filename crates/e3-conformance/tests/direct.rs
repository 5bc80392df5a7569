//! `direct` is an overlay.

fn main() {
    e3_conformance::hold("direct", e3_overlay::Registry::builtin);
}
