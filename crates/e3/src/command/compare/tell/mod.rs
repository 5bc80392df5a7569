//! What a person is told of a comparison.

mod others;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use e3_evaluate::finding::Measurement;
use e3_evaluate::plan::{Bench, Done, Estimate, Plan};
use e3_evaluate::tables::{Tables, shown};
use e3_evaluate::threshold::{Threshold, Verdict};

pub use others::{attacked, broken, unknown, watched};

/// What would be measured, and how long that takes.
pub fn plan(plan: &Plan, estimate: Estimate) -> String {
    let mut text = String::new();
    // Writing into a text cannot fail.
    let _ = writeln!(
        text,
        "Suite {}: {}, seed {}. It takes {}.",
        plan.suite,
        others::parts(plan).join(", "),
        plan.seed,
        from_to(estimate)
    );
    for bench in &plan.benches {
        let ways: Vec<String> = bench.ways.iter().map(ToString::to_string).collect();
        let goal = &bench.goal;
        let _ = writeln!(
            text,
            "  {}: {}; until ±{} %, {} rounds or {}",
            bench.work,
            ways.join(", "),
            round(goal.precision * 100.0),
            goal.most,
            long(Duration::from_secs_f64(goal.time_s.max(0.0)))
        );
    }
    text.push_str(&others::plan(plan));
    if !plan.left_out.is_empty() {
        text.push_str("Left out:\n");
    }
    for left in &plan.left_out {
        let _ = writeln!(text, "  {}: {}", left.what, left.why);
    }
    let empty: Vec<&Threshold> = plan.empty_thresholds().collect();
    if !empty.is_empty() {
        text.push_str("Thresholds that are about nothing of this, and so will not be held:\n");
    }
    for Threshold { name, limit, .. } in empty {
        let _ = writeln!(text, "  {name} {limit}");
    }
    text
}

/// A whole number, or one with a digit.
fn round(number: f64) -> String {
    let text = format!("{number:.1}");
    text.trim_end_matches(".0").to_owned()
}

/// From when to when, as people say it.
fn from_to(estimate: Estimate) -> String {
    let (least, most) = (long(estimate.least), long(estimate.most));
    if least == most {
        format!("about {most}")
    } else {
        format!("{least} to {most}")
    }
}

/// Seconds, minutes or hours.
fn long(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        few if few < 90.0 => format!("{few:.0} s"),
        some if some < 5400.0 => format!("{:.0} min", some / 60.0),
        many => format!("{:.1} h", many / 3600.0),
    }
}

/// How much is done, and how long the rest takes.
pub fn so_far(plan: &Plan, done: &Done) -> String {
    let progress = plan.progress(done);
    if progress.is_whole() {
        return format!("{progress}\n");
    }
    let left = from_to(Estimate::of_plan(plan, done));
    format!("{progress}; {left} left\n")
}

/// What one run has found, in a line.
pub fn run(bench: &Bench, one: &Measurement) -> String {
    let figure = bench.work.main_figure();
    let found = match (&one.failure, one.figures.get(&figure)) {
        (Some(failure), _) => format!("failed: {failure}"),
        (None, Some(value)) => shown(figure, *value),
        (None, None) => "nothing was measured".to_owned(),
    };
    let round = if one.warm_up {
        "warming up".to_owned()
    } else {
        format!(
            "round {}",
            one.round + 1 - bench.goal.warm_up.min(one.round)
        )
    };
    format!("{}: {round}: {}: {found}", bench.work, one.cell.overlay)
}

/// All that was found.
pub fn summary(tables: &Tables, done: &Done, verdicts: &[Verdict], folder: &Path) -> String {
    let mut text = String::new();
    if !tables.tables.is_empty() {
        text.push_str(&tables.markdown());
    }
    text.push_str(&others::found(done));
    if !verdicts.is_empty() {
        text.push_str("\nThresholds:\n");
    }
    for verdict in verdicts {
        let _ = writeln!(text, "- {verdict}");
    }
    let _ = write!(text, "\nEverything is in {}", folder.display());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        let seconds = |seconds| long(Duration::from_secs(seconds));
        assert_eq!(seconds(48), "48 s");
        assert_eq!(seconds(225), "4 min");
        assert_eq!(seconds(20_000), "5.6 h");
        let estimate = |least, most| {
            from_to(Estimate {
                least: Duration::from_secs(least),
                most: Duration::from_secs(most),
            })
        };
        assert_eq!(estimate(60, 600), "60 s to 10 min");
        assert_eq!(estimate(60, 60), "about 60 s");
    }
}
