//! From deeds to what is done to a lab.

use std::time::Duration;

use super::{Deed, Event, LineChange, PlayError};
use crate::conditions::{Change, ChangeError};
use crate::lab::Lab;
use crate::topology::Access;

/// One thing to do at one time.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: Duration,
    pub(super) text: String,
    act: Act,
}

/// What is done, with places by the index of their site.
#[derive(Debug)]
enum Act {
    Paths {
        pairs: Vec<(usize, usize)>,
        change: Change,
    },
    Lines {
        sites: Vec<usize>,
        change: LineChange,
    },
}

impl Step {
    /// What an event does.
    ///
    /// # Errors
    /// Unknown places, and changes that make no sense.
    pub(super) fn of(event: &Event, lab: &Lab) -> Result<Self, PlayError> {
        let impossible = |source| PlayError::Impossible {
            text: event.text.clone(),
            source,
        };
        let act = match &event.deed {
            Deed::Path {
                from,
                to,
                both,
                change,
            } => Act::paths(lab, from, to, *both, *change),
            Deed::Line { sites, change } => Act::lines(lab, sites, *change),
            Deed::Forget { .. }
            | Deed::Redial { .. }
            | Deed::Move { .. }
            | Deed::Pause { .. }
            | Deed::Resume { .. } => {
                return Err(PlayError::NotYet {
                    text: event.text.clone(),
                });
            }
        };
        Ok(Self {
            at: event.at,
            text: event.text.clone(),
            act: act.map_err(impossible)?,
        })
    }

    /// Does it.
    pub(super) fn act(self, lab: &Lab) -> Result<(), ChangeError> {
        match self.act {
            Act::Paths { pairs, change } => lab.set_paths(pairs, change),
            Act::Lines { sites, change } => {
                for site in sites {
                    lab.change_line(site, change)?;
                }
                Ok(())
            }
        }
    }
}

impl Act {
    fn paths(
        lab: &Lab,
        from: &[String],
        to: &[String],
        both: bool,
        change: Change,
    ) -> Result<Self, ChangeError> {
        change.check()?;
        let pairs = pairs(&places(lab, from)?, &places(lab, to)?, both);
        Ok(Self::Paths { pairs, change })
    }

    fn lines(lab: &Lab, names: &[String], change: LineChange) -> Result<Self, ChangeError> {
        let plain = Access::default();
        change.apply(plain, plain).check()?;
        let sites = places(lab, names)?;
        Ok(Self::Lines { sites, change })
    }
}

impl Lab {
    /// Changes many paths between one packet and the next.
    fn set_paths(&self, pairs: Vec<(usize, usize)>, change: Change) -> Result<(), ChangeError> {
        let wan = self.wan().ok_or(ChangeError::Ended)?;
        Ok(wan.call(move |router| {
            for (from, to) in pairs {
                router.change(from, to, &change);
            }
        })?)
    }

    fn change_line(&self, site: usize, change: LineChange) -> Result<(), ChangeError> {
        let planned = self.plan().sites.get(site).map(|site| site.access);
        let declared = planned.unwrap_or_default();
        // Where there is one site, its line leads nowhere.
        let Some(wan) = self.wan() else { return Ok(()) };
        Ok(wan.call(move |router| {
            let now = router.access(site).unwrap_or(declared);
            router.set_access(site, &change.apply(now, declared));
        })?)
    }
}

fn places(lab: &Lab, names: &[String]) -> Result<Vec<usize>, ChangeError> {
    names.iter().map(|name| lab.place(name)).collect()
}

/// Each path once, those within a site left out.
fn pairs(from: &[usize], to: &[usize], both: bool) -> Vec<(usize, usize)> {
    let there = from.iter().flat_map(|a| to.iter().map(|b| (*a, *b)));
    let mut pairs: Vec<_> = there.filter(|(a, b)| a != b).collect();
    if both {
        pairs.extend_from_within(..);
        let half = pairs.len() / 2;
        for pair in pairs.iter_mut().skip(half) {
            *pair = (pair.1, pair.0);
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_there_once_and_none_leads_to_its_own_site() {
        assert_eq!(pairs(&[0], &[1], false), [(0, 1)]);
        assert_eq!(pairs(&[0], &[1], true), [(0, 1), (1, 0)]);
        assert_eq!(
            pairs(&[1], &[0, 1, 2], true),
            [(0, 1), (1, 0), (1, 2), (2, 1)]
        );
        assert_eq!(pairs(&[0, 1], &[0, 1], true), [(0, 1), (1, 0)]);
        assert_eq!(pairs(&[2], &[2], true), []);
    }
}
