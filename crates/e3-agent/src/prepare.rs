//! *prepare*: the overlay.

use std::{env, os::unix::fs::PermissionsExt as _, path::Path};

use e3_overlay::Need;
use e3_session::message::{Refusal, Reply, Settings};

use crate::agent::{Agent, unusable};

impl Agent {
    pub(crate) fn prepare(&mut self, settings: &Settings) -> Result<Reply, Refusal> {
        let Settings { overlay, .. } = settings;
        let Some(made) = self.kit.registry.make(overlay) else {
            let known: Vec<_> = self.kit.registry.names().collect();
            return Err(unusable(format!(
                "this agent knows no overlay `{overlay}`; it knows: {}",
                known.join(", ")
            )));
        };
        for need in made.needs() {
            find(*need).map_err(|lack| unusable(format!("overlay {overlay} {lack}")))?;
        }
        self.overlay = Some(made);
        Ok(Reply::Prepared)
    }
}

/// Whether this host has what an overlay needs; in words if not.
fn find(need: Need) -> Result<(), String> {
    match need {
        Need::Program(name) => {
            let path = env::var_os("PATH").unwrap_or_default();
            let found = env::split_paths(&path).any(|folder| is_executable(&folder.join(name)));
            let lack = || format!("needs the program `{name}`, which is not on this host's PATH");
            found.then_some(()).ok_or_else(lack)
        }
        Need::Tun => Path::new("/dev/net/tun")
            .exists()
            .then_some(())
            .ok_or_else(|| "needs /dev/net/tun, which this host does not have".to_owned()),
    }
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
