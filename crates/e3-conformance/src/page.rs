//! The suite's page in the book.

use std::{collections::BTreeSet, fmt::Write as _};

use e3_overlay::Registry;
use e3_session::types::PlaceKind;

use crate::{checks::CHECKS, condition::Condition};

/// The tables of `docs/overlays/conformance.md`: what each check shows, which overlays of a registry are held to it, and
/// with which exceptions. What services see is looked into where an overlay is `tapped`.
pub fn tables(registry: &Registry, tapped: &[&str]) -> String {
    let made = registry.names();
    let made: Vec<_> = made
        .filter_map(|name| Some((name, registry.make(name)?)))
        .collect();
    let opaque = made.iter();
    let opaque: BTreeSet<&str> = opaque
        .filter(|(name, overlay)| !overlay.services().is_empty() && !tapped.contains(name))
        .map(|(name, _)| *name)
        .collect();
    let overlays = made.iter();
    let overlays: Vec<_> = overlays
        .map(|(name, overlay)| (*name, overlay.properties()))
        .collect();
    let mut text = String::from("| check | what it shows |");
    let mut rule = String::from("|---|---|");
    for (name, _) in &overlays {
        let _ = write!(text, " [{name}]({name}.md) |");
        rule.push_str("---|");
    }
    let _ = writeln!(text, "\n{rule}");
    let mut skips = String::from("| overlay | is not held to | because it |\n|---|---|---|\n");
    let mut exceptions = BTreeSet::new();
    for check in CHECKS {
        let _ = write!(text, "| `{}` | {} |", check.name, check.shows);
        for (name, properties) in &overlays {
            let unmet = |place| check.condition.unmet(properties, place);
            let (held, whose, unmet) = match unmet(PlaceKind::Namespace) {
                Some(why) => ("–", "", Some(why)),
                None => match unmet(PlaceKind::Forwards) {
                    Some(why) => ("held in a namespace", " by forwards", Some(why)),
                    None => ("held", "", None),
                },
            };
            let exception = check.condition.exception(properties);
            let but = exception.map_or("", |_| ", with an exception");
            let relay = match check.condition {
                Condition::Confidential if opaque.contains(name) && held != "–" => {
                    ", not looked into at the relay"
                }
                _ => "",
            };
            let _ = write!(text, " {held}{but}{relay} |");
            exceptions.extend(exception.map(|(what, but)| (*name, what, but)));
            if let Some(why) = unmet {
                let _ = writeln!(skips, "| {name}{whose} | `{}` | {why} |", check.name);
            }
        }
        text.push('\n');
    }
    if exceptions.is_empty() {
        return format!("{text}\n{skips}");
    }
    let mut told = String::from("| overlay | promises that | but |\n|---|---|---|\n");
    for (name, what, but) in exceptions {
        let _ = writeln!(told, "| {name} | {what} | {but} |");
    }
    format!("{text}\n{skips}\n{told}")
}
