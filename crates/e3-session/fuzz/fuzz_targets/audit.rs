//! Any record of a run to an auditor who knows the parties: where nothing is wrong, it is what they have signed.

#![no_main]

#[path = "../src/record.rs"]
mod record;
#[path = "../../tests/common/scene.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod scene;

use std::sync::LazyLock;

use e3_session::types::RunId;
use libfuzzer_sys::fuzz_target;

/// The only agreement that the parties have signed, in the seed.
static SIGNED: LazyLock<String> =
    LazyLock::new(|| scene::agreement(1, RunId(7)).hash().to_string());

fuzz_target!(|json: &[u8]| {
    let Some(report) = record::audited(json) else {
        return;
    };
    if report.wrong.is_empty() && report.parties.iter().all(|party| party.known) {
        assert_eq!(report.agreement, *SIGNED, "{report:?}");
    }
});
