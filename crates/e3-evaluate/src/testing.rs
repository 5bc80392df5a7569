//! What tests begin with.

use crate::finding::{
    Cell, Experiment, Figure, Figures, Machine, Measurement, Observation, Observer, Promised,
    Question, SCHEMA, Seen, Verdict,
};
use crate::plan::{Bench, Offer, Plan, Run, Trial, Way, Work};

/// One run that took a second, with its main figure; a failure without one.
pub(crate) fn measured(cell: &Cell, run: &Run, figure: Option<f64>) -> Measurement {
    let figures: Figures = figure
        .map(|value| (Work::of(cell).main_figure(), value))
        .into_iter()
        .collect();
    Measurement {
        schema: SCHEMA.to_owned(),
        cell: cell.clone(),
        round: run.round,
        warm_up: run.warm_up,
        time: "2026-11-23T12:00:00Z".to_owned(),
        elapsed_s: 1.0,
        figures,
        round_trips: Vec::new(),
        paths: [("direct".to_owned(), 3)].into(),
        distrust: Vec::new(),
        failure: figure.is_none().then(|| "it did not come up".to_owned()),
        run: None,
        command: vec!["e3".to_owned(), "run".to_owned()],
    }
}

/// Rounds of one work, each with the figures of its ways.
pub(crate) fn rounds(work: &Work, figure: Figure, ways: &[(&str, &[f64])]) -> Vec<Measurement> {
    let mut all = Vec::new();
    for (overlay, values) in ways {
        for (round, value) in (0..).zip(*values) {
            let way = Way::new(overlay, "pinned");
            let run = Run {
                way: way.clone(),
                round,
                warm_up: false,
            };
            let mut one = measured(&work.by(&way), &run, Some(*value));
            one.figures = [(figure, *value)].into();
            all.push(one);
        }
    }
    all
}

/// A machine with few overlays, which lacks headscale.
pub(crate) fn offers() -> Vec<Offer> {
    let offer = |overlay: &str, identities: &[&str], lacks: Option<&str>| Offer {
        overlay: overlay.to_owned(),
        identities: identities.iter().map(|word| (*word).to_owned()).collect(),
        lacks: lacks.map(str::to_owned),
    };
    let any = ["pinned", "did", "ca"];
    vec![
        offer("direct", &any, None),
        offer("tls", &["ca"], None),
        offer("quic", &any, None),
        offer("headscale", &any, Some("headscale is not installed")),
    ]
}

/// A plan of these.
pub(crate) fn plan_of(benches: Vec<Bench>) -> Plan {
    Plan {
        schema: SCHEMA.to_owned(),
        suite: "asked".to_owned(),
        seed: 1,
        time: "2026-11-23T12:00:00Z".to_owned(),
        benches,
        trials: Vec::new(),
        observed: Vec::new(),
        observed_s: 24,
        counted: Vec::new(),
        limit_s: None,
        left_out: Vec::new(),
        own: None,
        thresholds: Vec::new(),
        versions: [("e3".to_owned(), "0.1.0".to_owned())].into(),
        machine: Machine::default(),
        command: vec!["e3".to_owned(), "compare".to_owned()],
    }
}

/// What became of an attack that should have failed.
pub(crate) fn tried(trial: &Trial, verdict: Verdict) -> Experiment {
    Experiment {
        schema: SCHEMA.to_owned(),
        attack: trial.attack,
        overlay: trial.way.overlay.clone(),
        identity: trial.way.identity.clone(),
        promised: Promised::Yes,
        verdict,
        evidence: Vec::new(),
        time: "2026-11-23T12:00:00Z".to_owned(),
        command: vec!["e3".to_owned(), "experiment".to_owned()],
    }
}

/// Every answer of every observer of a way.
pub(crate) fn observed(overlay: &str, seen: &Seen) -> Vec<Observation> {
    let asked = Observer::ALL
        .into_iter()
        .flat_map(|observer| Question::ALL.map(|question| (observer, question)));
    let answer = |(observer, question)| Observation {
        schema: SCHEMA.to_owned(),
        overlay: overlay.to_owned(),
        observer,
        question,
        seen: seen.clone(),
        evidence: Vec::new(),
        searched: Vec::new(),
        time: "2026-11-23T12:00:00Z".to_owned(),
        command: vec!["e3".to_owned(), "experiment".to_owned()],
    };
    asked.map(answer).collect()
}
