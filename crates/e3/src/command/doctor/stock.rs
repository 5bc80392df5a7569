//! Programs of others that some overlays use.

use e3_overlay::{Need, Overlay};
use e3_stock::{Program, find};

use super::{Finding, Wrong};
use crate::overlays;

/// Each of them once: E³ can do without, by another overlay.
pub(super) fn findings() -> Vec<Finding> {
    let registry = overlays::registry();
    let mut wanted: Vec<(&'static Program, Vec<&'static str>)> = Vec::new();
    for overlay in registry.names().filter_map(|name| registry.make(name)) {
        for program in programs(&*overlay) {
            match wanted.iter_mut().find(|(known, _)| *known == program) {
                Some((_, by)) => by.push(overlay.name()),
                None => wanted.push((program, vec![overlay.name()])),
            }
        }
    }
    let each = wanted.into_iter();
    each.map(|(program, by)| finding(program, &by)).collect()
}

/// What an overlay needs, and what its services need.
fn programs(overlay: &dyn Overlay) -> Vec<&'static Program> {
    let kinds = overlay.services().iter();
    let services = kinds.filter_map(|kind| overlay.service(*kind));
    let needs = services.flat_map(|service| service.needs());
    let needs = overlay.needs().iter().chain(needs);
    let mut programs: Vec<_> = needs.filter_map(program).collect();
    programs.dedup();
    programs
}

fn program(need: &Need) -> Option<&'static Program> {
    match need {
        Need::Program(program) => Some(program),
        Need::Tun | Need::Interfaces => None,
    }
}

fn finding(program: &'static Program, by: &[&str]) -> Finding {
    let found = match find(program) {
        Ok(found) => Ok(found.path.display().to_string()),
        Err(_) => Err(Wrong {
            detail: "not on this machine".to_owned(),
            mend: program.hint.to_owned(),
        }),
    };
    let overlays = if by.len() == 1 { "overlay" } else { "overlays" };
    Finding::new(program.name, format!("{overlays} {}", by.join(", ")), found).optional()
}
