//! The digest of a program's files, as the auditor has them.

use std::path::{Path, PathBuf};

use e3_program::files::{collect, collect_folder, digest};
use e3_session::types::{Digest, Terms};

use crate::cli::{EnvironmentArgs, OverrideArgs};
use crate::fault::Fault;
use crate::load;
use crate::travel::Travel;

/// Of an environment's program, where there is an e3.toml; else of a folder with all that would travel of it.
pub(super) fn digest_at(path: &Path, terms: &Terms) -> Result<Digest, Fault> {
    let declares = path.join("e3.toml").exists() || path.ends_with("e3.toml");
    if declares {
        return of_environment(path);
    }
    let found = if terms.kind == "mpyc" {
        collect(&path.join(&terms.entry), None, &[])
    } else {
        collect_folder(path, terms.entry.strip_prefix("./"), None, &[])
    };
    let found = found.map_err(|error| Fault::user(error.to_string()))?;
    Ok(digest(&found.manifest))
}

fn of_environment(path: &Path) -> Result<Digest, Fault> {
    let named = EnvironmentArgs {
        path: Some(PathBuf::from(path)),
        overrides: OverrideArgs::default(),
    };
    let loaded = load::environment(&named, &[])?;
    let travels = Travel::of(&loaded.environment)?;
    let files = travels.program.ok_or_else(|| {
        Fault::user(format!(
            "nothing travels with the program of {}",
            path.display()
        ))
    })?;
    Ok(digest(&files.manifest))
}
