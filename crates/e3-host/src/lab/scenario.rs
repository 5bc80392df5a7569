//! A scenario, from the words of an environment into the lab's.

use std::time::Duration;

use e3_lab::{Change, Deed, Event, LineChange, Outage, RateChange, Reorder, Scenario};
use e3_spec::{PathChange, Probability};

/// What a scenario says, for [`Scenario::play`].
pub fn scenario(declared: &e3_spec::Scenario) -> Scenario {
    let events = declared.events.iter().map(|event| Event {
        at: event.at.into(),
        text: event.text.clone(),
        deed: deed(&event.deed),
    });
    Scenario {
        seed: declared.seed,
        events: events.collect(),
    }
}

fn deed(declared: &e3_spec::Deed) -> Deed {
    match declared {
        e3_spec::Deed::Path {
            from,
            to,
            both,
            change,
        } => Deed::Path {
            from: names(from),
            to: names(to),
            both: *both,
            change: path_change(change),
        },
        e3_spec::Deed::Line { sites, change } => Deed::Line {
            sites: names(sites),
            change: LineChange {
                restore: change.restore,
                jitter: change.jitter.map(Duration::from),
                loss: change.loss.map(chance),
                rate: change.rate.map(rate),
            },
        },
        e3_spec::Deed::Forget { site } => Deed::Forget {
            site: site.to_string(),
        },
        e3_spec::Deed::Redial { site } => Deed::Redial {
            site: site.to_string(),
        },
        e3_spec::Deed::Move { host } => Deed::Move {
            host: host.to_string(),
        },
        e3_spec::Deed::Pause { host, time } => Deed::Pause {
            host: host.to_string(),
            time: time.map(Duration::from),
        },
        e3_spec::Deed::Resume { host } => Deed::Resume {
            host: host.to_string(),
        },
    }
}

fn names(names: &[impl ToString]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn path_change(declared: &PathChange) -> Change {
    let PathChange {
        restore,
        delay,
        jitter,
        loss,
        rate: new_rate,
        reorder,
        duplicate,
        outage,
    } = declared;
    Change {
        restore: *restore,
        delay: delay.map(Duration::from),
        jitter: jitter.map(Duration::from),
        loss: loss.map(chance),
        rate: new_rate.map(rate),
        reorder: reorder.map(|reorder| Reorder {
            chance: chance(reorder.chance),
            by: reorder.by.into(),
        }),
        duplicate: duplicate.map(chance),
        outage: outage.map(|outage| match outage {
            e3_spec::Outage::Over => Outage::Over,
            e3_spec::Outage::Endless => Outage::Endless,
            e3_spec::Outage::For(time) => Outage::For(time.into()),
        }),
    }
}

fn rate(declared: e3_spec::RateChange) -> RateChange {
    match declared {
        e3_spec::RateChange::Unlimited => RateChange::Unlimited,
        e3_spec::RateChange::To(rate) => RateChange::BitsPerSecond(rate.bits_per_second()),
    }
}

fn chance(declared: Probability) -> f64 {
    f64::from(declared.parts_per_million()) / 1e6
}
