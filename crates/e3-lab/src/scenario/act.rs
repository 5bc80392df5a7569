//! What a deed does to a lab.

use std::time::Duration;

use super::{Deed, LineChange};
use crate::conditions::{Change, ChangeError};
use crate::error::LabError;
use crate::lab::Lab;
use crate::topology::Access;

/// How many paths are changed before packets get their turn again.
const TURN: usize = 1000;

/// What is done, with places by the index of their site.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    Paths {
        pairs: Vec<(usize, usize)>,
        change: Change,
    },
    Lines {
        sites: Vec<usize>,
        change: LineChange,
    },
    Forget(String),
    Redial(String),
    Move(String),
    Pause(String, Option<Duration>),
    Resume(String),
}

impl Act {
    /// What a deed does.
    ///
    /// # Errors
    /// Unknown places, and what makes no sense there.
    pub(super) fn of(deed: &Deed, lab: &Lab) -> Result<Self, LabError> {
        let host = |name: &String| lab.host_named(name).map(|host| host.name().to_owned());
        Ok(match deed {
            Deed::Path {
                from,
                to,
                both,
                change,
            } => {
                change.check()?;
                let pairs = pairs(&places(lab, from)?, &places(lab, to)?, *both);
                if pairs.is_empty() {
                    return Err(ChangeError::SameSite {
                        from: from.join(", "),
                        to: to.join(", "),
                    }
                    .into());
                }
                Self::Paths {
                    pairs,
                    change: *change,
                }
            }
            Deed::Line { sites, change } => {
                let plain = Access::default();
                change.apply(plain, plain).check()?;
                Self::Lines {
                    sites: places(lab, sites)?,
                    change: *change,
                }
            }
            Deed::Forget { site } => {
                lab.forgetful(site)?;
                Self::Forget(site.clone())
            }
            Deed::Redial { site } => {
                lab.outside(site)?;
                Self::Redial(site.clone())
            }
            Deed::Move { host: name } => Self::Move(host(name)?),
            Deed::Pause { host: name, time } => Self::Pause(host(name)?, *time),
            Deed::Resume { host: name } => Self::Resume(host(name)?),
        })
    }

    /// Does it.
    pub(super) fn run(self, lab: &Lab) -> Result<(), LabError> {
        match self {
            Self::Paths { pairs, change } => lab.set_paths(&pairs, change)?,
            Self::Lines { sites, change } => {
                for site in sites {
                    lab.change_line(site, change)?;
                }
            }
            Self::Forget(site) => lab.forget_mappings(&site)?,
            Self::Redial(site) => {
                lab.change_public_address(&site)?;
            }
            Self::Move(host) => {
                lab.change_address(&host)?;
            }
            Self::Pause(host, None) => lab.pause(&host)?,
            Self::Pause(host, Some(time)) => lab.pause_for(&host, time)?,
            Self::Resume(host) => lab.resume(&host)?,
        }
        Ok(())
    }
}

impl Lab {
    /// Changes many paths, those of one turn between one packet and the next.
    fn set_paths(&self, pairs: &[(usize, usize)], change: Change) -> Result<(), ChangeError> {
        let wan = self.wan().ok_or(ChangeError::Ended)?;
        for turn in pairs.chunks(TURN) {
            let turn = turn.to_vec();
            wan.call(move |router| {
                for (from, to) in turn {
                    router.change(from, to, &change);
                }
            })?;
        }
        Ok(())
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
