//! The files that travel with a program.

use std::path::{Path, PathBuf};

use e3_program::files::{Collection, collect, collect_folder};
use e3_spec::{Program, ProgramKind, TravelPath};

use super::{ProgramFiles, SkippedFile, TravellingFile};
use crate::fault::Fault;

/// What travels with a program, if anything does.
pub(super) fn of(program: &Program, private: &[PathBuf]) -> Result<Option<ProgramFiles>, Fault> {
    let named = |files: &Vec<TravelPath>| -> Vec<PathBuf> {
        files.iter().map(|file| file.as_str().into()).collect()
    };
    let named = program.files.as_ref().map(named);
    let named = named.as_deref();
    let found = match &program.kind {
        ProgramKind::Mpyc(mpyc) => collect(mpyc.path.as_ref(), named, private),
        ProgramKind::Command(command) => {
            let Some(folder) = &command.folder else {
                return Ok(None);
            };
            let entry = command
                .line
                .first()
                .and_then(|line| line.strip_prefix("./"));
            collect_folder(folder.as_ref(), entry, named, private)
        }
        ProgramKind::Probe(probe) => {
            let Some(profile) = &probe.profile else {
                return Ok(None);
            };
            collect(profile.as_ref(), Some(&[]), private)
        }
    };
    let found = found.map_err(|error| Fault::user(error.to_string()))?;
    Ok(Some(described(found)))
}

fn described(found: Collection) -> ProgramFiles {
    let described = found.describe(&shown(&found.folder));
    let entry = found.entry.map(|entry| entry.to_string());
    let files = found.manifest.files.iter();
    let skipped = found.skipped.into_iter();
    ProgramFiles {
        folder: found.folder,
        entry,
        files: files
            .map(|file| TravellingFile {
                path: file.path.clone(),
                bytes: file.size,
            })
            .collect(),
        skipped: skipped
            .map(|file| SkippedFile {
                path: file.path,
                reason: file.reason,
            })
            .collect(),
        described,
        manifest: found.manifest,
    }
}

/// A folder as short as it can be named from here.
fn shown(folder: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    match here.as_deref().map(|here| folder.strip_prefix(here)) {
        Ok(Ok(below)) if below == Path::new("") => PathBuf::from("."),
        Ok(Ok(below)) => below.to_owned(),
        _ => folder.to_owned(),
    }
}
