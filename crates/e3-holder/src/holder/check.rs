//! The provider measures what it made.

use std::sync::Arc;

use e3_host::{Provider, SelfCheck};

use crate::wire::{CheckRecord, Fault, rounded};

/// Measures without holding up the conversation with the agents.
pub(crate) async fn run(provider: Arc<dyn Provider>) -> Result<Option<CheckRecord>, Fault> {
    let failed = |error: &dyn std::fmt::Display| {
        Fault::ours(format!("the lab could not measure itself: {error}"))
    };
    let measured = tokio::task::spawn_blocking(move || provider.check())
        .await
        .map_err(|error| failed(&error))?;
    measured
        .transpose()
        .map(|check| check.map(record))
        .map_err(|error| failed(&error))
}

fn record(check: SelfCheck) -> CheckRecord {
    let errors = check
        .pairs
        .iter()
        .filter_map(|pair| Some((pair.measured_ms? - pair.expected_ms).abs()));
    CheckRecord {
        trusted: check.trusted,
        worst_error_ms: rounded(errors.fold(0.0, f64::max)),
        pairs: check.pairs.len(),
        unanswered: check
            .pairs
            .iter()
            .filter(|pair| pair.measured_ms.is_none())
            .count(),
        pairs_in_all: check.pairs_in_all,
        verdict: check.verdict,
        load: check.load,
    }
}
