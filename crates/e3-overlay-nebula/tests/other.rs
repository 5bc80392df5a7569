//! `nebula` is an overlay with the other generation of nebula, too: where this host has both, the conformance suite is held
//! with the one that it would not choose. That takes minutes, and is left out unless `E3_ALL` is set.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

use std::{
    env,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, exit},
    sync::Arc,
};

use e3_overlay::Registry;
use e3_overlay_nebula::NebulaOverlay;
use e3_stock::{FOLDERS, NEBULA, Told, Version, folders};

/// Set in the process that has chosen.
const CHOSEN: &str = "E3_TEST_CHOSEN";

fn main() {
    if env::var_os(CHOSEN).is_some() {
        let registry = || {
            let mut registry = Registry::builtin();
            registry.add(|| Arc::new(NebulaOverlay::default()));
            registry
        };
        e3_conformance::hold("nebula", registry);
    }
    if env::var_os("E3_ALL").is_none() {
        println!("skipped: overlay nebula with the other nebula (./x test --all runs it)");
        return;
    }
    let mut found = folders().filter_map(|folder| Some((reads_v2(&folder)?, folder)));
    let first = found.next();
    let other = first.and_then(|(newer, _)| found.find(|(other, _)| *other != newer));
    let Some((_, folder)) = other else {
        println!(
            "skipped: this machine has no two generations of nebula (apt-get install nebula and scripts/peers)"
        );
        exit(i32::from(env::var_os("E3_STOCK_REQUIRED").is_some()));
    };
    println!("with {}", folder.join("nebula").display());
    let mut folders = vec![folder];
    folders.extend(env::split_paths(&env::var_os(FOLDERS).unwrap_or_default()));
    let error = Command::new(env::current_exe().unwrap())
        .args(env::args_os().skip(1))
        .env(FOLDERS, env::join_paths(folders).unwrap())
        .env(CHOSEN, "1")
        .exec();
    panic!("{error}");
}

/// Whether the nebula of a folder reads certificates of version 2, as 1.10 and later do; none where there is none.
fn reads_v2(folder: &Path) -> Option<bool> {
    let path: PathBuf = folder.join("nebula");
    let said = Command::new(path).arg("-version").output().ok()?;
    let told = NEBULA.telling.read(&String::from_utf8(said.stdout).ok()?)?;
    Some(!matches!(told, Told::Version(version) if version < Version(1, 10)))
}
