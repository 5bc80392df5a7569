//! Which ways this machine has.

use std::env;
use std::path::{Path, PathBuf};

use e3_evaluate::plan::words::rank;
use e3_evaluate::plan::{Offer, Plan};
use e3_overlay::{Need, Overlay};
use e3_spec::IdentityScheme;
use e3_stock::{FOLDERS, Found, NEBULA, Program, Told, Unsuited, Version, find_suited, folders};
use tokio::runtime::{Builder, Runtime};

use crate::fault::Fault;
use crate::overlays;

/// A way, and what it takes to go it.
#[derive(Debug, Clone)]
pub struct Offered {
    /// What it is to a plan.
    pub offer: Offer,
    /// The overlay that it is a variant of.
    pub overlay: String,
    /// The folder of its programs, which is looked into before all others; none where the first that is found will do.
    pub stock: Option<PathBuf>,
    /// The programs of others that it uses, with their versions.
    pub versions: Vec<(String, String)>,
}

/// Debian's Nebula, and that of others who waited: the variant that is compared with the newest.
const OLD_NEBULA: (&str, Version) = ("nebula-1.6", Version(1, 6));

/// What is not compared unless it is asked for: it takes an account, and the Internet, which a lab has not.
const ELSEWHERE: &str = "tailscale";

/// All ways that E³ knows, in the order of tables, with what this machine lacks for each.
///
/// # Errors
/// No program can be asked for its version.
pub fn look() -> Result<Vec<Offered>, Fault> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::ours(format!("cannot ask programs for their versions: {error}")))?;
    let registry = overlays::registry();
    let mut offered = Vec::new();
    for overlay in registry.names().filter_map(|name| registry.make(name)) {
        match overlay.name() {
            ELSEWHERE => {}
            "nebula" => offered.extend(nebulas(&*overlay, &runtime)),
            _ => offered.push(of(&*overlay, &runtime)),
        }
    }
    offered.sort_by_key(|one| rank(&one.offer.overlay));
    Ok(offered)
}

/// Whether this machine still has all that a plan was made for.
///
/// # Errors
/// The user's: it lacks something.
pub fn still_there(plan: &Plan, offered: &[Offered]) -> Result<(), Fault> {
    for overlay in plan.overlays() {
        let mut here = offered.iter();
        let why = match here.find(|one| one.offer.overlay == overlay) {
            None => "E³ does not know it".to_owned(),
            Some(one) => match &one.offer.lacks {
                Some(lacks) => lacks.clone(),
                None => continue,
            },
        };
        return Err(
            Fault::user(format!("{overlay} is to be compared, and not there: {why}"))
                .hint("a comparison goes on where it was begun, with the same overlays"),
        );
    }
    Ok(())
}

fn of(overlay: &dyn Overlay, runtime: &Runtime) -> Offered {
    let mut lacks = None;
    let mut versions = Vec::new();
    for program in programs(overlay) {
        match runtime.block_on(find_suited(program)) {
            Ok(found) => versions.extend(version(&found, program, runtime)),
            Err(unsuited) => lacks = Some(said(&unsuited)),
        }
    }
    Offered {
        offer: Offer {
            overlay: overlay.name().to_owned(),
            identities: identities(overlay),
            lacks,
        },
        overlay: overlay.name().to_owned(),
        stock: None,
        versions,
    }
}

