//! Where a comparison is kept: `compare/<time>-<suite>/`, with a link `latest` to the newest.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use e3_evaluate::keep::{Folder, KeepError};
use e3_evaluate::plan::{Done, Plan};

use crate::fault::Fault;
use crate::record;

/// Where comparisons are kept where nobody says.
const COMPARE: &str = "compare";

/// A new folder.
///
/// # Errors
/// The user's: it cannot be written, or holds another comparison.
pub fn create(out: Option<&Path>, plan: &Plan) -> Result<Folder, Fault> {
    if let Some(path) = out {
        return kept_to_itself(Folder::create(path, plan).map_err(fault)?);
    }
    let time = plan.time.replace(['-', ':'], "");
    let name = format!("{time}-{}", plan.suite);
    let folder = Folder::create(&Path::new(COMPARE).join(&name), plan).map_err(fault)?;
    let latest = Path::new(COMPARE).join("latest");
    // A link is a convenience; what is no link is somebody's own.
    if latest.is_symlink() {
        let _ = fs::remove_file(&latest);
    }
    let _ = symlink(&name, &latest);
    kept_to_itself(folder)
}

/// What was found does not travel with a program whose folder it lies in.
fn kept_to_itself(folder: Folder) -> Result<Folder, Fault> {
    let path = folder.path();
    record::ignore_everything(path)
        .map_err(|error| Fault::user(format!("cannot write into {}: {error}", path.display())))?;
    Ok(folder)
}

/// One that was cut off.
///
/// # Errors
/// The user's: there is no comparison, or another command writes it.
pub fn resume(path: &Path) -> Result<(Folder, Plan, Done), Fault> {
    Folder::open(path).map_err(fault)
}

/// This moment, RFC 3339.
pub fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// What is wrong with a folder, and what to do.
pub fn fault(error: KeepError) -> Fault {
    let fault = Fault::user(error.to_string());
    match error {
        KeepError::Taken { path } => {
            let folder = path.parent().unwrap_or(&path).display().to_string();
            fault.hint(format!(
                "`e3 compare --resume {folder}` goes on with it; `--out DIR` names another folder"
            ))
        }
        KeepError::InUse { .. } => fault.hint("wait for it to end"),
        KeepError::Strange { .. } => {
            fault.hint("begin a new comparison; what was found stays where it is")
        }
        KeepError::Unwritten { .. } => fault.hint("name another folder"),
    }
}

/// The whole path of a folder.
///
/// # Errors
/// The user's: it has gone.
pub fn absolute(path: &Path) -> Result<PathBuf, Fault> {
    path.canonicalize()
        .map_err(|error| Fault::user(format!("cannot find {}: {error}", path.display())))
}

/// Where this program is, which measures.
///
/// # Errors
/// The system does not tell.
pub fn this_program() -> Result<PathBuf, Fault> {
    std::env::current_exe()
        .map_err(|error| Fault::user(format!("cannot tell where this program is: {error}")))
}
