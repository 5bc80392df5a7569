//! What the hosts send while programs run.

use std::time::Duration;

use tokio::time::sleep;

use super::{tell::Tell, up::Up};
use crate::wire::Event;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// Tells from time to time how much each host has sent. Never ends by itself.
pub(crate) async fn watch(up: &Up, tell: &Tell) {
    let before = sent(up);
    loop {
        sleep(PAUSE).await;
        let since =
            |(now, before): (Option<u64>, &Option<u64>)| Some(now?.saturating_sub((*before)?));
        let bytes = sent(up).into_iter().zip(&before).map(since).collect();
        tell.passing(Event::Traffic { bytes });
    }
}

fn sent(up: &Up) -> Vec<Option<u64>> {
    up.parties
        .iter()
        .map(|party| party.machine.bytes_sent())
        .collect()
}
