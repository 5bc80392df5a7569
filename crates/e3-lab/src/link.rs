//! What can be known and changed of the wide area while it runs.

use std::time::Duration;

use crate::conditions::{Change, ChangeError, Conditions};
use crate::host::Host;
use crate::lab::Lab;
use crate::topology::Access;
use crate::wan::{Counted, Counters, Drops, Ended, Lateness, PairCounters, Router, Traffic};

impl From<Ended> for ChangeError {
    fn from(_: Ended) -> Self {
        Self::Ended
    }
}

/// Places are named by a site or by a host, which stands for its site.
impl Lab {
    /// What holds now on the path from one place to another; none where there is none. Within a site nothing passes
    /// the wide area, so that there is no path either.
    pub fn path(&self, from: &str, to: &str) -> Option<Conditions> {
        let (from, to) = self.ends(from, to).ok()?;
        self.ask(move |router| router.conditions(from, to))?
    }

    /// Changes the path from one place to another, in this direction only; what holds then. What was sent before is
    /// not overtaken by what is sent after, unless reordering is asked for; what is on its way when the path goes down
    /// is lost.
    pub fn set_path(
        &self,
        from: &str,
        to: &str,
        change: Change,
    ) -> Result<Conditions, ChangeError> {
        change.check()?;
        let (from, to) = self.ends(from, to)?;
        let wan = self.wan().ok_or(ChangeError::Ended)?;
        let changed = wan.call(move |router| router.change(from, to, &change))?;
        changed.ok_or(ChangeError::Ended)
    }

    /// The line of a place's site, as it is now; none if there is no such place.
    pub fn access(&self, place: &str) -> Option<Access> {
        let site = self.place(place).ok()?;
        let planned = self.plan().sites.get(site).map(|site| site.access);
        self.ask(move |router| router.access(site))
            .flatten()
            .or(planned)
    }

    /// Changes the line of a place's site, in both directions.
    pub fn set_access(&self, place: &str, access: Access) -> Result<(), ChangeError> {
        access.check()?;
        let site = self.place(place)?;
        // Where there is one site, its line leads nowhere.
        let Some(wan) = self.wan() else { return Ok(()) };
        Ok(wan.call(move |router| router.set_access(site, &access))?)
    }

    /// What has been delivered from one place to another since the lab was built; none if there is no such place.
    /// Nothing within a site passes the wide area.
    pub fn traffic(&self, from: &str, to: &str) -> Option<Traffic> {
        let (from, to) = (self.place(from).ok()?, self.place(to).ok()?);
        let counted = self.ask(move |router| router.counted(from, to)).flatten();
        Some(counted.unwrap_or_default().delivered)
    }

    /// All that has passed, and all that has not, since the lab was built, by pairs of sites. The difference of two of
    /// them is what happened between ([`Counters::since`]).
    pub fn counters(&self) -> Counters {
        let sites = self.plan().sites.iter().map(|site| site.name.clone());
        let counted = self.ask(|router| router.counted_all());
        name_pairs(counted.unwrap_or_default(), &sites.collect::<Vec<_>>())
    }

    /// What the wide area has not delivered, of all pairs together.
    pub fn drops(&self) -> Drops {
        self.counters().drops()
    }

    /// How late the wide area has delivered packets since the lab was built.
    pub fn lateness(&self) -> Lateness {
        self.ask(|router| router.lateness()).unwrap_or_default()
    }

    /// The round-trip time that two hosts' sites have now, and zero within one site. Jitter is not part of it, nor is
    /// the time for which lines of limited rate are busy with a packet, as that depends on its length. None if there is
    /// no such host.
    pub fn pair_rtt_expected(&self, a: &str, b: &str) -> Option<Duration> {
        Some(self.delay(self.host(a)?, self.host(b)?))
    }

    /// The delay from one host to another as it is now, in that direction alone. None if there is no such host.
    pub fn one_way_expected(&self, from: &str, to: &str) -> Option<Duration> {
        let (from, to) = (self.host(from)?, self.host(to)?);
        let (from, to) = (from.site_index, to.site_index);
        let conditions = self
            .ask(move |router| router.conditions(from, to))
            .flatten();
        Some(conditions.unwrap_or_default().delay)
    }

    /// The delay there and back.
    pub(crate) fn delay(&self, a: &Host, b: &Host) -> Duration {
        let (a, b) = (a.site_index, b.site_index);
        let delays = self.ask(move |router| {
            Some(router.conditions(a, b)?.delay + router.conditions(b, a)?.delay)
        });
        delays.flatten().unwrap_or_default()
    }

    /// Asks the router something; none where there is no wide area.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Router) -> T + Send + 'static,
    ) -> Option<T> {
        self.wan()?.call(question).ok()
    }

    /// The sites of two places, which must differ.
    pub(crate) fn ends(&self, from: &str, to: &str) -> Result<(usize, usize), ChangeError> {
        let ends = (self.place(from)?, self.place(to)?);
        if ends.0 == ends.1 {
            return Err(ChangeError::SameSite {
                from: from.to_owned(),
                to: to.to_owned(),
            });
        }
        Ok(ends)
    }

    /// The index of the site that is meant: by its name, or by that of one of its hosts.
    pub(crate) fn place(&self, name: &str) -> Result<usize, ChangeError> {
        let sites = &self.plan().sites;
        let site = sites.iter().position(|site| site.name == name);
        let found = site.or_else(|| self.host(name).map(|host| host.site_index));
        found.ok_or_else(|| self.unknown(name))
    }

    pub(crate) fn unknown(&self, name: &str) -> ChangeError {
        let sites = self.plan().sites.iter().map(|site| site.name.as_str());
        let names = sites.chain(self.hosts().map(Host::name));
        let likeness = |other: &str| strsim::jaro_winkler(name, other);
        let best = names.max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        ChangeError::UnknownPlace {
            name: name.to_owned(),
            near: best.filter(|best| likeness(best) > 0.8).map(str::to_owned),
        }
    }
}

/// What has been counted, with the sites' names.
pub(crate) fn name_pairs(counted: Counted, sites: &[String]) -> Counters {
    let pairs = counted.pairs.into_iter().filter_map(|(from, to, pair)| {
        Some(PairCounters {
            from: sites.get(from)?.clone(),
            to: sites.get(to)?.clone(),
            delivered: pair.delivered,
            copies: pair.copies,
            drops: pair.drops,
        })
    });
    Counters {
        pairs: pairs.collect(),
        unroutable: counted.unroutable,
        kept_in: counted.kept_in,
    }
}
