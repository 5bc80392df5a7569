//! What is declared to be measured: names for parts of the grid, the whole of which would take days.

use super::{Goal, Grid, Laid, LeftOut, Offer, Trial, Way};
use crate::finding::Attack;

/// What can be had within minutes: whether this machine can tell ways apart, and about how they compare.
pub const QUICK: &str = "quick";
/// What overlays are compared by.
pub const STANDARD: &str = "standard";

/// After so many seconds the quick suite begins nothing more, and ends what it is at: what is left of five minutes is for
/// that to clean up, and for the report.
pub const QUICK_LIMIT_S: f64 = 255.0;
/// How long all of the quick suite's tables may take, in seconds; then come an observer and attacks.
pub const QUICK_S: f64 = 180.0;
/// What the quick suite attacks with, in this order: what takes seconds.
pub const QUICK_ATTACKS: [Attack; 4] = [
    Attack::OutsiderConnects,
    Attack::BytesChanged,
    Attack::SplitRoster,
    Attack::ReplayedNow,
];
/// The way that the quick suite observes, and for how long programs talk then, in seconds.
pub const QUICK_OBSERVED: (&str, u32) = ("quic", 12);
/// How long programs talk while they are observed, in seconds, if there is time.
pub const OBSERVED_S: u32 = 24;

/// The quick suite: two or three parties on one network that costs nothing, where all that differs is the overlay.
pub fn quick(offers: &[Offer]) -> Laid {
    let part = |program: &str, size: &str, parties: u16, share: f64, warm_up: u32| {
        let goal = Goal {
            least: 6,
            most: 25,
            time_s: QUICK_S * share,
            warm_up,
            ..Goal::default()
        };
        grid(&["lan"], &[program], &[size], &[parties]).lay(offers, goal)
    };
    // What the first has warmed up is warm for the others.
    part("secret-santa", "medium", 3, 0.6, 1)
        .and(part("round-trip", "small", 2, 0.2, 0))
        .and(part("throughput", "small", 2, 0.2, 0))
}

/// The tables of the standard suite, each with the minutes that it may take. It is a star: from its centre, a short Secret
/// Santa of three parties on one network, one thing is varied at a time, so that each difference has one cause; where a
/// second thing is varied with it, it is since the program is what the network is hard on.
const TABLES: [(&str, &str, &str, u16, f64); 32] = [
    ("lan", "secret-santa", "small", 3, 6.0),
    // What else is computed, on a network that costs nothing: what the overlay does.
    ("lan", "secret-santa", "medium", 3, 4.0),
    ("lan", "secret-santa", "large", 3, 5.0),
    ("lan", "classify", "small", 3, 4.0),
    ("lan", "classify", "medium", 3, 5.0),
    ("lan", "classify", "large", 3, 9.0),
    ("lan", "round-trip", "small", 3, 3.0),
    ("lan", "throughput", "small", 3, 3.0),
    ("lan", "all-to-all", "small", 3, 3.0),
    ("lan", "mesh", "small", 3, 2.0),
    // With how many: what the overlay does for each pair.
    ("lan", "secret-santa", "small", 1, 2.0),
    ("lan", "secret-santa", "small", 5, 4.0),
    ("lan", "secret-santa", "small", 10, 7.0),
    ("lan", "mesh", "small", 10, 3.0),
    ("lan", "mesh", "small", 32, 6.0),
    // Where: many rounds of small messages, few of large ones, and the probes that say why.
    ("near", "secret-santa", "small", 3, 4.0),
    ("near", "secret-santa", "small", 10, 6.0),
    ("near", "round-trip", "small", 3, 2.0),
    ("far", "secret-santa", "small", 3, 15.0),
    ("far", "classify", "small", 3, 6.0),
    ("far", "round-trip", "small", 3, 2.0),
    ("far", "throughput", "small", 3, 3.0),
    ("world", "secret-santa", "small", 3, 15.0),
    ("world", "classify", "small", 3, 6.0),
    ("nat", "secret-santa", "small", 3, 5.0),
    ("nat", "classify", "small", 3, 4.0),
    ("nat", "round-trip", "small", 3, 3.0),
    ("nat", "throughput", "small", 3, 3.0),
    ("loss", "secret-santa", "small", 3, 5.0),
    ("loss", "classify", "small", 3, 4.0),
    ("loss", "round-trip", "small", 3, 2.0),
    ("loss", "throughput", "small", 3, 3.0),
];
/// The table of identities, with its minutes: they differ in set-up only, which needs no more than two parties.
const IDENTITIES: (&str, f64) = ("secret-santa", 8.0);

