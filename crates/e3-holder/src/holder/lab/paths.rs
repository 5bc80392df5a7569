//! Paths between sites: what they do to packets, and what has passed.

use std::{collections::HashMap, time::Duration};

use e3_lab::{Conditions, Counters, Lab, PairCounters};

use super::unknown;
use crate::wire::{ConditionsRecord, Fault, PathStatus, rounded};

/// Both ways between two places.
pub(super) fn between(lab: &Lab, a: &str, b: &str) -> Result<Vec<PathStatus>, Fault> {
    let counted = Counted::of(lab);
    let path = |from: &str, to: &str| {
        let conditions = lab.path(from, to)?;
        let (from, to) = (site(lab, from)?, site(lab, to)?);
        Some(counted.path(from, to, conditions))
    };
    match (path(a, b), path(b, a)) {
        (Some(there), Some(back)) => Ok(vec![there, back]),
        _ => Err(none(lab, a, b)),
    }
}

/// Why there is no path.
fn none(lab: &Lab, a: &str, b: &str) -> Fault {
    let lost = [a, b].into_iter().find(|name| site(lab, name).is_none());
    if let Some(name) = lost {
        let mut sites: Vec<_> = lab.hosts().map(|host| host.site().to_owned()).collect();
        sites.dedup();
        return unknown("site", name, sites.into_iter());
    }
    Fault::user(format!(
        "`{a}` and `{b}` stand at the same site: nothing between them passes the wide area"
    ))
    .hint("name two sites, or a host of each")
}

/// The site of a place, which is one itself or has a host there.
fn site<'a>(lab: &'a Lab, place: &str) -> Option<&'a str> {
    let mut hosts = lab.hosts();
    let found = hosts.find(|host| host.site() == place || host.name() == place);
    found.map(e3_lab::Host::site)
}

/// What has passed and what has not, by pairs.
pub(super) struct Counted(HashMap<(String, String), PairCounters>);

impl Counted {
    pub(super) fn of(lab: &Lab) -> Self {
        let Counters { pairs, .. } = lab.counters();
        let by_pair = pairs.into_iter();
        Self(
            by_pair
                .map(|pair| ((pair.from.clone(), pair.to.clone()), pair))
                .collect(),
        )
    }

    /// Whether there was anything on that way.
    pub(super) fn has(&self, from: &str, to: &str) -> bool {
        self.0.contains_key(&(from.to_owned(), to.to_owned()))
    }

    /// A path with what was counted on it.
    pub(super) fn path(&self, from: &str, to: &str, conditions: Conditions) -> PathStatus {
        let counted = self.0.get(&(from.to_owned(), to.to_owned()));
        PathStatus {
            from: from.to_owned(),
            to: to.to_owned(),
            conditions: record(conditions),
            delivered: counted.map(|pair| pair.delivered).unwrap_or_default(),
            drops: counted.map(|pair| pair.drops).unwrap_or_default(),
        }
    }
}

fn record(conditions: Conditions) -> ConditionsRecord {
    let ms = |time: Duration| rounded(time.as_secs_f64() * 1e3);
    let Conditions {
        delay,
        jitter,
        loss,
        rate,
        reorder,
        duplicate,
        down,
    } = conditions;
    ConditionsRecord {
        delay_ms: ms(delay),
        jitter_ms: ms(jitter),
        loss,
        rate_bit_s: rate,
        reorder: reorder.chance,
        reorder_by_ms: ms(reorder.by),
        duplicate,
        down,
    }
}
