//! Networks in which it is known who could tell what.

use std::time::Duration;

use super::{
    super::{Bins, Drawn},
    *,
};

const PARTS: usize = 300;

const START: Duration = Duration::from_hours(500_000);

fn bins() -> Bins {
    Bins::between(START, START + Bins::WIDTH * u32::try_from(PARTS).unwrap())
}

fn party(number: usize) -> IpAddr {
    IpAddr::from([198, 18, 0, u8::try_from(number).unwrap()])
}

const RELAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 19, 0, 9));

fn parties() -> Parties {
    (0..4)
        .map(|number| BTreeSet::from([party(number)]))
        .collect()
}

/// Three pairs talk, in both directions; three do not.
fn said() -> Vec<Said> {
    let mut drawn = Drawn(7);
    let pairs = [(0, 1), (1, 0), (0, 2), (2, 0), (1, 3), (3, 1)];
    let said = |(from, to)| Said {
        from,
        to,
        series: drawn.bursts(PARTS),
    };
    pairs.map(said).to_vec()
}

/// Lets bytes pass, a part of time later than they were said and longer by a tenth, in packets.
fn pass(flows: &mut Flows, ends: (IpAddr, IpAddr), series: &Series, later: u32) {
    for (part, amount) in (0..).zip(series) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Some thousand.
        let bytes = (amount * 1.1) as u64;
        if bytes > 0 {
            flows.add(&bins(), ends, START + Bins::WIDTH * (part + later), bytes);
        }
    }
}

/// As who sees everything sees it, where these pairs are relayed.
fn everything(relayed: &[(usize, usize)]) -> Flows {
    let mut flows = Flows::default();
    for Said { from, to, series } in said() {
        let (a, b) = (party(from), party(to));
        if relayed.contains(&(from.min(to), from.max(to))) {
            pass(&mut flows, (a, RELAY), &series, 1);
            pass(&mut flows, (RELAY, b), &series, 3);
        } else {
            pass(&mut flows, (a, b), &series, 1);
        }
    }
    // A pair that keeps a path open without saying anything.
    pass(&mut flows, (party(2), party(3)), &vec![40.0; PARTS], 0);
    flows
}

fn only(flows: &Flows, sees: impl Fn(IpAddr, IpAddr) -> bool) -> Flows {
    let mut left = Flows::default();
    for (from, to, volume) in flows.iter() {
        if sees(from, to) {
            for (part, amount) in (0..).zip(&volume.series) {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Some thousand.
                let bytes = *amount as u64;
                left.add(&bins(), (from, to), START + Bins::WIDTH * part, bytes);
            }
        }
    }
    left
}

fn told(judgement: &Judgement) -> Vec<(usize, usize)> {
    let told = judgement.pairs.iter().filter(|pair| pair.told);
    told.map(|pair| (pair.from, pair.to)).collect()
}

#[test]
fn who_sees_everything_tells_every_pair() {
    let judgement = judge(&everything(&[]), &parties(), &said());
    assert_eq!(told(&judgement).len(), 6, "{judgement:#?}");
    assert_eq!(judgement.silent, [(2, 3)]);
    for pair in &judgement.pairs {
        assert_eq!(pair.best.unwrap().0, Path::Direct);
        assert!((pair.factor.unwrap() - 1.1).abs() < 0.1);
    }
    assert!(judgement.sums.iter().all(|sum| sum.told));
}

#[test]
fn a_relay_hides_pairs_from_nobody_who_sees_both_its_sides() {
    let judgement = judge(&everything(&[(0, 1), (1, 3)]), &parties(), &said());
    assert_eq!(told(&judgement).len(), 6, "{judgement:#?}");
    let by = judgement.pairs[0].best.unwrap().0;
    assert_eq!(by, Path::By(RELAY));
}

#[test]
fn a_provider_tells_its_customers_pairs_alone() {
    let all = everything(&[]);
    let mine = only(&all, |from, to| from == party(0) || to == party(0));
    let judgement = judge(&mine, &parties(), &said());
    assert_eq!(told(&judgement), [(0, 1), (1, 0), (0, 2), (2, 0)]);
}

#[test]
fn behind_a_relay_a_provider_tells_that_its_customer_talks_and_not_with_whom() {
    let all = everything(&[(0, 1), (0, 2), (1, 3)]);
    let mine = only(&all, |from, to| from == party(0) || to == party(0));
    let judgement = judge(&mine, &parties(), &said());
    assert!(told(&judgement).is_empty(), "{judgement:#?}");
    let own = judgement.sums.iter().find(|sum| sum.from == 0).unwrap();
    assert!(own.told, "{own:?}");
}

#[test]
fn who_sees_nothing_tells_nothing() {
    let judgement = judge(&Flows::default(), &parties(), &said());
    assert!(told(&judgement).is_empty());
    assert!(judgement.pairs.iter().all(|pair| pair.best.is_none()));
    assert!(judgement.sums.iter().all(|sum| !sum.told));
}

#[test]
fn padding_to_a_steady_stream_hides_what_is_said() {
    let mut flows = Flows::default();
    for Said { from, to, .. } in said() {
        let steady = vec![30_000.0; PARTS];
        pass(&mut flows, (party(from), party(to)), &steady, 0);
    }
    let judgement = judge(&flows, &parties(), &said());
    assert!(told(&judgement).is_empty());
}

#[test]
fn what_a_relay_hands_on_at_different_delays_is_counted_once() {
    let to = vec![100.0, 0.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 70.0, 0.0];
    // At once and a part later; all of the second later; what has waited too long is none of it.
    let onward = vec![60.0, 40.0, 0.0, 30.0, 20.0, 9.0, 0.0, 0.0, 0.0, 70.0];
    assert!((passed(&to, &onward) - 220.0).abs() < 1e-9);
    assert!(passed(&to, &vec![0.0; 10]).abs() < 1e-9);
    let late = vec![0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 150.0, 0.0, 0.0];
    assert!(passed(&to, &late).abs() < 1e-9);
}
