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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_its_meaning() -> Result<(), e3_spec::Diagnostics> {
        let mut places = e3_spec::Places::default();
        places.add("ams3", "home", "anna");
        places.add("sgp1", "office", "bert");
        let text = "seed 7
            at 1s: home -> office delay 80ms jitter 1ms loss 25% rate 2 Mbit/s reorder 5% by 3ms duplicate 50% down for 4s
            at 2s: office–home restore up rate unlimited
            at 3s: home line loss 100% restore
            at 4s: anna forgets
            at 4s: anna redials
            at 4s: anna moves
            at 4s: bert pauses for 10s
            at 5s: bert resumes";
        let parsed = e3_spec::Scenario::parse("all", text, &places)?;
        let ms = Duration::from_millis;
        let name = |name: &str| name.to_owned();
        let everything = Change {
            delay: Some(ms(80)),
            jitter: Some(ms(1)),
            loss: Some(0.25),
            rate: Some(RateChange::BitsPerSecond(2_000_000)),
            reorder: Some(Reorder {
                chance: 0.05,
                by: ms(3),
            }),
            duplicate: Some(0.5),
            outage: Some(Outage::For(ms(4000))),
            restore: false,
        };
        let back = Change {
            restore: true,
            outage: Some(Outage::Over),
            rate: Some(RateChange::Unlimited),
            ..Change::default()
        };
        let line = LineChange {
            restore: true,
            loss: Some(1.0),
            ..LineChange::default()
        };
        let expected = [
            Deed::from_to("home", "office", everything),
            Deed::between("office", "home", back),
            Deed::Line {
                sites: vec![name("home")],
                change: line,
            },
            Deed::Forget { site: name("home") },
            Deed::Redial { site: name("home") },
            Deed::Move { host: name("anna") },
            Deed::Pause {
                host: name("bert"),
                time: Some(ms(10_000)),
            },
            Deed::Resume { host: name("bert") },
        ];
        let played = scenario(&parsed);
        assert_eq!(played.seed, Some(7));
        let deeds: Vec<_> = played.events.iter().map(|event| &event.deed).collect();
        assert_eq!(deeds, expected.iter().collect::<Vec<_>>());
        let times: Vec<_> = played
            .events
            .iter()
            .map(|event| event.at.as_secs())
            .collect();
        assert_eq!(times, [1, 2, 3, 4, 4, 4, 4, 5]);
        assert_eq!(played.events[3].text, "anna forgets");
        Ok(())
    }
}
