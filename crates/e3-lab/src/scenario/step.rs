//! From events to what is done one after another.

use std::time::{Duration, Instant};

use super::act::Act;
use super::{Event, PlayError};
use crate::error::LabError;
use crate::lab::Lab;

/// One thing to do at one time.
#[derive(Debug)]
pub(super) struct Step {
    /// From the beginning of the scenario.
    pub(super) at: Duration,
    pub(super) due: Instant,
    pub(super) text: String,
    pub(super) act: Act,
}

/// What events do in a scenario that begins at `start`, in the order of time; of those of one time, the first said is the first done.
///
/// # Errors
/// What cannot happen in this lab.
pub(super) fn steps(events: &[Event], lab: &Lab, start: Instant) -> Result<Vec<Step>, PlayError> {
    let mut steps = Vec::with_capacity(events.len());
    for event in events {
        let impossible = |source| PlayError::Impossible {
            text: event.text.clone(),
            source,
        };
        let never = || impossible(LabError::Never { at: event.at });
        steps.push(Step {
            at: event.at,
            due: start.checked_add(event.at).ok_or_else(never)?,
            text: event.text.clone(),
            act: Act::of(&event.deed, lab).map_err(impossible)?,
        });
    }
    steps.sort_by_key(|step| step.at);
    Ok(steps)
}
