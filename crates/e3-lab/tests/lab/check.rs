//! What the lab finds out about itself.

use std::time::{Duration, Instant};

use e3_lab::testing::Test;
use e3_lab::{Access, Change, Lab, Nat, RateChange, RateCheck, Site, Trust};

use crate::common::{lab_in, two_regions};

/// The tests of this file.
pub(crate) const TESTS: &[Test] = &[
    Test::inside("loss_and_rate_are_measured", loss_and_rate_are_measured),
    Test::inside(
        "changed_paths_are_measured_as_changed",
        changed_paths_are_measured_as_changed,
    ),
    Test::inside(
        "nobody_waits_for_what_takes_hours",
        nobody_waits_for_what_takes_hours,
    )
    .waiting(),
];

const MS: Duration = Duration::from_millis(1);

fn sites(access: Access) -> Lab {
    let site = |name: &str, region: &str| Site::new(name, region).hosts([name]);
    let home = site("home", "there").nat(Nat::port_restricted());
    let sites = vec![site("a", "here").access(access), site("b", "there"), home];
    lab_in(two_regions(MS * 5, MS * 5), sites)
}

fn loss_and_rate_are_measured() {
    let lab = sites(Access {
        rate: Some(10_000_000),
        loss: 0.05,
        jitter: MS,
    });
    let started = Instant::now();
    let check = lab.check().unwrap();
    println!("{:?}: {}", started.elapsed(), check.verdict());
    println!("{:?}\n{:?}", check.losses, check.rates);
    assert_ne!(check.trust(), Trust::Wrong);
    // The pair without `a` loses nothing and has no limit.
    assert_eq!((check.losses.len(), check.rates.len()), (2, 2));
    for loss in &check.losses {
        assert!(
            (loss.expected - 0.0975).abs() < 1e-9,
            "there and back over one line"
        );
        assert_eq!(loss.sent, 400);
        assert!(loss.is_ok(), "{loss:?}");
    }
    for rate in &check.rates {
        assert!(
            (rate.expected - 1e7).abs() < 1.0 && rate.tolerance < 0.2,
            "{rate:?}"
        );
    }
    // On a busy machine one may be seen too late.
    let is_right = |rate: &RateCheck| rate.measured.is_some() && rate.is_ok();
    assert!(check.rates.iter().any(is_right), "{:?}", check.rates);
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "it ends in time"
    );
}

fn changed_paths_are_measured_as_changed() {
    let lab = sites(Access::default());
    assert!(lab.check().unwrap().losses.is_empty());
    let worse = Change {
        delay: Some(MS * 25),
        loss: Some(0.3),
        rate: Some(RateChange::BitsPerSecond(500_000)),
        ..Change::default()
    };
    lab.set_path("a", "b", worse).unwrap();
    let check = lab.check().unwrap();
    println!("{check:?}");
    assert_ne!(check.trust(), Trust::Wrong, "{}", check.verdict());
    let pair = check.pairs.iter().find(|pair| pair.b == "b").unwrap();
    // Of 76 bytes, or 608 bits, more than a millisecond.
    assert!(pair.expected > MS * 31, "{pair:?}");
    assert_eq!((check.losses.len(), check.rates.len()), (1, 1));
    assert!(check.losses[0].is_ok(), "{:?}", check.losses);
    let rate = check.rates[0].measured.unwrap();
    assert!((0.4e6..0.6e6).contains(&rate), "{rate}");
}

fn nobody_waits_for_what_takes_hours() {
    let lab = sites(Access {
        jitter: Duration::from_hours(1),
        rate: Some(1),
        loss: 0.5,
    });
    let started = Instant::now();
    let check = lab.check().unwrap();
    println!("{:?}: {}", started.elapsed(), check.verdict());
    assert_eq!((check.pairs.len(), check.pairs_too_slow), (1, 2));
    assert_eq!((check.losses.len(), check.rates.len()), (0, 0));
    assert!(
        check.verdict().contains("2 pairs are not measured"),
        "{}",
        check.verdict()
    );
    assert!(lab.ping("a", "b", 1).unwrap().unwrap().times.is_empty());
    assert!(started.elapsed() < Duration::from_secs(20));
}
