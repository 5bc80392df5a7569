use super::*;
use crate::plan::{Bench, Goal, Plan, Way, Work};
use crate::tables::Tables;
use crate::testing::{plan_of, rounds};

/// Seven rounds that are 1.2 times as long, more or less.
const QUIC: [f64; 7] = [1.1, 1.2, 1.15, 1.2, 1.25, 1.2, 1.3];

fn threshold(name: &str, limit: &str) -> Result<Threshold, NoThreshold> {
    let words: Vec<String> = name.split('/').map(str::to_owned).collect();
    Threshold::parse(&words, limit)
}

fn work() -> Work {
    Work::new("lan", "secret-santa", "small", 3)
}

/// Nebula was to be measured, and nothing came of it.
fn plan(names: &[(&str, &str)]) -> Plan {
    let ways = ["direct", "direct-again", "quic", "nebula-1.6"];
    let mut plan = plan_of(vec![Bench {
        work: work(),
        ways: ways.map(|overlay| Way::new(overlay, "pinned")).to_vec(),
        goal: Goal::default(),
    }]);
    let thresholds = names.iter();
    plan.thresholds = thresholds
        .map(|(name, limit)| threshold(name, limit).unwrap())
        .collect();
    plan
}

fn verdicts_of(name: &str, limit: &str, quic: &[f64]) -> Vec<Verdict> {
    let plan = plan(&[(name, limit)]);
    let direct = vec![1.0; quic.len()];
    let ways: [(&str, &[f64]); 3] = [
        ("direct", &direct),
        ("direct-again", &direct),
        ("quic", quic),
    ];
    let mut measured = rounds(&work(), Figure::Program, &ways);
    for one in &mut measured {
        let more = [
            (Figure::Memory, 20e6),
            (Figure::Wire, 130.0),
            (Figure::Payload, 100.0),
        ];
        one.figures.extend(more);
    }
    judge(&plan, &Tables::of(&plan, &measured))
}

fn held(name: &str, limit: &str) -> Vec<Held> {
    let verdicts = verdicts_of(name, limit, &QUIC);
    verdicts.iter().map(|verdict| verdict.held).collect()
}

#[test]
fn the_interval_decides() {
    let ratio = |limit| held("quic/lan/secret_santa/ratio", limit);
    assert_eq!(ratio("< 1.5"), [Held::Held]);
    assert_eq!(ratio("< 1.21"), [Held::Undecided]);
    assert_eq!(
        ratio("< 1.19"),
        [Held::Undecided],
        "the median is beyond, but not by more than chance"
    );
    assert_eq!(ratio("< 1.05"), [Held::Broken]);
    assert_eq!(ratio("> 1.05"), [Held::Held]);
    assert_eq!(held("quic/program/median", "< 2 s"), [Held::Held]);
    assert_eq!(held("quic/program", "> 2000 ms"), [Held::Broken]);
    assert_eq!(held("quic/memory", "< 40 MB"), [Held::Held]);
    assert_eq!(held("quic/memory", "< 1.5"), [Held::Held], "a ratio");
    assert_eq!(held("quic/overhead", "< 1.2"), [Held::Broken]);
}

#[test]
fn what_is_too_uncertain_is_not_held() {
    let quic = |values: &[f64]| verdicts_of("quic/ratio", "< 1.5", values)[0].held;
    let wild = [0.4, 9.0, 1.2, 0.5, 7.0, 1.3, 1.1];
    assert_eq!(quic(&wild), Held::TooUncertain);
    assert_eq!(quic(&[1.1, 1.2, 1.1]), Held::TooUncertain, "three rounds");
    assert_eq!(
        quic(&[3.1, 3.2, 3.1]),
        Held::Broken,
        "not one was as it should be"
    );
    assert_eq!(quic(&[1.1]), Held::TooUncertain);
    assert!(Held::TooUncertain.fails() && !Held::Undecided.fails());
}

#[test]
fn what_was_not_measured_is_not_held() {
    for name in [
        "nebula-1.6/ratio",
        "quic/far/ratio",
        "quic/connect/ratio",
        "tls/ratio",
    ] {
        let verdicts = verdicts_of(name, "< 9", &QUIC);
        assert_eq!(verdicts.len(), 1, "{name}");
        assert_eq!(verdicts[0].held, Held::NotMeasured, "{name}");
        assert!(verdicts[0].held.fails());
    }
}

#[test]
fn a_threshold_is_about_all_that_its_words_match() {
    assert_eq!(
        held("lan/ratio", "< 1.5"),
        [Held::Held, Held::NotMeasured],
        "neither the plain way nor its control, which are not named"
    );
    assert_eq!(held("direct-again/ratio", "<= 1"), [Held::Held]);
    assert_eq!(held("nebula-1/6/ratio", "< 2"), [Held::NotMeasured]);
    assert_eq!(
        held("lan/median", "> 1 Gbit/s"),
        [Held::NotMeasured],
        "what this program is for is a time"
    );
}

#[test]
fn words_are_taken_for_what_they_are() {
    let one = threshold("quic/round_trip/ratio", "< 3").unwrap();
    assert_eq!(one.cells.program.as_deref(), Some("round-trip"));
    assert_eq!(one.figure, None);
    let both = threshold("quic/round-trip/rtt_p99/ratio", "< 3").unwrap();
    assert_eq!(both.figure, Some(Figure::RoundTripP99));
    let figure = threshold("quic/secret-santa/round-trip", "< 3 ms").unwrap();
    assert_eq!(figure.figure, Some(Figure::RoundTrip));
    assert_eq!(figure.statistic, Statistic::Median);
    let short = threshold("quic/own/cpu", "< 3").unwrap();
    assert_eq!(short.figure, Some(Figure::Processor));
    assert_eq!(short.statistic, Statistic::Ratio);
}

#[test]
fn what_is_wrong_is_said() {
    let wrong = |name, limit| threshold(name, limit).unwrap_err().to_string();
    assert_eq!(
        wrong("quic/lan", "< 1"),
        "`lan` does not say what of these cells is looked at"
    );
    assert!(wrong("quick/ratio", "< 1").starts_with("`quick` is no overlay"));
    assert!(wrong("quic/memory/cpu", "< 1").starts_with("`cpu` does not say"));
    assert!(wrong("quic/memory/overhead", "< 1").starts_with("`overhead` does not say"));
    assert_eq!(wrong("quic/ratio", "1"), "`1` is not a limit for this");
    for (name, limit) in [
        ("quic/ratio", "< 1 s"),
        ("quic/overhead", "< 1 MB"),
        ("quic/memory/median", "< 1"),
        ("quic/memory", "< 1 s"),
        ("quic/throughput/median", "> 1 MB"),
        ("quic/median", "> 1"),
    ] {
        assert!(
            wrong(name, limit).ends_with("is not a limit for this"),
            "{name}"
        );
    }
}

#[test]
fn a_verdict_is_one_line() {
    assert_eq!(
        verdicts_of("quic/lan/ratio", "< 1.5", &[1.2; 7])[0].to_string(),
        "quic.lan.ratio < 1.5: held (1.200, 1.200–1.200; quic.pinned.lan.secret-santa.small.3)"
    );
    assert_eq!(
        verdicts_of("quic/far/ratio", "< 1.5", &QUIC)[0].to_string(),
        "quic.far.ratio < 1.5: not measured"
    );
}

proptest::proptest! {
    #[test]
    fn no_threshold_panics(words in proptest::collection::vec("[a-z0-9._-]{0,12}", 0..6), limit in ".{0,12}") {
        let _ = Threshold::parse(&words, &limit);
    }
}
