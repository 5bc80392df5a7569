//! The folder that keeps a run: `runs/<time>-<environment>/`, with a link `latest` to the newest.

use std::cell::Cell;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

use e3_holder::wire::RunRecord;
use e3_session::types::KeptOutcome;
use serde::Serialize;

use crate::fault::Fault;

/// A run's folder.
#[derive(Debug)]
pub struct RunFolder {
    absolute: PathBuf,
    shown: PathBuf,
    begun: Cell<bool>,
}

impl RunFolder {
    /// Creates the next folder below `runs`.
    ///
    /// # Errors
    /// The user's: it cannot be written there.
    pub fn create(runs: &Path, environment: &str) -> Result<Self, Fault> {
        let failed = |error: io::Error| {
            Fault::user(format!(
                "cannot keep results in {}: {error}",
                runs.display()
            ))
            .hint("name another folder by `--runs DIR`")
        };
        if !runs.exists() {
            fs::create_dir_all(runs).map_err(failed)?;
            ignore_everything(runs).map_err(failed)?;
        }
        let time = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
        let name = (1..)
            .map(|count| match count {
                1 => format!("{time}-{environment}"),
                _ => format!("{time}-{environment}-{count}"),
            })
            .find_map(|name| match private(&runs.join(&name)) {
                Ok(()) => Some(Ok(name)),
                // Another run in the same second.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => None,
                Err(error) => Some(Err(error)),
            });
        let name = name
            .unwrap_or_else(|| Err(io::ErrorKind::AlreadyExists.into()))
            .map_err(failed)?;
        let shown = runs.join(&name);
        ignore_everything(&shown).map_err(failed)?;
        let absolute = shown.canonicalize().map_err(failed)?;
        Ok(Self {
            absolute,
            shown,
            begun: Cell::new(false),
        })
    }

    /// Something happens for this run: `latest` points to it from now on.
    pub fn begin(&self) {
        if !self.begun.replace(true) {
            // Without the link there is still the folder, which is named to the user.
            let _ = link_latest(&self.absolute);
        }
    }

    /// Its path, absolute.
    pub fn path(&self) -> &Path {
        &self.absolute
    }

    /// Its path as the user would name it.
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// Writes result.json.
    ///
    /// # Errors
    /// The user's: the disk is full, or the folder has gone.
    pub fn finish(&self, record: &RunRecord) -> Result<(), Fault> {
        self.write(&self.document(record)?)
    }

    /// How the parties have signed that it ended, if they came that far.
    pub fn outcome(&self) -> Option<KeptOutcome> {
        let text = fs::read(self.absolute.join(KeptOutcome::FILE)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Writes why there is no result; if that cannot be written either, the user sees it on the screen. Of a run that
    /// was refused before anything happened for it, nothing is kept.
    pub fn failed(&self, fault: &Fault) {
        if !self.begun.get() {
            let _ = fs::remove_dir_all(&self.absolute);
            return;
        }
        let document = serde_json::json!({
            "schema": "e3/run/1",
            "failure": { "message": fault.message, "detail": fault.detail, "hint": fault.advice(), "exit": fault.code() },
        });
        let _ = self.write(&document.to_string());
    }

    /// The document of result.json and of `--json`.
    ///
    /// # Errors
    /// None that a user could meet.
    pub fn document(&self, record: &RunRecord) -> Result<String, Fault> {
        /// The record, and where the rest of it is.
        #[derive(Serialize)]
        struct Document<'a> {
            #[serde(flatten)]
            record: &'a RunRecord,
            folder: &'a Path,
        }
        serde_json::to_string_pretty(&Document {
            record,
            folder: &self.absolute,
        })
        .map_err(|error| Fault::ours(format!("the record cannot be written as JSON: {error}")))
    }

    fn write(&self, text: &str) -> Result<(), Fault> {
        let path = self.absolute.join("result.json");
        let temporary = self.absolute.join(".result.json.new");
        let written = fs::File::create(&temporary)
            .and_then(|mut file| writeln!(file, "{text}"))
            .and_then(|()| fs::rename(&temporary, &path));
        written.map_err(|error| Fault::user(format!("cannot write {}: {error}", path.display())))
    }
}

/// Creates a folder that only its owner can look into: what programs print may tell of private inputs.
fn private(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(folder)
}

/// Results are private to their parties: they neither travel with a program whose folder they lie in, nor get into a
/// repository by accident.
///
/// # Errors
/// It cannot be written there.
pub fn ignore_everything(folder: &Path) -> io::Result<()> {
    fs::write(folder.join(".gitignore"), "*\n")
}

/// Replaces the link at once, so that there is always one.
fn link_latest(run: &Path) -> io::Result<()> {
    let (Some(runs), Some(name)) = (run.parent(), run.file_name()) else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let temporary = runs.join(format!(".latest-{}", std::process::id()));
    symlink(name, &temporary)?;
    fs::rename(&temporary, runs.join("latest"))
}
