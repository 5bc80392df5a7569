//! What the check makes of measurements.

use super::*;

fn pair(expected_ms: u64, median_us: u64, shortest_us: u64) -> PairCheck {
    PairCheck {
        a: "a".into(),
        b: "b".into(),
        expected: Duration::from_millis(expected_ms),
        excess: Duration::ZERO,
        silence: 0.0,
        median: Some(Duration::from_micros(median_us)),
        shortest: Some(Duration::from_micros(shortest_us)),
    }
}

fn check(pairs: Vec<PairCheck>) -> SelfCheck {
    SelfCheck {
        pairs,
        pairs_in_all: 1,
        load: 9.0,
        cores: 2,
        lateness: Lateness::default(),
    }
}

#[test]
fn tolerance_is_the_larger_of_both() {
    assert!(pair(10, 10_299, 0).is_ok() && !pair(10, 10_301, 0).is_ok());
    assert!(pair(100, 100_999, 0).is_ok() && !pair(100, 101_001, 0).is_ok());
    assert!(!pair(100, 98_000, 0).is_ok(), "too fast is wrong too");
}

#[test]
fn slow_at_times_is_busy_and_slow_always_is_wrong() {
    assert_eq!(
        check(vec![pair(10, 10_100, 10_050)]).trust(),
        Trust::Trusted
    );
    assert_eq!(
        check(vec![pair(10, 12_000, 10_050)]).trust(),
        Trust::TooBusy
    );
    assert_eq!(check(vec![pair(10, 12_000, 12_000)]).trust(), Trust::Wrong);
    assert!(
        check(vec![pair(10, 12_000, 10_050)])
            .verdict()
            .contains("too busy")
    );
    let silent = PairCheck {
        median: None,
        shortest: None,
        ..pair(10, 0, 0)
    };
    assert_eq!(check(vec![silent]).trust(), Trust::Wrong);
}

#[test]
fn a_large_lab_measures_a_sample_that_its_seed_repeats() {
    assert_eq!(choose(4, 1, MOST_PAIRS).len(), 6);
    assert_eq!(choose(30, 1, MOST_PAIRS).len(), 435);
    let sample = choose(100, 1, MOST_PAIRS);
    assert_eq!(sample.len(), MOST_PAIRS);
    assert_eq!(sample, choose(100, 1, MOST_PAIRS));
    assert_ne!(sample, choose(100, 2, MOST_PAIRS));
    let distinct: std::collections::HashSet<_> = sample.iter().collect();
    assert_eq!(distinct.len(), MOST_PAIRS);
}

#[test]
fn silence_that_the_loss_explains_is_as_declared() {
    let silent = |silence| PairCheck {
        median: None,
        shortest: None,
        silence,
        ..pair(10, 0, 0)
    };
    assert!(silent(0.01).is_ok() && !silent(1e-9).is_ok());
}

#[test]
fn lossy_lines_are_pinged_more_often_and_slow_ones_less() {
    assert_eq!(
        (rounds(0.0), rounds(0.5), rounds(1.0)),
        (5, 20, MOST_ROUNDS)
    );
    assert_eq!(most_pairs(SPACING), MOST_PAIRS);
    assert_eq!(most_pairs(Duration::from_millis(20)), 100);
    assert_eq!(most_pairs(Duration::from_mins(1)), 1);
}
