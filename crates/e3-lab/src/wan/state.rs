//! What the router tells and changes when it is asked.

use super::lateness::Lateness;
use super::line::Line;
use super::periods::Late;
use super::router::Router;
use super::traffic::{Counted, Pair};
use crate::conditions::{Change, Conditions};
use crate::topology::Access;

impl Router {
    /// What holds on the path from one site to another, by index.
    pub(crate) fn conditions(&self, from: usize, to: usize) -> Option<Conditions> {
        let path = self.paths.get(self.pair(from, to))?;
        Some(path.conditions(self.now()))
    }

    /// Changes what holds on a path; what holds then.
    pub(crate) fn change(&mut self, from: usize, to: usize, change: &Change) -> Option<Conditions> {
        let (now, pair) = (self.now(), self.pair(from, to));
        Some(self.paths.get_mut(pair)?.change(now, change))
    }

    /// Draws chance from another seed, as if the router had just been started with it.
    pub(crate) fn reseed(&mut self, seed: u64) {
        let sites = self.sites.len().max(1);
        for (at, path) in self.paths.iter_mut().enumerate() {
            path.reseed(seed, at / sites, at % sites);
        }
        self.borders.reseed(seed);
    }

    /// What a site's line does to packets, in either direction.
    pub(crate) fn access(&self, site: usize) -> Option<Access> {
        self.sites.get(site).map(|site| site.up.access())
    }

    /// Changes what a site's line does to packets, in both directions.
    pub(crate) fn set_access(&mut self, site: usize, access: &Access) {
        let now = self.now();
        if let Some(site) = self.sites.get_mut(site) {
            let change = |line: &mut Line| line.change(now, access);
            change(&mut site.up);
            change(&mut site.down);
        }
    }

    /// What has passed and what has not from one site to another.
    pub(crate) fn counted(&self, from: usize, to: usize) -> Option<Pair> {
        self.tally.of(self.pair(from, to))
    }

    /// The same of all pairs between which there was anything, and what was not sent at all.
    pub(crate) fn counted_all(&self) -> Counted {
        Counted {
            unroutable: self.unroutable,
            kept_in: self.kept_in,
            ..self.tally.all()
        }
    }

    /// How late packets have been delivered since the router was started.
    pub(crate) fn lateness(&self) -> Lateness {
        self.lateness.all()
    }

    /// Begins a period for which lateness is counted; its number.
    pub(crate) fn begin_period(&mut self) -> u64 {
        let now = self.now();
        self.lateness.begin(now)
    }

    /// What has been counted in a period so far.
    pub(crate) fn late_in(&self, period: u64) -> Late {
        self.lateness.so_far(period)
    }

    /// Ends a period.
    pub(crate) fn end_period(&mut self, period: u64) {
        self.lateness.end(period);
    }
}
