//! Scenarios: what happens to a network, and when, so that it can be made to happen again.
//!
//! ```
//! use e3_spec::{Deed, Places, Scenario};
//!
//! let mut places = Places::default();
//! places.add("ams3", "ams3", "anna");
//! places.add("sgp1", "sgp1", "bert");
//! let text = "
//!     seed 7                              # what is lost is drawn from it
//!     at 10s: ams3–sgp1 down for 60s      # both directions; also ` - ` and `<->`
//!     at 75s: ams3 -> sgp1 loss 1% delay 80ms
//!     at 80s: bert pauses for 10s
//! ";
//! let scenario = Scenario::parse("outage.scenario", text, &places)?;
//! assert_eq!(scenario.seed, Some(7));
//! assert!(matches!(scenario.events[2].deed, Deed::Pause { .. }));
//! # Ok::<(), e3_spec::Diagnostics>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostics;
use crate::quantity::{Moment, Probability, Rate, Time};
use crate::text::{HostName, SiteName};

mod conditions;
mod event;
mod parse;
mod places;
mod reader;
mod words;

pub use places::Places;

/// What happens, in the order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What the chances of loss, jitter, reordering and duplication are drawn from; none for the network's own seed.
    pub seed: Option<u64>,
    /// The events. Their times do not fall.
    pub events: Vec<Event>,
}

/// Something that happens at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When, from the beginning of the scenario.
    pub at: Moment,
    /// The line of the file, from 1.
    pub line: usize,
    /// What happens, in the words of the file.
    pub text: String,
    /// What happens.
    pub deed: Deed,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// The paths from each of the first sites to each of the others change, and those back if it is said of both.
    Path {
        /// Where they begin.
        from: Vec<SiteName>,
        /// Where they end.
        to: Vec<SiteName>,
        /// Whether the way back changes too.
        both: bool,
        /// What becomes different.
        change: PathChange,
    },
    /// The sites' lines to the wide area change.
    Line {
        /// The sites.
        sites: Vec<SiteName>,
        /// What becomes different.
        change: LineChange,
    },
    /// A site's NAT forgets its mappings, as one that is switched off and on.
    Forget {
        /// The site.
        site: SiteName,
    },
    /// A site behind a NAT gets another public address, as homes do at night.
    Redial {
        /// The site.
        site: SiteName,
    },
    /// A host gets another address of its site.
    Move {
        /// The host.
        host: HostName,
    },
    /// A host stands still and hears nothing, as a laptop whose lid is closed.
    Pause {
        /// The host.
        host: HostName,
        /// For how long; without end if nothing is said.
        time: Option<Moment>,
    },
    /// A host goes on.
    Resume {
        /// The host.
        host: HostName,
    },
}

/// What becomes different on a path; the rest stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathChange {
    /// First of all, everything becomes as it was declared, outages included.
    pub restore: bool,
    /// The delay, one way.
    pub delay: Option<Time>,
    /// By how much longer a packet may take. Packets do not overtake.
    pub jitter: Option<Time>,
    /// The chance that a packet is lost.
    pub loss: Option<Probability>,
    /// The rate.
    pub rate: Option<RateChange>,
    /// Packets that are held back, so that others overtake them.
    pub reorder: Option<Reorder>,
    /// The chance that a packet arrives twice.
    pub duplicate: Option<Probability>,
    /// Whether anything passes.
    pub outage: Option<Outage>,
}

/// What becomes different on a site's line to the wide area, in each direction; the rest stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineChange {
    /// First of all, everything becomes as it was declared.
    pub restore: bool,
    /// By how much longer a packet may take. Packets do not overtake.
    pub jitter: Option<Time>,
    /// The chance that a packet is lost.
    pub loss: Option<Probability>,
    /// The rate.
    pub rate: Option<RateChange>,
}

/// What a rate becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateChange {
    /// There is none.
    Unlimited,
    /// This much.
    To(Rate),
}

/// Packets that others overtake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reorder {
    /// The chance that a packet is held back.
    pub chance: Probability,
    /// For how long.
    pub by: Time,
}

/// Whether anything passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    /// Everything passes again.
    Over,
    /// Nothing passes until further notice.
    Endless,
    /// Nothing passes for this long.
    For(Moment),
}

impl Scenario {
    /// Reads a scenario's text. `name` is what diagnostics call the file; `places` are those that it may speak of.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(name: &str, text: &str, places: &Places) -> Result<Self, Diagnostics> {
        parse::parse(name, text, places)
    }
}
