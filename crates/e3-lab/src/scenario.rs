//! Scenarios: what happens to a lab, and when, so that it can be made to happen again.

use std::time::Duration;

use crate::conditions::{Change, RateChange};
use crate::topology::Access;

mod act;
mod play;
mod step;

pub use play::{Done, PlayError, Playing};

/// What happens, and when.
///
/// Played again from the same seed in a lab of the same topology, the same packets of a pair are lost, held back and
/// doubled, as far as the pair sends the same packets; what other pairs send does not matter to it.
///
/// ```no_run
/// use std::sync::Arc;
/// use std::time::{Duration, Instant};
///
/// use e3_lab::{Change, Deed, Lab, Outage, Scenario};
///
/// # fn faults(lab: &Arc<Lab>) -> Result<(), e3_lab::PlayError> {
/// let minute = Change { outage: Some(Outage::For(Duration::from_secs(60))), ..Change::default() };
/// let scenario = Scenario::new()
///     .seed(7)
///     .at(Duration::from_secs(10), Deed::between("ams3", "sgp1", minute))
///     .at(Duration::from_secs(80), Deed::from_to("sgp1", "ams3", Change { loss: Some(0.01), ..Change::default() }));
/// let playing = scenario.play(lab, Instant::now())?;
/// // … what is to be seen through it …
/// for done in playing.stop() {
///     println!("{} {:?} late", done.text, done.late);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scenario {
    /// What chance is drawn from when the scenario begins; none for the topology's own seed.
    pub seed: Option<u64>,
    /// The events, in any order; those of the same time happen in this one.
    pub events: Vec<Event>,
}

/// Something that happens at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When, from the beginning of the scenario.
    pub at: Duration,
    /// What happens, in words, for the log.
    pub text: String,
    /// What happens.
    pub deed: Deed,
}

/// What happens. Places are named by a site or by a host, which stands for its site.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// The path from each of the first places to each of the others changes; what lies within a site stays as it is.
    Path {
        /// Where the paths begin.
        from: Vec<String>,
        /// Where they end.
        to: Vec<String>,
        /// Whether the ways back change too.
        both: bool,
        /// What becomes different.
        change: Change,
    },
    /// The lines of these places' sites change, in both directions.
    Line {
        /// The places.
        sites: Vec<String>,
        /// What becomes different.
        change: LineChange,
    },
    /// The NAT of a place's site forgets its mappings, as one that is switched off and on.
    Forget {
        /// The place.
        site: String,
    },
    /// The site of a place, which is behind a NAT, gets another public address.
    Redial {
        /// The place.
        site: String,
    },
    /// A host gets another address of its site.
    Move {
        /// The host.
        host: String,
    },
    /// A host stands still and hears nothing.
    Pause {
        /// The host.
        host: String,
        /// For how long, after which it wakes up by itself; none for without end.
        time: Option<Duration>,
    },
    /// A host goes on.
    Resume {
        /// The host.
        host: String,
    },
}

/// What becomes different on a site's line; what is none stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LineChange {
    /// First of all, makes everything as it was declared.
    pub restore: bool,
    /// The jitter.
    pub jitter: Option<Duration>,
    /// The chance of loss.
    pub loss: Option<f64>,
    /// The rate.
    pub rate: Option<RateChange>,
}

impl Scenario {
    /// Nothing happens.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with chance drawn from this seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self {
            seed: Some(seed),
            ..self
        }
    }

    /// The same with one more event.
    #[must_use]
    pub fn at(mut self, at: Duration, deed: Deed) -> Self {
        let text = deed.to_string();
        self.events.push(Event { at, text, deed });
        self
    }
}

impl Deed {
    /// Both ways between two places change.
    pub fn between(a: &str, b: &str, change: Change) -> Self {
        Self::Path {
            from: vec![a.to_owned()],
            to: vec![b.to_owned()],
            both: true,
            change,
        }
    }

    /// The way from one place to another changes, and the way back does not.
    pub fn from_to(from: &str, to: &str, change: Change) -> Self {
        Self::Path {
            from: vec![from.to_owned()],
            to: vec![to.to_owned()],
            both: false,
            change,
        }
    }
}

/// In a few words: which place it happens to.
impl std::fmt::Display for Deed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path { from, to, both, .. } => {
                let arrow = if *both { "–" } else { "→" };
                write!(f, "{}{arrow}{} changes", from.join(", "), to.join(", "))
            }
            Self::Line { sites, .. } => write!(f, "the line of {} changes", sites.join(", ")),
            Self::Forget { site } => write!(f, "{site} forgets"),
            Self::Redial { site } => write!(f, "{site} redials"),
            Self::Move { host } => write!(f, "{host} moves"),
            Self::Pause { host, .. } => write!(f, "{host} pauses"),
            Self::Resume { host } => write!(f, "{host} resumes"),
        }
    }
}

impl LineChange {
    /// What holds of a line after the change.
    fn apply(self, now: Access, declared: Access) -> Access {
        let before = if self.restore { declared } else { now };
        Access {
            jitter: self.jitter.unwrap_or(before.jitter),
            loss: self.loss.unwrap_or(before.loss),
            rate: match self.rate {
                None => before.rate,
                Some(RateChange::Unlimited) => None,
                Some(RateChange::BitsPerSecond(rate)) => Some(rate),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_changes_in_what_is_said_and_is_restored_first() {
        let declared = Access {
            rate: Some(1_000_000),
            loss: 0.5,
            jitter: Duration::ZERO,
        };
        let now = Access {
            loss: 0.9,
            ..declared
        };
        let faster = LineChange {
            rate: Some(RateChange::Unlimited),
            ..LineChange::default()
        };
        let changed = faster.apply(now, declared);
        assert_eq!((changed.rate, changed.loss), (None, 0.9));
        let restored = LineChange {
            restore: true,
            jitter: Some(Duration::from_millis(5)),
            ..LineChange::default()
        };
        let changed = restored.apply(changed, declared);
        let expected = Access {
            jitter: Duration::from_millis(5),
            ..declared
        };
        assert_eq!(changed, expected);
    }
}
