//! From events to what is done one after another.

use std::time::Duration;

use super::act::Act;
use super::{Deed, Event, PlayError};
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
        steps.extend(awakening(event, events));
    }
    steps.sort_by_key(|step| step.at);
    Ok(steps)
}

/// How a pause of a certain time ends, unless another pause of the host has begun by then, which ends by itself.
fn awakening(pause: &Event, events: &[Event]) -> Option<Step> {
    let Deed::Pause {
        host,
        time: Some(time),
    } = &pause.deed
    else {
        return None;
    };
    let at = pause.at.checked_add(*time)?;
    let again = |other: &&Event| {
        let within = other.at > pause.at && other.at <= at;
        within && matches!(&other.deed, Deed::Pause { host: paused, .. } if paused == host)
    };
    if events.iter().any(|other| again(&other)) {
        return None;
    }
    Some(Step {
        at,
        text: format!("{host} goes on"),
        act: Act::Resume(host.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_ends_unless_another_has_begun() {
        let pause = |host: &str, at, time: Option<u64>| Event {
            at: Duration::from_secs(at),
            text: String::new(),
            deed: Deed::Pause {
                host: host.to_owned(),
                time: time.map(Duration::from_secs),
            },
        };
        let events = [
            pause("anna", 1, Some(10)),
            pause("anna", 5, Some(10)),
            pause("bert", 6, Some(1)),
            pause("carl", 7, None),
        ];
        let ends = events.iter().filter_map(|event| awakening(event, &events));
        let ends: Vec<_> = ends.map(|step| (step.at.as_secs(), step.act)).collect();
        let wakes = |host: &str| Act::Resume(host.to_owned());
        assert_eq!(ends, [(15, wakes("anna")), (7, wakes("bert"))]);
    }
}
