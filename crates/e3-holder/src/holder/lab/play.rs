//! Scenarios: played while somebody looks on, or in the background.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use e3_host::lab::scenario;
use e3_lab::{Done, Lab, Playing};
use e3_spec::Scenario;
use tokio::time::sleep;

use crate::{
    holder::{
        serve::{Asks, next_ask},
        tell::Tell,
    },
    wire::{Event, Fault, PlayedRecord, rounded},
};

/// Between two looks at what has been done.
const LOOK: Duration = Duration::from_millis(20);

/// Begins one now.
///
/// # Errors
/// The user's: something of it cannot happen in this lab.
pub(crate) fn begin(lab: &Arc<Lab>, declared: &Scenario) -> Result<Playing, Fault> {
    let playing = scenario(declared).play(lab, Instant::now());
    playing.map_err(|error| Fault::user(error.to_string()))
}

/// Plays to the end, or until whoever asked has gone or wants no more. Tells what is done when it is.
pub(super) async fn play(
    lab: &Arc<Lab>,
    declared: &Scenario,
    mut asks: Asks,
    tell: &Tell,
) -> Result<Vec<PlayedRecord>, Fault> {
    let playing = begin(lab, declared)?;
    let mut told = 0;
    let mut tell_new = |playing: &Playing| {
        let log = records(&playing.log());
        for record in log.iter().skip(told) {
            tell.event(Event::Played {
                done: record.clone(),
            });
        }
        told = log.len();
    };
    while !playing.is_over() {
        tokio::select! {
            _ = next_ask(&mut asks) => break,
            () = sleep(LOOK) => tell_new(&playing),
        }
    }
    tell_new(&playing);
    Ok(records(&playing.stop()))
}

/// Does what is to be done at once. What comes about later by itself, as the end of an outage, still does.
pub(super) async fn act(lab: &Arc<Lab>, declared: &Scenario) -> Result<Vec<PlayedRecord>, Fault> {
    let at_once = declared.events.iter();
    let at_once = at_once
        .filter(|event| Duration::from(event.at).is_zero())
        .count();
    let playing = begin(lab, declared)?;
    while playing.log().len() < at_once && !playing.is_over() {
        sleep(Duration::from_millis(1)).await;
    }
    let done = records(&playing.stop());
    match done.iter().find_map(|done| done.failed.clone()) {
        Some(why) => Err(Fault::user(why)),
        None => Ok(done),
    }
}

/// What was done, as it is told.
pub(crate) fn records(done: &[Done]) -> Vec<PlayedRecord> {
    let ms = |time: Duration| rounded(time.as_secs_f64() * 1e3);
    let records = done.iter().map(|done| PlayedRecord {
        at_ms: ms(done.at),
        late_ms: ms(done.late),
        text: done.text.clone(),
        failed: done.failed.clone(),
    });
    records.collect()
}
