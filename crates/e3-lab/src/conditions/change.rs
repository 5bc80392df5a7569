//! Changes of a path's conditions.

use std::time::Duration;

use crate::conditions::{Conditions, Reorder};
use crate::topology::Access;

/// What is to become different on a path; what is none stays as it is.
///
/// ```
/// use std::time::Duration;
/// use e3_lab::{Change, Outage};
///
/// let lossy = Change::loss(0.01);
/// let slow_and_lossy = Change { delay: Some(Duration::from_millis(300)), ..lossy };
/// let cut = Change::down_for(Duration::from_secs(60));
/// assert_eq!(cut.outage, Some(Outage::For(Duration::from_secs(60))));
/// let as_declared = Change::restore();
/// # let _ = (slow_and_lossy, as_declared);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Change {
    /// First of all, makes everything as it was declared, outages included.
    pub restore: bool,
    /// The delay.
    pub delay: Option<Duration>,
    /// The jitter.
    pub jitter: Option<Duration>,
    /// The chance of loss.
    pub loss: Option<f64>,
    /// The rate.
    pub rate: Option<RateChange>,
    /// The chance of being held back, and for how long.
    pub reorder: Option<Reorder>,
    /// The chance of arriving twice.
    pub duplicate: Option<f64>,
    /// Whether anything passes.
    pub outage: Option<Outage>,
}

/// What a path's rate becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateChange {
    /// There is none.
    Unlimited,
    /// This many bits per second.
    BitsPerSecond(u64),
}

/// Whether anything passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Everything passes again.
    Over,
    /// Nothing passes until further notice.
    Endless,
    /// Nothing passes for this long.
    For(Duration),
}

/// Why a path's or line's conditions cannot be changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChangeError {
    /// There is no such place.
    #[error(
        "there is no site or host `{name}` in this lab{}",
        near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
    )]
    UnknownPlace {
        /// The name.
        name: String,
        /// What may have been meant.
        near: Option<String>,
    },
    /// Both ends are the same site, which has no path to itself.
    #[error(
        "`{from}` and `{to}` stand at the same site: what they say to one another does not pass the wide area"
    )]
    SameSite {
        /// One end.
        from: String,
        /// The other.
        to: String,
    },
    /// A chance that is none.
    #[error("the {what} is a chance: expected 0 to 1, and not {given}")]
    Chance {
        /// Which.
        what: &'static str,
        /// What was asked for.
        given: f64,
    },
    /// A rate at which nothing passes.
    #[error(
        "a rate must be more than 0 bit/s; for a path on which nothing passes, declare it down"
    )]
    NoRate,
    /// The router has ended.
    #[error("the wide-area router has ended, and the lab with it")]
    Ended,
}

impl Change {
    /// Every packet is lost with this chance, 0 to 1.
    pub fn loss(chance: f64) -> Self {
        Self {
            loss: Some(chance),
            ..Self::default()
        }
    }

    /// Every packet takes this long.
    pub fn delay(delay: Duration) -> Self {
        Self {
            delay: Some(delay),
            ..Self::default()
        }
    }

    /// Nothing passes for this long.
    pub fn down_for(time: Duration) -> Self {
        Self {
            outage: Some(Outage::For(time)),
            ..Self::default()
        }
    }

    /// Everything is as it was declared.
    pub fn restore() -> Self {
        Self {
            restore: true,
            ..Self::default()
        }
    }

    /// What holds of `now` after the change, where `declared` was declared; the outage apart, of which only whether
    /// there is one is told.
    pub(crate) fn apply(&self, now: Conditions, declared: Conditions) -> Conditions {
        let before = if self.restore { declared } else { now };
        Conditions {
            delay: self.delay.unwrap_or(before.delay),
            jitter: self.jitter.unwrap_or(before.jitter),
            loss: self.loss.unwrap_or(before.loss),
            rate: self.rate.map_or(before.rate, |rate| match rate {
                RateChange::Unlimited => None,
                RateChange::BitsPerSecond(rate) => Some(rate),
            }),
            reorder: self.reorder.unwrap_or(before.reorder),
            duplicate: self.duplicate.unwrap_or(before.duplicate),
            down: self
                .outage
                .map_or(before.down, |outage| outage != Outage::Over),
        }
    }

    /// Refuses what makes no sense.
    pub(crate) fn check(&self) -> Result<(), ChangeError> {
        chance("loss", self.loss)?;
        chance("duplication", self.duplicate)?;
        chance("reordering", self.reorder.map(|reorder| reorder.chance))?;
        match self.rate {
            Some(RateChange::BitsPerSecond(0)) => Err(ChangeError::NoRate),
            _ => Ok(()),
        }
    }
}

impl Access {
    /// Refuses what makes no sense.
    pub(crate) fn check(&self) -> Result<(), ChangeError> {
        chance("loss", Some(self.loss))?;
        if self.rate == Some(0) {
            return Err(ChangeError::NoRate);
        }
        Ok(())
    }
}

/// Refuses what is not from 0 to 1.
pub(crate) fn chance(what: &'static str, given: Option<f64>) -> Result<(), ChangeError> {
    match given {
        Some(given) if !(0.0..=1.0).contains(&given) => Err(ChangeError::Chance { what, given }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_stays_and_restoring_comes_first() {
        let declared = Conditions::delayed(Duration::from_millis(40));
        let lossy = Change {
            loss: Some(0.5),
            outage: Some(Outage::Endless),
            ..Change::default()
        };
        let now = lossy.apply(declared, declared);
        assert_eq!((now.delay, now.loss, now.down), (declared.delay, 0.5, true));
        let back = Change {
            restore: true,
            duplicate: Some(1.0),
            ..Change::default()
        };
        let expected = Conditions {
            duplicate: 1.0,
            ..declared
        };
        assert_eq!(back.apply(now, declared), expected);
    }

    #[test]
    fn chances_and_rates_are_checked() {
        for bad in [-0.1, 1.1, f64::NAN] {
            let change = Change {
                loss: Some(bad),
                ..Change::default()
            };
            assert!(matches!(change.check(), Err(ChangeError::Chance { .. })));
        }
        let stopped = Change {
            rate: Some(RateChange::BitsPerSecond(0)),
            ..Change::default()
        };
        assert_eq!(stopped.check(), Err(ChangeError::NoRate));
        assert_eq!(Change::default().check(), Ok(()));
    }
}
