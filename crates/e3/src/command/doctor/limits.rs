//! Room and limits.

use std::path::{Path, PathBuf};

use rustix::process::{Resource, getrlimit};

use super::{Finding, Wrong};

/// A build of E³'s own Python environment, and some runs.
const ROOM: u64 = 500_000_000;

/// Every host of a lab and every run keeps some files open.
const OPEN_FILES: u64 = 1024;

pub(super) fn findings() -> Vec<Finding> {
    vec![
        Finding::new(
            "disk",
            "the Python environment and the results of runs",
            room(),
        ),
        of_labs(),
    ]
}

/// What limits a lab.
pub(super) fn of_labs() -> Finding {
    Finding::new("open files", "labs of many hosts", open_files())
}

/// Room in the user's cache folder, or where it will be.
fn room() -> Result<String, Wrong> {
    let cache = e3_program::python::cache_folder().map_err(|error| Wrong {
        detail: error.to_string(),
        mend: "export HOME=…".to_owned(),
    })?;
    let folder = existing(&cache);
    let shown = folder.display();
    let free = rustix::fs::statvfs(&folder).map_err(|error| Wrong {
        detail: format!("cannot tell how much room {shown} has: {error}"),
        mend: format!("look at it: df {shown}"),
    })?;
    let free = free.f_bavail.saturating_mul(free.f_frsize);
    let text = format!("{:.1} GB free in {shown}", to_gigabytes(free));
    if free >= ROOM {
        Ok(text)
    } else {
        Err(Wrong {
            detail: text,
            mend: "free some, or set XDG_CACHE_HOME to a folder with more".to_owned(),
        })
    }
}

/// The nearest folder above that exists.
fn existing(path: &Path) -> PathBuf {
    path.ancestors()
        .find(|folder| folder.is_dir())
        .unwrap_or(Path::new("/"))
        .to_owned()
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a tenth of a gigabyte is all that is shown"
)]
fn to_gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

/// `None` is no limit.
fn open_files() -> Result<String, Wrong> {
    let limit = getrlimit(Resource::Nofile).maximum;
    match limit {
        Some(limit) if limit < OPEN_FILES => Err(Wrong {
            detail: format!("at most {limit}, fewer than {OPEN_FILES}"),
            mend: "raise `nofile` in /etc/security/limits.conf and log in again".to_owned(),
        }),
        Some(limit) => Ok(format!("up to {limit}")),
        None => Ok("unlimited".to_owned()),
    }
}
