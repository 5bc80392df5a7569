use e3_evaluate::finding::{Attack, Promised, Verdict};

use super::*;
use crate::{plausible, sums};

fn answers(change: impl FnOnce(&mut Findings)) -> Answers {
    let folder = tempfile::tempdir().unwrap();
    plausible::write(folder.path(), &plausible::PART);
    let mut findings = Findings::read(folder.path());
    change(&mut findings);
    let sums = sums::sums(&findings.measurements);
    Answers::of(&findings, &sums)
}

fn choice<'a>(answers: &'a Answers, network: &str, program: &str) -> &'a Circumstance {
    let mut all = answers.circumstances.iter();
    all.find(|one| one.network == network && one.program == program)
        .unwrap()
}

#[test]
fn the_fastest_that_is_fit_is_the_answer() {
    let answers = answers(|_| {});
    assert_eq!(
        choice(&answers, "lan", "secret-santa").choice.as_deref(),
        Some("wireguard")
    );
    assert_eq!(
        choice(&answers, "lan", "throughput").choice.as_deref(),
        Some("quic")
    );
    // Faster, but an attack succeeds.
    assert_eq!(answers.fitness_of("tls").unwrap().state, State::Unfit);
    let fit = State::Fit(vec![
        "pinned".to_owned(),
        "did".to_owned(),
        "joint-ca".to_owned(),
    ]);
    assert_eq!(answers.fitness_of("quic").unwrap().state, fit);
}

#[test]
fn a_broken_promise_makes_unfit_whatever_the_identity() {
    let answers = answers(|findings| {
        let broken = findings.security.iter_mut().find(|one| {
            (
                one.value.overlay.as_str(),
                one.value.identity.as_str(),
                one.value.attack,
            ) == ("wireguard", "ca", Attack::BytesChanged)
        });
        broken.unwrap().value.verdict = Verdict::Broken;
    });
    let wireguard = answers.fitness_of("wireguard").unwrap();
    assert_eq!(
        (&wireguard.state, wireguard.broken_promises.len()),
        (&State::Unfit, 1)
    );
    assert_ne!(
        choice(&answers, "lan", "secret-santa").choice.as_deref(),
        Some("wireguard")
    );
}

#[test]
fn what_was_not_promised_and_succeeds_makes_that_identity_unfit() {
    let answers = answers(|findings| {
        for one in &mut findings.security {
            if one.value.overlay == "quic"
                && one.value.identity == "pinned"
                && one.value.attack == Attack::Downgrade
            {
                one.value.promised = Promised::No("x".to_owned());
                one.value.verdict = Verdict::Broken;
            }
        }
    });
    assert_eq!(
        answers.fitness_of("quic").unwrap().state,
        State::Fit(vec!["did".to_owned(), "joint-ca".to_owned()])
    );
}

#[test]
fn an_attack_of_which_nothing_is_known_counts_as_one_that_succeeded() {
    let answers = answers(|findings| {
        findings
            .security
            .retain(|one| one.value.overlay != "quic" || one.value.attack != Attack::ReplayedNow);
    });
    assert_eq!(answers.fitness_of("quic").unwrap().state, State::Unfit);
}

#[test]
fn an_overlay_that_fails_is_no_answer() {
    let answers = answers(|findings| {
        for one in &mut findings.measurements {
            if one.value.cell.overlay == "wireguard"
                && one.value.cell.network == "far"
                && one.value.round % 3 == 0
            {
                one.value.failure = Some("x".to_owned());
            }
        }
    });
    let far = choice(&answers, "far", "secret-santa");
    assert_ne!(far.choice.as_deref(), Some("wireguard"));
    assert!(
        far.left_out
            .iter()
            .any(|(overlay, why)| overlay == "wireguard" && why.contains("failed"))
    );
}

#[test]
fn where_the_control_misses_one_small_differences_are_none() {
    let shift = |factor: f64| {
        answers(|findings| {
            for one in &mut findings.measurements {
                let cell = &one.value.cell;
                if cell.overlay == "direct-again" && cell.program == "mesh" {
                    one.value
                        .figures
                        .values_mut()
                        .for_each(|figure| *figure *= factor);
                }
            }
        })
    };
    let (fit, unfit) = (shift(1.0), shift(1.6));
    assert!(choice(&fit, "lan", "mesh").as_good.is_empty());
    // Of those that cannot be told apart, the one over which less is seen.
    let mesh = choice(&unfit, "lan", "mesh");
    assert_eq!(mesh.choice.as_deref(), Some("quic"));
    assert!(mesh.as_good.contains(&"wireguard".to_owned()));
}

#[test]
fn without_security_findings_speed_alone_decides() {
    let answers = answers(|findings| findings.security.clear());
    assert_eq!(
        choice(&answers, "lan", "secret-santa").choice.as_deref(),
        Some("tls")
    );
    assert!(
        answers
            .fitness
            .iter()
            .all(|one| one.state == State::NotExamined)
    );
}

#[test]
fn the_least_is_seen_where_the_fewest_questions_are_answered() {
    let answers = answers(|_| {});
    let privacy = answers.privacy.unwrap();
    assert_eq!(privacy.answered.first().unwrap().0, "quic");
    assert_eq!(privacy.questions, 60);
}

#[test]
fn of_few_rounds_nothing_is_told_apart() {
    let answers = answers(|findings| findings.measurements.retain(|one| one.value.round < 5));
    let lan = choice(&answers, "lan", "secret-santa");
    // Of those that are as good, the one over which less is seen.
    assert_eq!(lan.choice.as_deref(), Some("quic"));
    assert!(
        lan.as_good.contains(&"headscale".to_owned()),
        "{:?}",
        lan.as_good
    );
}