/// The newest Nebula of this machine, and the oldest that people use.
fn nebulas(overlay: &dyn Overlay, runtime: &Runtime) -> [Offered; 2] {
    let found: Vec<(PathBuf, Version, String)> = folders()
        .filter(|folder| folder.join(NEBULA.name).is_file())
        .filter_map(|folder| {
            let found = Found {
                name: NEBULA.name,
                path: folder.join(NEBULA.name),
            };
            let said = runtime.block_on(found.version(NEBULA.telling.arguments))?;
            match NEBULA.telling.read(&said)? {
                Told::Version(version) => Some((folder, version, said)),
                Told::Unnumbered => None,
            }
        })
        .collect();
    let (old_name, old) = OLD_NEBULA;
    // Of several of one version, the one that is found first.
    let newest = found.iter().rev().max_by_key(|(_, version, _)| *version);
    let newest = newest.filter(|(_, version, _)| *version > old);
    let oldest = found.iter().find(|(_, version, _)| *version == old);
    let offered = |name: &str, which: Option<&(PathBuf, Version, String)>, lacks: String| Offered {
        offer: Offer {
            overlay: name.to_owned(),
            identities: identities(overlay),
            lacks: which.is_none().then_some(lacks),
        },
        overlay: overlay.name().to_owned(),
        stock: which.map(|(folder, ..)| folder.clone()),
        versions: which
            .map(|(.., said)| (name.to_owned(), said.clone()))
            .into_iter()
            .collect(),
    };
    [
        offered(
            overlay.name(),
            newest,
            format!(
                "this machine has no nebula later than {old} ({})",
                NEBULA.hint
            ),
        ),
        offered(
            old_name,
            oldest,
            format!("this machine has no nebula {old} (Debian's package `nebula` is one)"),
        ),
    ]
}

/// What an overlay needs of others, and what its services need.
fn programs(overlay: &dyn Overlay) -> Vec<&'static Program> {
    let kinds = overlay.services().iter();
    let services = kinds.filter_map(|kind| overlay.service(*kind));
    let needs = services.flat_map(|service| service.needs());
    let needs = overlay.needs().iter().chain(needs);
    let mut programs: Vec<&Program> = needs
        .filter_map(|need| match need {
            Need::Program(program) => Some(*program),
            Need::Tun | Need::Interfaces => None,
        })
        .collect();
    programs.dedup();
    programs
}

fn version(found: &Found, program: &Program, runtime: &Runtime) -> Option<(String, String)> {
    let said = runtime.block_on(found.version(program.telling.arguments))?;
    Some((program.name.to_owned(), said))
}

fn said(unsuited: &Unsuited) -> String {
    match unsuited {
        Unsuited::Missing(missing) => format!(
            "this machine has no {} ({})",
            missing.0.name, missing.0.hint
        ),
        Unsuited::Old { .. } => unsuited.to_string(),
    }
}

/// The identities that it works with, that which it is used with unless another is said first.
fn identities(overlay: &dyn Overlay) -> Vec<String> {
    let own = overlay.identities();
    let all = if own.is_empty() {
        IdentityScheme::WORDS
    } else {
        own
    };
    all.iter().map(|word| (*word).to_owned()).collect()
}

/// The variable that makes a command look into a folder before all others.
pub fn stock_variable(folder: &Path) -> (&'static str, std::ffi::OsString) {
    let others = env::var_os(FOLDERS).unwrap_or_default();
    let all = std::iter::once(folder.to_owned()).chain(env::split_paths(&others));
    let all: Vec<PathBuf> = all.filter(|path| path.is_absolute()).collect();
    let joined = env::join_paths(all).unwrap_or_else(|_| folder.as_os_str().to_owned());
    (FOLDERS, joined)
}

#[cfg(test)]
mod tests {
    use e3_evaluate::plan::WAYS;
    use e3_evaluate::plan::words::CONTROL;

    use super::*;

    #[test]
    #[cfg(all(
        feature = "quic",
        feature = "nebula",
        feature = "tailscale",
        feature = "wireguard"
    ))]
    fn every_way_has_a_word_and_every_word_is_a_way() {
        let offered = look().unwrap();
        let names: Vec<&str> = offered
            .iter()
            .map(|one| one.offer.overlay.as_str())
            .collect();
        let words = WAYS.iter().map(|(name, _)| *name);
        let words: Vec<&str> = words.filter(|name| *name != CONTROL).collect();
        assert_eq!(names, words);
    }
}
