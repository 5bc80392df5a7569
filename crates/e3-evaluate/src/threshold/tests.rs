use super::*;
use crate::plan::{Bench, Goal, Way, Work};
use crate::tables::Tables;
use crate::testing::{plan_of, rounds};

const OVERLAYS: [&str; 3] = ["direct", "quic", "nebula-1.6"];

fn threshold(name: &str, limit: &str) -> Result<Threshold, NoThreshold> {
    let words: Vec<String> = name.split('/').map(str::to_owned).collect();
    Threshold::parse(&words, limit, &OVERLAYS)
}

fn tables() -> Tables {
    let work = Work::new("lan", "secret-santa", "small", 3);
    let ways = ["direct", "quic"].map(|overlay| Way::new(overlay, "pinned"));
    let bench = Bench {
        work: work.clone(),
        ways: ways.to_vec(),
        goal: Goal::default(),
    };
    let quic = [1.1, 1.2, 1.15, 1.2, 1.25, 1.2, 1.3];
    let measured = rounds(
        &work,
        Figure::Program,
        &[("direct", &[1.0; 7]), ("quic", &quic)],
    );
    Tables::of(&plan_of(vec![bench]), &measured)
}

fn kept(name: &str, limit: &str) -> Vec<Kept> {
    let verdicts = judge(&[threshold(name, limit).unwrap()], &tables());
    verdicts.iter().map(|verdict| verdict.kept).collect()
}

#[test]
fn thresholds_are_kept_or_not() {
    assert_eq!(kept("quic/lan/secret_santa/ratio", "< 1.5"), [Kept::Yes]);
    assert_eq!(
        kept("quic/lan/secret_santa/ratio", "< 1.21"),
        [Kept::Barely]
    );
    assert_eq!(kept("quic/lan/secret_santa/ratio", "< 1.2"), [Kept::No]);
    assert_eq!(kept("quic/program/median", "< 2 s"), [Kept::Yes]);
    assert_eq!(kept("lan/ratio", "< 1.1"), [Kept::Yes, Kept::No]);
}

#[test]
fn what_was_not_measured_is_not_kept() {
    for name in ["nebula-1.6/ratio", "quic/far/ratio", "quic/memory/ratio"] {
        let verdicts = judge(&[threshold(name, "< 9").unwrap()], &tables());
        assert_eq!(verdicts[0].kept, Kept::Unmeasured, "{name}");
        assert!(verdicts[0].fails());
    }
}

#[test]
fn words_are_taken_for_what_they_are() {
    let one = threshold("quic/round_trip/ratio", "< 3").unwrap();
    assert_eq!(one.cells.program.as_deref(), Some("round-trip"));
    assert_eq!(one.figure, None);
    let both = threshold("quic/round-trip/round-trip-p99/ratio", "< 3").unwrap();
    assert_eq!(both.figure, Some(Figure::RoundTripP99));
    let figure = threshold("quic/secret-santa/round-trip/ratio", "< 3").unwrap();
    assert_eq!(figure.figure, Some(Figure::RoundTrip));
}

#[test]
fn what_is_wrong_is_said() {
    let wrong = |name, limit| threshold(name, limit).unwrap_err().to_string();
    assert_eq!(
        wrong("quic/lan", "< 1"),
        "a threshold ends with `ratio` or `median`, not with `lan`"
    );
    assert!(wrong("quick/ratio", "< 1").starts_with("`quick` is no overlay"));
    assert_eq!(wrong("quic/ratio", "1"), "`1` is not a limit");
}

#[test]
fn a_verdict_is_one_line() {
    let one = threshold("quic/lan/ratio", "< 1.5").unwrap();
    let verdicts = judge(&[one], &tables());
    assert_eq!(
        verdicts[0].to_string(),
        "quic.lan.ratio < 1.5: kept, 1.200 (quic.pinned.lan.secret-santa.small.3)"
    );
}
