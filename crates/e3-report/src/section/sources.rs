//! Where all of this comes from.

use crate::page::{Block, Prose, command};
use crate::read::{EFFORT, Findings, MEASUREMENTS, PLAN, PRIVACY, SECURITY};
use crate::section::title;
use crate::words;

/// The section.
pub(crate) fn blocks(findings: &Findings) -> Vec<Block> {
    let plan = &findings.plan;
    let mut facts: Vec<(String, Prose)> = Vec::new();
    if !plan.command.is_empty() {
        facts.push((
            "command".to_owned(),
            Prose::new().code(command::line(&plan.command)),
        ));
    }
    facts.extend(
        plan.facts
            .iter()
            .map(|(name, says)| (name.clone(), Prose::from(says.clone()))),
    );
    let times = findings
        .measurements
        .iter()
        .map(|one| one.value.time.as_str());
    let times = times.filter(|time| !time.is_empty());
    if let (Some(first), Some(last)) = (times.clone().min(), times.max()) {
        facts.push((
            "measured".to_owned(),
            format!("from {first} to {last}").into(),
        ));
    }
    let files = [
        (PLAN, 1 - usize::from(findings.missing.contains(&PLAN))),
        (MEASUREMENTS, findings.measurements.len()),
        (SECURITY, findings.security.len()),
        (PRIVACY, findings.privacy.len()),
        (EFFORT, findings.effort.len()),
    ];
    for (file, lines) in files {
        let says = if lines == 0 {
            "not there".to_owned()
        } else {
            words::count(lines, "finding", "findings")
        };
        facts.push((
            file.to_owned(),
            if lines == 0 {
                Prose::new().strong(says)
            } else if file == PLAN {
                Prose::new().file(file, "what was to be compared")
            } else {
                Prose::new().file(file, says)
            },
        ));
    }
    vec![
        title("sources", "Raw data, machine and versions"),
        Block::Facts(facts),
        Block::Paragraph(
            Prose::new()
                .text("This report is made again from the same files by ")
                .code("e3 report")
                .text("; links lead to files beside it."),
        ),
    ]
}