/// The standard suite: each network, program and size, numbers of parties, all ways; identities where set-up is all that
/// there is to see.
pub fn standard(offers: &[Offer]) -> Laid {
    let lay = |grid: Grid, minutes: f64| {
        let goal = Goal {
            most: 25,
            time_s: 60.0 * minutes,
            ..Goal::default()
        };
        grid.lay(offers, goal)
    };
    let mut laid = Laid::default();
    for (network, program, size, parties, minutes) in TABLES {
        laid = laid.and(lay(
            grid(&[network], &[program], &[size], &[parties]),
            minutes,
        ));
    }
    let (program, minutes) = IDENTITIES;
    laid.and(lay(
        Grid {
            identities: ["pinned", "did", "ca"].map(str::to_owned).to_vec(),
            ..grid(&["lan"], &[program], &["small"], &[2])
        },
        minutes,
    ))
}

/// These attacks by all ways that this machine offers, of which `wanted` says that they are asked for: one attack after
/// the other by all of them, so that what there was time for is comparable.
pub fn trials(
    offers: &[Offer],
    attacks: &[Attack],
    wanted: impl Fn(&Offer, &str) -> bool,
) -> Vec<Trial> {
    let there = || offers.iter().filter(|offer| offer.lacks.is_none());
    let ways: Vec<Way> = there()
        .flat_map(|offer| offer.identities.iter().map(move |one| (offer, one)))
        .filter(|(offer, identity)| wanted(offer, identity))
        .map(|(offer, identity)| Way::new(&offer.overlay, identity))
        .collect();
    let of = |attack: Attack| {
        ways.iter().map(move |way| Trial {
            way: way.clone(),
            attack,
        })
    };
    attacks.iter().copied().flat_map(of).collect()
}

/// What the quick suite does not attack and observe.
pub fn quick_leaves_out() -> Vec<LeftOut> {
    let left_out = |what: &str, why: &str| LeftOut {
        what: what.to_owned(),
        why: why.to_owned(),
    };
    let (way, seconds) = QUICK_OBSERVED;
    let asked = |part: &str| format!("`e3 compare --suite standard --only {part}` does all of it");
    vec![
        left_out(
            "other attacks and identities",
            &format!(
                "of {} attacks, {} take seconds; {}",
                Attack::ALL.len(),
                QUICK_ATTACKS.len(),
                asked("security")
            ),
        ),
        left_out(
            "observing other ways",
            &format!(
                "one takes half a minute: {way}, whose programs talk for {seconds} s; {}",
                asked("privacy")
            ),
        ),
    ]
}

fn grid(networks: &[&str], programs: &[&str], sizes: &[&str], parties: &[u16]) -> Grid {
    let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Grid {
        networks: own(networks),
        programs: own(programs),
        sizes: own(sizes),
        parties: parties.to_vec(),
        ..Grid::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::words::{NETWORKS, PROGRAMS, SIZES, is_one};
    use crate::testing::offers;

    #[test]
    fn suites_are_of_words_that_there_are_and_name_no_work_twice() {
        for laid in [quick(&offers()), standard(&offers())] {
            for (at, bench) in laid.benches.iter().enumerate() {
                let work = &bench.work;
                assert!(is_one(&NETWORKS, &work.network), "{work}");
                assert!(is_one(&PROGRAMS, &work.program), "{work}");
                assert!(is_one(&SIZES, &work.size), "{work}");
                assert!(bench.ways.len() >= 3, "{work} compares nothing");
                assert!(
                    !laid.benches[..at].iter().any(|other| other.work == *work),
                    "{work}"
                );
            }
        }
    }

    #[test]
    fn every_network_program_size_and_identity_is_in_the_standard_suite() {
        let benches = standard(&offers()).benches;
        let has = |what: &dyn Fn(&super::super::Bench) -> bool| benches.iter().any(what);
        for (network, _) in NETWORKS {
            assert!(has(&|bench| bench.work.network == network), "{network}");
        }
        for (program, _) in PROGRAMS {
            assert!(has(&|bench| bench.work.program == program), "{program}");
        }
        for program in ["secret-santa", "classify"] {
            for (size, _) in SIZES {
                let is = |bench: &super::super::Bench| {
                    bench.work.size == size && bench.work.program == program
                };
                assert!(has(&is), "{program} {size}");
            }
        }
        for identity in ["pinned", "did", "ca"] {
            assert!(has(&|bench| bench
                .ways
                .iter()
                .any(|way| way.identity == identity)));
        }
    }

    /// Its limits are what a person plans an afternoon by.
    #[test]
    fn the_tables_of_the_standard_suite_take_less_than_three_hours() {
        let tables: f64 = TABLES.iter().map(|(.., minutes)| minutes).sum();
        assert!(tables + IDENTITIES.1 < 165.0, "{tables}");
    }

    #[test]
    fn each_attack_is_tried_by_all_ways_before_the_next_one() {
        let attacks = [Attack::Downgrade, Attack::BytesChanged];
        let trials = trials(&offers(), &attacks, |offer, identity| {
            offer.overlay != "direct" && identity == offer.identities[0]
        });
        let shown: Vec<String> = trials.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "downgrade on tls.ca",
                "downgrade on quic.pinned",
                "bytes-changed on tls.ca",
                "bytes-changed on quic.pinned",
            ],
            "headscale is not there"
        );
    }
}
