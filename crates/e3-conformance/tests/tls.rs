//! `tls` is an overlay.

fn main() {
    // What is presented was made for somebody else, or by no authority that its own agent believes.
    let words = &["the certificate of party"];
    e3_conformance::hold_refusing("tls", e3_overlay::Registry::builtin, words);
}
