//! The suite's page in the book.

use std::fmt::Write as _;

use e3_overlay::Registry;

use crate::checks::CHECKS;

/// The tables of `docs/overlays/conformance.md`: what each check shows, and which overlays of a registry are held to it.
pub fn tables(registry: &Registry) -> String {
    let overlays: Vec<_> = registry
        .names()
        .filter_map(|name| Some((name, registry.make(name)?.properties())))
        .collect();
    let mut text = String::from("| check | what it shows |");
    let mut rule = String::from("|---|---|");
    for (name, _) in &overlays {
        let _ = write!(text, " [{name}]({name}.md) |");
        rule.push_str("---|");
    }
    let _ = writeln!(text, "\n{rule}");
    let mut skips = String::from("| overlay | is not held to | because it |\n|---|---|---|\n");
    for check in CHECKS {
        let _ = write!(text, "| `{}` | {} |", check.name, check.shows);
        for (name, properties) in &overlays {
            let unmet = check.condition.unmet(properties);
            let held = if unmet.is_none() { "held" } else { "–" };
            let _ = write!(text, " {held} |");
            if let Some(why) = unmet {
                let _ = writeln!(skips, "| {name} | `{}` | {why} |", check.name);
            }
        }
        text.push('\n');
    }
    format!("{text}\n{skips}")
}
