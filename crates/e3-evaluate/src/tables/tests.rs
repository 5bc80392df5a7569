use e3_histogram::Distribution;

use super::*;
use crate::finding::RoundTrips;
use crate::plan::Goal;
use crate::testing::{measured, plan_of, rounds};

const NOISE: [f64; 8] = [1.0, 1.02, 0.98, 1.01, 0.99, 1.03, 0.97, 1.0];

fn bench() -> Bench {
    Bench {
        work: Work::new("lan", "secret-santa", "small", 3),
        ways: ["direct", "direct-again", "quic"]
            .map(|overlay| Way::new(overlay, "pinned"))
            .to_vec(),
        goal: Goal {
            warm_up: 0,
            ..Goal::default()
        },
    }
}

fn measurements(again: f64) -> Vec<Measurement> {
    let times = |by: f64| NOISE.map(|noise| by * noise);
    // The plain way's noise is its own.
    let direct = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    rounds(
        &bench().work,
        Figure::Program,
        &[
            ("direct", &direct),
            ("direct-again", &times(again)),
            ("quic", &times(1.4)),
        ],
    )
}

#[test]
fn ratios_are_to_the_plain_way() {
    let table = Table::of(&bench(), 1, &measurements(1.0)).unwrap();
    let ratio = |overlay| {
        let row = table.row(&Way::new(overlay, "pinned")).unwrap();
        row.figures[&Figure::Program].ratio.unwrap()
    };
    assert!((ratio("direct").median - 1.0).abs() < 1e-9);
    assert!((ratio("quic").median - 1.4).abs() < 0.01);
    assert!(matches!(table.fitness, Fitness::Fit(_)), "{table:?}");
    assert_eq!((table.rounds, table.end), (8, Some(End::Precise)));
}

#[test]
fn a_machine_that_is_not_fit_is_said() {
    let table = Table::of(&bench(), 1, &measurements(1.3)).unwrap();
    assert!(matches!(table.fitness, Fitness::Unfit(_)));
    let text = Tables::of(&plan_of(vec![bench()]), &measurements(1.3)).markdown();
    assert!(text.contains("**The machine was not fit**"), "{text}");
}

#[test]
fn failures_and_rounds_that_warm_up_count_for_nothing() {
    let mut all = measurements(1.0);
    let quic = Way::new("quic", "pinned");
    for (round, figure, warm_up) in [(40, Some(99.0), true), (41, None, false)] {
        let run = crate::plan::Run {
            way: quic.clone(),
            round,
            warm_up,
        };
        all.push(measured(&bench().work.by(&quic), &run, figure));
    }
    let table = Table::of(&bench(), 1, &all).unwrap();
    let row = table.row(&quic).unwrap();
    assert_eq!((row.rounds, row.failures), (8, 1));
    assert!(row.figures[&Figure::Program].spread.most < 2.0);
    assert_eq!(
        table.notes,
        ["quic.pinned failed 1 times: it did not come up"]
    );
}

#[test]
fn round_trips_of_all_rounds_are_put_together() {
    let mut all = measurements(1.0);
    for (one, millis) in all.iter_mut().zip(1_u64..) {
        let times = (0..100).map(|_| std::time::Duration::from_millis(millis));
        let times = Distribution::of(times);
        one.round_trips = vec![RoundTrips {
            from: "ams".to_owned(),
            to: "fra".to_owned(),
            count: times.count(),
            histogram: times.to_text(),
        }];
    }
    let table = Table::of(&bench(), 1, &all).unwrap();
    let trips = table.rows[0].round_trips.as_ref().unwrap();
    let at = |share| trips.at(share).unwrap().seconds;
    assert!(
        (at(0.0) - 1e-3).abs() < 1e-5 && (at(1.0) - 8e-3).abs() < 1e-4,
        "{trips:?}"
    );
    let tables = Tables::of(&plan_of(vec![bench()]), &all);
    let text = tables.markdown();
    assert!(
        text.contains("| round trips | least | p50 | p90 | p99 | p99.9 | greatest |"),
        "{text}"
    );
    let line = "direct.pinned.lan.secret-santa.small.3,round-trips-p99,s,8,";
    assert!(tables.csv().contains(line), "{}", tables.csv());
    let json = serde_json::to_string(&tables).unwrap();
    let read: Tables = serde_json::from_str(&json).unwrap();
    assert_eq!(read.markdown(), text);
}

#[test]
fn tables_are_for_people_spreadsheets_and_programs() {
    let tables = Tables::of(&plan_of(vec![bench()]), &measurements(1.0));
    insta::assert_snapshot!("markdown", tables.markdown());
    insta::assert_snapshot!("csv", tables.csv());
    let json = serde_json::to_string(&tables).unwrap();
    // Numbers may differ in their last digit.
    let read: Tables = serde_json::from_str(&json).unwrap();
    assert_eq!(read.markdown(), tables.markdown());
}

#[test]
fn of_nothing_there_is_no_table() {
    assert!(Tables::of(&plan_of(vec![bench()]), &[]).tables.is_empty());
}
