//! The folder of a comparison: its plan, and what was found, kept as soon as it is known.
//!
//! Lines are only ever added. A line that was cut off by whatever ended the command is taken away when the folder is opened
//! again, and measured again; a folder is written by one command at a time.

mod error;
mod lines;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub use error::KeepError;
pub use lines::read_lines;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::finding::{Effort, Experiment, Measurement, Observation, Sitting};
use crate::plan::{Done, Plan};
use crate::tables::Tables;
use crate::threshold::Verdict;

/// The plan's file.
pub const PLAN: &str = "plan.json";
/// The folder of tables.
pub const TABLES: &str = "tables";
/// The file of verdicts on thresholds: one a line.
pub const THRESHOLDS: &str = "tables/thresholds.jsonl";

/// What is kept a line each, in a file of its own.
pub trait Finding: Serialize + DeserializeOwned {
    /// The file's name.
    const FILE: &'static str;
}

impl Finding for Measurement {
    const FILE: &'static str = "measurements.jsonl";
}

impl Finding for Experiment {
    const FILE: &'static str = "security.jsonl";
}

impl Finding for Observation {
    const FILE: &'static str = "privacy.jsonl";
}

impl Finding for Effort {
    const FILE: &'static str = "effort.jsonl";
}

impl Finding for Sitting {
    const FILE: &'static str = "sittings.jsonl";
}

/// A comparison's folder, which nobody else writes as long as this is there.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
}

impl Folder {
    /// A new one, with its plan.
    ///
    /// # Errors
    /// It cannot be made, or a comparison is there already.
    pub fn create(path: &Path, plan: &Plan) -> Result<Self, KeepError> {
        let failed = KeepError::at(path, "make");
        fs::create_dir_all(path).map_err(failed)?;
        let lock = lock(path)?;
        let file = path.join(PLAN);
        if file.exists() {
            return Err(KeepError::Taken { path: file });
        }
        write_whole(&file, &pretty(plan))?;
        Ok(Self::of(path, lock))
    }

    /// One that is there, with its plan and what was found so far.
    ///
    /// # Errors
    /// It is none, somebody else writes it, or a line in it is none of ours.
    pub fn open(path: &Path) -> Result<(Self, Plan, Done), KeepError> {
        let plan = read_plan(path)?;
        let folder = Self::of(path, lock(path)?);
        let done = Done {
            measurements: folder.found()?,
            experiments: folder.found()?,
            observations: folder.found()?,
            efforts: folder.found()?,
        };
        Ok((folder, plan, done))
    }

    fn of(path: &Path, lock: File) -> Self {
        Self {
            path: path.to_owned(),
            _lock: lock,
        }
    }

    /// All that was kept of this kind; a last line that was cut off is taken away.
    ///
    /// # Errors
    /// The file cannot be read, or a line in it is none of ours.
    pub fn found<F: Finding>(&self) -> Result<Vec<F>, KeepError> {
        let file = self.path.join(F::FILE);
        if !file.exists() {
            return Ok(Vec::new());
        }
        lines::mend(&file)?;
        read_lines(&file)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps what was found: when this returns, it is on the disk.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep<F: Finding>(&self, finding: &F) -> Result<(), KeepError> {
        self.keep_all(std::slice::from_ref(finding))
    }

    /// Keeps what was found together, and belongs together.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep_all<F: Finding>(&self, findings: &[F]) -> Result<(), KeepError> {
        if findings.is_empty() {
            return Ok(());
        }
        let file = self.path.join(F::FILE);
        let failed = KeepError::at(&file, "write");
        let mut lines = Vec::new();
        for finding in findings {
            serde_json::to_writer(&mut lines, finding).map_err(|error| failed(error.into()))?;
            lines.push(b'\n');
        }
        let open = OpenOptions::new().create(true).append(true).open(&file);
        let written = open.and_then(|mut file| {
            file.write_all(&lines)?;
            file.sync_data()
        });
        written.map_err(failed)
    }

    /// Writes the tables, for people, spreadsheets and programs.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write_tables(&self, tables: &Tables) -> Result<(), KeepError> {
        let folder = self.path.join(TABLES);
        fs::create_dir_all(&folder).map_err(KeepError::at(&folder, "make"))?;
        for (name, text) in [
            ("performance.md", tables.markdown()),
            ("performance.csv", tables.csv()),
            ("performance.json", pretty(tables)),
        ] {
            write_whole(&folder.join(name), &text)?;
        }
        Ok(())
    }

    /// Writes what became of thresholds, if there are any.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_verdicts(&self, verdicts: &[Verdict]) -> Result<(), KeepError> {
        if verdicts.is_empty() {
            return Ok(());
        }
        let line = |verdict| serde_json::to_string(verdict).unwrap_or_default() + "\n";
        let text: String = verdicts.iter().map(line).collect();
        write_whole(&self.path.join(THRESHOLDS), &text)
    }
}

/// The plan of a folder.
///
/// # Errors
/// It has none that can be read.
pub fn read_plan(path: &Path) -> Result<Plan, KeepError> {
    let file = path.join(PLAN);
    let text = fs::read_to_string(&file).map_err(KeepError::at(&file, "read"))?;
    serde_json::from_str(&text).map_err(|error| KeepError::Strange {
        path: file,
        line: error.line(),
        cause: error.to_string(),
    })
}

/// Nobody else writes a folder as long as this is open.
fn lock(path: &Path) -> Result<File, KeepError> {
    let file = path.join(".lock");
    let mut options = OpenOptions::new();
    let lock = options.create(true).append(true).open(&file);
    let lock = lock.map_err(KeepError::at(&file, "write"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(KeepError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(cause)) => Err(KeepError::at(&file, "lock")(cause)),
    }
}

fn pretty(document: &impl serde::Serialize) -> String {
    // Of plain fields and texts: it cannot fail.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// All of it, or what was there before.
fn write_whole(path: &Path, text: &str) -> Result<(), KeepError> {
    let beside = path.with_extension("part");
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written
        .and_then(|()| fs::rename(&beside, path))
        .map_err(KeepError::at(path, "write"))
}

#[cfg(test)]
mod tests;
