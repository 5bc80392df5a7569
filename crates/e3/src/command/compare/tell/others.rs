//! What a person is told of attacks, observers and counts.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use e3_evaluate::finding::{
    Counts, Effort, Experiment, Means, Observation, Observer, Occasion, Question, Seen, Verdict,
};
use e3_evaluate::plan::{Done, Plan, Trial, Way};

use crate::view::words::printable;

/// What a plan consists of: `3 tables`, `28 attacks`.
pub fn parts(plan: &Plan) -> Vec<String> {
    let some = |count: usize, one: &str, many: &str| {
        let what = if count == 1 { one } else { many };
        (count > 0).then(|| format!("{count} {what}"))
    };
    [
        some(plan.benches.len(), "table", "tables"),
        some(plan.trials.len(), "attack", "attacks"),
        some(plan.observed.len(), "way observed", "ways observed"),
        some(plan.counted.len(), "way counted", "ways counted"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What is attacked, observed and counted, a line each.
pub fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    let attacks = each(plan.trials.iter().map(|trial| trial.attack.name()));
    let ways = each(plan.trials.iter().map(|trial| trial.way.to_string()));
    // Writing into a text cannot fail.
    if !attacks.is_empty() {
        let _ = writeln!(
            text,
            "  attacks {}, each on {}",
            attacks.join(", "),
            ways.join(", ")
        );
    }
    if !plan.observed.is_empty() {
        let (ways, seconds) = (plan.observed.join(", "), plan.observed_s);
        let _ = writeln!(
            text,
            "  observers of {ways}, programs talking for {seconds} s"
        );
    }
    if !plan.counted.is_empty() {
        let ways = plan.counted.join(", ");
        let _ = writeln!(
            text,
            "  what {ways} take, as it was counted by scripts/effort"
        );
    }
    text
}

/// Each word once, in the order in which they come first.
fn each<T: PartialEq>(words: impl Iterator<Item = T>) -> Vec<T> {
    let mut all = Vec::new();
    for word in words {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

/// What became of one attack, in a few words.
pub fn attacked(one: &Experiment) -> String {
    let verdict = match &one.verdict {
        Verdict::Held => "held".to_owned(),
        Verdict::Detected => "detected".to_owned(),
        Verdict::Broken if one.breaks_promise() => "broken, against its promise".to_owned(),
        Verdict::Broken => "broken, as it does not promise otherwise".to_owned(),
        Verdict::NotApplicable(why) => format!("not applicable: {why}"),
        Verdict::Unknown(why) => format!("not known: {why}"),
    };
    printable(&verdict)
}

/// A promise that was broken, and how to see it again.
pub fn broken(one: &Experiment) -> String {
    let way = Way::new(&one.overlay, &one.identity);
    printable(&format!(
        "{way} breaks a promise: it should withstand {}, and does not; `{}` tries it again",
        one.attack.name(),
        one.command.join(" ")
    ))
}

/// An attack of which nothing is known, although it was tried.
pub fn unknown(trial: &Trial, experiments: &[Experiment]) -> Option<String> {
    if !trial.is_done(experiments) {
        return None;
    }
    let last = trial.found(experiments).last()?;
    let known = |one: &Experiment| !matches!(one.verdict, Verdict::Unknown(_));
    if trial.found(experiments).any(known) {
        return None;
    }
    let Verdict::Unknown(why) = &last.verdict else {
        return None;
    };
    Some(printable(&format!(
        "nothing is known of {trial}: {why}; `{}` tries it again",
        last.command.join(" ")
    )))
}

/// What observers could tell of a way, in a line.
pub fn watched(way: &str, done: &Done) -> String {
    let told = Observer::ALL.map(|observer| {
        let name = named(&observer);
        format!("{name} {}", told(way, observer, &done.observations))
    });
    format!("observing {way}: {}", told.join(", "))
}

/// How many questions an observer could answer: `3`, or `3 + 1 in part`; a dash where there is no such observer.
fn told(way: &str, observer: Observer, observations: &[Observation]) -> String {
    let (mut whole, mut partly, mut asked) = (0, 0, 0);
    for one in observations {
        if one.overlay != way || one.observer != observer {
            continue;
        }
        match one.seen {
            Seen::Yes => whole += 1,
            Seen::Partly(_) => partly += 1,
            Seen::No => {}
            Seen::NotApplicable(_) => continue,
        }
        asked += 1;
    }
    match (asked, partly) {
        (0, _) => "–".to_owned(),
        (_, 0) => format!("{whole}"),
        _ => format!("{whole} + {partly} in part"),
    }
}

/// The name that documents have for it.
fn named(word: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(word).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// A table for each of these parts of which there is anything.
pub fn found(done: &Done) -> String {
    let tables = [
        security(&done.experiments),
        privacy(&done.observations),
        effort(&done.efforts),
    ];
    tables.into_iter().flatten().collect()
}

fn security(experiments: &[Experiment]) -> Option<String> {
    let ways = each(experiments.iter().map(|one| (&one.overlay, &one.identity)));
    if ways.is_empty() {
        return None;
    }
    let mut text = "\n## Security\n\n| way | held | detected | broken | of these promised otherwise | nothing to attack | not known |\n|---|---|---|---|---|---|---|\n".to_owned();
    for (overlay, identity) in ways {
        let mine = experiments
            .iter()
            .filter(|one| one.overlay == *overlay && one.identity == *identity);
        // What was tried again is counted as it was the last time.
        let attacks: BTreeSet<_> = mine.clone().map(|one| one.attack).collect();
        let last: Vec<&Experiment> = attacks
            .into_iter()
            .filter_map(|attack| mine.clone().rfind(|one| one.attack == attack))
            .collect();
        let count = |is: &dyn Fn(&Experiment) -> bool| last.iter().filter(|one| is(one)).count();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            Way::new(overlay, identity),
            count(&|one| one.verdict == Verdict::Held),
            count(&|one| one.verdict == Verdict::Detected),
            count(&|one| one.verdict == Verdict::Broken),
            count(&Experiment::breaks_promise),
            count(&|one| matches!(one.verdict, Verdict::NotApplicable(_))),
            count(&|one| matches!(one.verdict, Verdict::Unknown(_))),
        );
    }
    Some(text)
}

fn privacy(observations: &[Observation]) -> Option<String> {
    let ways = each(observations.iter().map(|one| one.overlay.as_str()));
    if ways.is_empty() {
        return None;
    }
    let observers = Observer::ALL.map(|observer| named(&observer));
    let mut text = format!(
        "\n## Privacy\n\nOf {} questions, so many could be answered by the:\n\n| way | {} |\n|---|{}\n",
        Question::ALL.len(),
        observers.join(" | "),
        "---|".repeat(observers.len())
    );
    for way in ways {
        let told = Observer::ALL.map(|observer| told(way, observer, observations));
        let _ = writeln!(text, "| {way} | {} |", told.join(" | "));
    }
    Some(text)
}

fn effort(efforts: &[Effort]) -> Option<String> {
    let ways = each(efforts.iter().map(|one| one.overlay.as_str()));
    if ways.is_empty() {
        return None;
    }
    let mut text = "\n## Effort\n\nFor the first session of three parties, by hand and by E³:\n\n| way | steps | files | secrets | programs |\n|---|---|---|---|---|\n".to_owned();
    for way in ways {
        let of = |means: Means| {
            let mut mine = efforts.iter();
            let first = mine.rfind(|one| {
                one.overlay == way && one.means == means && one.occasion == Occasion::First
            });
            first.and_then(|one| one.counts)
        };
        let both = [of(Means::ByHand), of(Means::E3)];
        let cell = |count: fn(&Counts) -> u32| {
            let said = both.map(|one| one.map_or("–".to_owned(), |one| count(&one).to_string()));
            said.join(", ")
        };
        let _ = writeln!(
            text,
            "| {way} | {} | {} | {} | {} |",
            cell(|one| one.steps),
            cell(|one| one.files),
            cell(|one| one.secrets),
            cell(|one| one.programs)
        );
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use e3_evaluate::finding::{Attack, Promised, SCHEMA};

    use super::*;

    fn tried(verdict: Verdict, promised: Promised) -> Experiment {
        Experiment {
            schema: SCHEMA.to_owned(),
            attack: Attack::BytesChanged,
            overlay: "quic".to_owned(),
            identity: "pinned".to_owned(),
            promised,
            verdict,
            evidence: Vec::new(),
            time: String::new(),
            command: vec!["e3".to_owned(), "experiment".to_owned()],
        }
    }

    #[test]
    fn a_broken_promise_names_attack_way_and_command() {
        let one = tried(Verdict::Broken, Promised::Yes);
        let told = broken(&one);
        for word in ["quic.pinned", "bytes-changed", "`e3 experiment`"] {
            assert!(told.contains(word), "{told}");
        }
        assert!(attacked(&one).contains("against its promise"));
    }

    #[test]
    fn what_was_tried_again_is_told_as_it_was_the_last_time() {
        let unknown_one = tried(Verdict::Unknown("no room".to_owned()), Promised::Yes);
        let trial = Trial {
            way: Way::new("quic", "pinned"),
            attack: Attack::BytesChanged,
        };
        let twice = [unknown_one.clone(), unknown_one.clone()];
        assert!(unknown(&trial, &twice[..1]).is_none(), "it is tried again");
        assert!(unknown(&trial, &twice).unwrap().contains("no room"));
        let then = [unknown_one, tried(Verdict::Held, Promised::Yes)];
        assert!(unknown(&trial, &then).is_none());
        let table = security(&then).unwrap();
        assert!(
            table.ends_with("| quic.pinned | 1 | 0 | 0 | 0 | 0 | 0 |\n"),
            "{table}"
        );
    }
}
