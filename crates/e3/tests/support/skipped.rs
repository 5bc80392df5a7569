//! What a test leaves out.

use std::io::{Write as _, stderr};

/// Says why a test is left out, past what keeps the output of tests that pass: `./x test --all` gathers these lines.
pub(crate) fn skipped(why: &str) {
    let _ = writeln!(stderr(), "skipped: {why}");
}
