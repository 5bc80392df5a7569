//! From events to what is done one after another.

use std::time::Duration;

use super::act::Act;
use super::{Event, PlayError};
use crate::lab::Lab;

/// One thing to do at one time.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: Duration,
    pub(super) text: String,
    pub(super) act: Act,
}

/// What events do, in the order of time; of those of one time, the first said is the first done.
///
/// # Errors
/// What cannot happen in this lab.
pub(super) fn steps(events: &[Event], lab: &Lab) -> Result<Vec<Step>, PlayError> {
    let mut steps = Vec::with_capacity(events.len());
    for event in events {
        let act = Act::of(&event.deed, lab).map_err(|source| PlayError::Impossible {
            text: event.text.clone(),
            source,
        })?;
        steps.push(Step {
            at: event.at,
            text: event.text.clone(),
            act,
        });
    }
    steps.sort_by_key(|step| step.at);
    Ok(steps)
}
