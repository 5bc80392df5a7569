//! Which links are measured again, and which of their times count.

use std::{collections::HashMap, time::Duration};

use e3_session::types::{LinkReport, Path};

use super::tournament::Way;

/// How often a link is measured whose time is not the declared one, at most and while there is time: a machine that is
/// busy at one moment may not be at the next, and a round trip can be measured too long, but never too short.
pub(super) const TURNS: usize = 16;

/// How often at most where the path is not the one whose time is declared, as that of a relay.
const TURNS_ELSEWHERE: usize = 3;

/// How much a round trip over the overlay may differ from the declared one, at least and as a part of it, before it
/// is measured again: the parties' programs do some work for it.
const TOLERANCE_MS: f64 = 0.5;
const TOLERANCE: f64 = 0.02;

/// The links whose times are not the declared ones, and which may yet become them at this turn.
pub(super) fn off(
    links: &[LinkReport],
    declared: &HashMap<Way, Duration>,
    turn: usize,
) -> Vec<Way> {
    let ways = links.iter().filter_map(|link| {
        let way = (link.from, link.to);
        let may = turn < TURNS_ELSEWHERE || matches!(link.path, Path::Direct { .. });
        (may && is_off(link.rtt_ms?, *declared.get(&way)?)).then_some(way)
    });
    ways.collect()
}

/// Takes what was measured of those that were asked for. At the first turn nothing else counts: what was known before
/// tells of the machine and not of the network. Later the least does.
pub(super) fn take(
    links: &mut [LinkReport],
    asked: &[Way],
    mut measured: HashMap<Way, LinkReport>,
    turn: usize,
) {
    for link in links {
        let way = (link.from, link.to);
        if !asked.contains(&way) {
            continue;
        }
        match measured.remove(&way) {
            Some(anew) if turn == 0 || is_less(&anew, link) => *link = anew,
            None if turn == 0 => link.rtt_ms = None,
            _ => {}
        }
    }
}

/// Whether a round trip differs so much from what is declared that the machine may have had a part in it.
fn is_off(rtt_ms: f64, declared: Duration) -> bool {
    let declared = declared.as_secs_f64() * 1e3;
    (rtt_ms - declared).abs() > TOLERANCE_MS.max(declared * TOLERANCE)
}

fn is_less(one: &LinkReport, other: &LinkReport) -> bool {
    match (one.rtt_ms, other.rtt_ms) {
        (Some(one), Some(other)) => one < other,
        (one, _) => one.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use e3_session::types::PartyIndex;

    use super::*;

    fn ms(ms: f64) -> Duration {
        Duration::from_secs_f64(ms / 1e3)
    }

    fn direct() -> Path {
        Path::Direct {
            address: "192.0.2.1:4".to_owned(),
        }
    }

    fn link(path: &Path, rtt_ms: f64) -> LinkReport {
        LinkReport::new(PartyIndex(0), PartyIndex(1), path.clone(), Some(rtt_ms))
    }

    /// What becomes of a link that was measured so at first, if measuring it again gives these, one after the other; and
    /// how often it was. Declared are 11.5 ms.
    fn approached(at_first: f64, again: &[f64]) -> (Option<f64>, usize) {
        approached_by(&direct(), at_first, again)
    }

    fn approached_by(path: &Path, at_first: f64, again: &[f64]) -> (Option<f64>, usize) {
        let way = (PartyIndex(0), PartyIndex(1));
        let declared = HashMap::from([(way, ms(11.5))]);
        let mut links = [link(path, at_first)];
        for turn in 0..TURNS {
            let asked = off(&links, &declared, turn);
            if asked.is_empty() {
                return (links[0].rtt_ms, turn);
            }
            let measured = again.get(turn).map(|rtt| (way, link(path, *rtt)));
            take(&mut links, &asked, measured.into_iter().collect(), turn);
        }
        (links[0].rtt_ms, TURNS)
    }

    #[test]
    fn half_a_millisecond_or_two_in_a_hundred_may_be_the_programs() {
        for (rtt, declared, is) in [
            (11.9, 11.5, false),
            (12.33, 11.5, true),
            (10.9, 11.5, true),
            (244.0, 240.0, false),
            (246.0, 240.0, true),
        ] {
            assert_eq!(is_off(rtt, ms(declared)), is, "{rtt} of {declared}");
        }
    }

    #[test]
    fn the_least_counts_of_what_was_measured_again() {
        assert_eq!(approached(11.7, &[]), (Some(11.7), 0));
        assert_eq!(approached(12.33, &[14.0, 11.6, 30.0]), (Some(11.6), 2));
        // The machine is too busy for all of them.
        let busy = [12.33; TURNS];
        assert_eq!(approached(20.0, &busy), (Some(12.33), TURNS));
    }

    #[test]
    fn what_a_relay_adds_is_not_measured_for_long() {
        let relayed = Path::Relayed {
            by: "hub".to_owned(),
        };
        let found = approached_by(&relayed, 20.0, &[16.0, 15.0, 15.5, 11.5]);
        assert_eq!(found, (Some(15.0), TURNS_ELSEWHERE));
    }

    #[test]
    fn what_there_is_no_time_for_takes_away_what_is_wrong_and_nothing_else() {
        assert_eq!(approached(20.0, &[]), (None, 1));
        assert_eq!(approached(20.0, &[13.0]), (Some(13.0), TURNS));
    }
}
