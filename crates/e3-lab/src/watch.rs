//! Whether what was measured in a lab can be believed: the lateness of its router and the load of its machine, from
//! the start to the end of a run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::conditions::milliseconds;
use crate::lab::Lab;
use crate::link::name_pairs;
use crate::wan::{Control, Counters, Late, Lateness};

mod judge;
mod machine;

pub use machine::Machine;

use machine::Readings;

/// Watches a lab and its machine until it is stopped or dropped.
///
/// ```no_run
/// # fn run_it(lab: &e3_lab::Lab) {
/// let watch = lab.watch();
/// // whatever is measured
/// let watched = watch.stop();
/// if !watched.trusted {
///     eprintln!("this machine was too busy: {}", watched.reasons.join("; "));
/// }
/// # }
/// ```
pub struct Watch {
    sites: Arc<[String]>,
    router: Option<Control>,
    period: Option<u64>,
    counters: Counters,
    readings: Readings,
    started: Instant,
}

/// What was seen from the start of a [`Watch`] until now.
#[derive(Debug, Clone, Serialize)]
pub struct Watched {
    /// For how long.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
    /// How much later than due packets were delivered that had to wait.
    pub lateness: Lateness,
    /// How late the router woke, which it did every 5 ms to see: what holds for packets that had not to wait, too.
    pub wakes: Lateness,
    /// What the machine did meanwhile.
    pub machine: Machine,
    /// What has passed the wide area meanwhile, and what has not.
    pub counters: Counters,
    /// Whether times measured meanwhile are the lab's and the programs' own, and not the machine's doing. They are
    /// not where
    /// - of packets that had to wait, more than one in a hundred was more than a millisecond late;
    /// - the router woke more than a millisecond late more often than once in a hundred times;
    /// - processes outside of the lab used more than a fifth of the machine;
    /// - the machine itself did not get more than a twentieth of its processors, because others ran on them.
    pub trusted: bool,
    /// Why not, for people.
    pub reasons: Vec<String>,
    /// What else should be known, for people: that the programs had to share processors, say.
    pub notes: Vec<String>,
}

impl Lab {
    /// Begins to watch the lab's lateness and the machine's load.
    pub fn watch(&self) -> Watch {
        let router = self.wan().map(crate::wan::Wan::control);
        let sites = self.plan().sites.iter().map(|site| site.name.clone());
        let sites: Arc<[String]> = sites.collect();
        let period = router
            .as_ref()
            .and_then(|router| router.call(crate::wan::Router::begin_period).ok());
        Watch {
            counters: counters(router.as_ref(), &sites),
            sites,
            router,
            period,
            readings: Readings::take(),
            started: Instant::now(),
        }
    }
}

impl Watch {
    /// What has been seen so far.
    pub fn so_far(&self) -> Watched {
        let machine = Readings::take().since(&self.readings);
        let late = self.late();
        let counters = counters(self.router.as_ref(), &self.sites);
        let mut watched = Watched {
            duration: self.started.elapsed(),
            lateness: late.packets,
            wakes: late.wakes,
            machine,
            counters: counters.since(&self.counters),
            trusted: true,
            reasons: Vec::new(),
            notes: Vec::new(),
        };
        watched.reasons = judge::reasons(&watched);
        watched.notes = judge::notes(&watched);
        watched.trusted = watched.reasons.is_empty();
        watched
    }

    /// Ends watching; what has been seen.
    pub fn stop(self) -> Watched {
        self.so_far()
    }

    fn late(&self) -> Late {
        let (Some(router), Some(period)) = (&self.router, self.period) else {
            return Late::default();
        };
        router
            .call(move |router| router.late_in(period))
            .unwrap_or_default()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let (Some(router), Some(period)) = (&self.router, self.period) {
            // A router that has ended counts no more.
            let _ = router.send(move |router| router.end_period(period));
        }
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch")
            .field("started", &self.started)
            .finish_non_exhaustive()
    }
}

fn counters(router: Option<&Control>, sites: &[String]) -> Counters {
    let counted = router.and_then(|router| router.call(|router| router.counted_all()).ok());
    name_pairs(counted.unwrap_or_default(), sites)
}
