//! Programs of others, and rights, that some overlays use.

use e3_overlay::{Lack, Need, Overlay, Wish};
use e3_stock::{Program, Unsuited, find, find_suited};
use rustix::thread::{CapabilitySet, capabilities};
use tokio::runtime::Builder;

use super::{Finding, Wrong};
use crate::overlays;

/// Each of them once: E³ can do without, by another overlay.
pub(super) fn findings() -> Vec<Finding> {
    let registry = overlays::registry();
    let made = registry.names().filter_map(|name| registry.make(name));
    let wishes: Vec<Wish> = made.flat_map(|overlay| overlay.wishes()).collect();
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
    let programs = each.map(|(program, by)| finding(program, &by));
    let rights = wishes.into_iter().map(wished).chain(interfaces());
    programs.chain(rights).collect()
}

/// What an overlay makes use of, and can do without.
fn wished(wish: Wish) -> Finding {
    let found = match wish.lack {
        None => Ok("it can be used".to_owned()),
        Some(Lack { what, mend }) => Err(Wrong { detail: what, mend }),
    };
    Finding::new(wish.what, wish.needed_for, found).optional()
}

/// The right that daemons' overlays take on hosts of one's own; in a lab, agents have it.
fn interfaces() -> Option<Finding> {
    let registry = overlays::registry();
    let made = registry.names().filter_map(|name| registry.make(name));
    let by: Vec<&str> = made
        .filter(|overlay| overlay.needs().contains(&Need::Interfaces))
        .map(|overlay| overlay.name())
        .collect();
    let may =
        capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::NET_ADMIN));
    let found = if may {
        Ok("may be made in this machine's own network".to_owned())
    } else {
        Err(Wrong {
            detail: "there is no right to make them in this machine's own network (CAP_NET_ADMIN)"
                .to_owned(),
            mend: "run agents as root; hosts of a lab have that right among themselves".to_owned(),
        })
    };
    let needed_for = format!("overlays {} outside of labs", by.join(", "));
    (!by.is_empty()).then(|| Finding::new("interfaces", needed_for, found).optional())
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

/// Where it is; it is asked for its version.
fn suited(program: &Program) -> Result<String, Unsuited> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let found = match runtime {
        Ok(runtime) => runtime.block_on(find_suited(program))?,
        // Whether it is there can still be told.
        Err(_) => find(program)?,
    };
    Ok(found.path.display().to_string())
}

fn finding(program: &'static Program, by: &[&str]) -> Finding {
    let found = suited(program).map_err(|unsuited| match unsuited {
        Unsuited::Missing(_) => Wrong {
            detail: "not on this machine".to_owned(),
            mend: program.hint.to_owned(),
        },
        Unsuited::Old { found, said, .. } => Wrong {
            detail: format!(
                "{found} says that it is `{said}`, expected {} or later",
                program.telling.least
            ),
            mend: format!(
                "{}; E3_STOCK names folders that are looked into before PATH",
                program.hint
            ),
        },
    });
    let overlays = if by.len() == 1 { "overlay" } else { "overlays" };
    Finding::new(program.name, format!("{overlays} {}", by.join(", ")), found).optional()
}
