//! What is declared to be measured: names for parts of the grid, the whole of which would take days.

use super::{Goal, Grid, Laid, Offer};

/// What can be had within minutes: whether this machine can tell ways apart, and about how they compare.
pub const QUICK: &str = "quick";
/// What overlays are compared by.
pub const STANDARD: &str = "standard";

/// How long all of [`QUICK`] may measure, in seconds: what is left of five minutes is for beginning and end.
pub const QUICK_S: f64 = 225.0;

/// The quick suite: two or three parties on one network that costs nothing, where all that differs is the overlay.
pub fn quick(offers: &[Offer]) -> Laid {
    let part = |program: &str, size: &str, parties: u16, share: f64| {
        let goal = Goal {
            least: 6,
            most: 25,
            time_s: QUICK_S * share,
            warm_up: 1,
            ..Goal::default()
        };
        grid(&["lan"], &[program], &[size], &[parties]).lay(offers, goal)
    };
    part("secret-santa", "medium", 3, 0.6)
        .and(part("round-trip", "small", 2, 0.2))
        .and(part("throughput", "small", 2, 0.2))
}

/// The standard suite. Identities differ in set-up only, and are compared where that is all.
pub fn standard(offers: &[Offer]) -> Laid {
    let lay = |grid: Grid, minutes: f64| {
        let goal = Goal {
            most: 25,
            time_s: 60.0 * minutes,
            ..Goal::default()
        };
        grid.lay(offers, goal)
    };
    let far = ["near", "far", "world", "nat", "loss"];
    // What a computation costs where the network costs nothing, and how that grows.
    lay(
        grid(&["lan"], &["secret-santa", "classify"], &["medium"], &[3]),
        15.0,
    )
    .and(lay(
        grid(
            &["lan"],
            &["round-trip", "throughput", "all-to-all"],
            &["small"],
            &[3],
        ),
        10.0,
    ))
    .and(lay(
        grid(&["lan"], &["secret-santa"], &["small", "large"], &[3]),
        15.0,
    ))
    .and(lay(
        grid(&["lan"], &["classify"], &["small", "large"], &[3]),
        15.0,
    ))
    .and(lay(
        grid(&["lan"], &["secret-santa"], &["small"], &[1, 2, 5, 7, 10]),
        10.0,
    ))
    .and(lay(
        grid(&["lan"], &["mesh"], &["small"], &[4, 8, 16, 32]),
        10.0,
    ))
    // Where it is the network that costs.
    .and(lay(
        grid(&far, &["secret-santa", "classify"], &["small"], &[4]),
        15.0,
    ))
    .and(lay(
        grid(&far, &["round-trip", "throughput"], &["small"], &[3]),
        10.0,
    ))
    .and(lay(
        Grid {
            identities: ["pinned", "did", "ca"].map(str::to_owned).to_vec(),
            ..grid(&["lan"], &["secret-santa"], &["small"], &[3])
        },
        15.0,
    ))
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
        for (size, _) in SIZES {
            assert!(has(&|bench| bench.work.size == size), "{size}");
        }
        for identity in ["pinned", "did", "ca"] {
            assert!(has(&|bench| bench
                .ways
                .iter()
                .any(|way| way.identity == identity)));
        }
    }
}
