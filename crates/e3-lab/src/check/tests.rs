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
        losses: Vec::new(),
        rates: Vec::new(),
        pairs_in_all: 1,
        pairs_too_slow: 0,
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
fn another_loss_or_rate_is_wrong_unless_the_machine_is_busy() {
    let rate = RateCheck {
        a: "a".into(),
        b: "b".into(),
        expected: 1e6,
        measured: Some(2e6),
        tolerance: 0.1,
    };
    let mut off = check(vec![pair(10, 10_000, 10_000)]);
    off.rates = vec![rate];
    assert_eq!(off.trust(), Trust::Wrong);
    assert!(
        off.verdict().contains("1 of 1 pairs have another rate"),
        "{}",
        off.verdict()
    );
    off.lateness.p99 = Duration::from_millis(2);
    assert_eq!(off.trust(), Trust::TooBusy);
}
