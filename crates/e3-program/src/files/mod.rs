//! What travels with a program: its folder, or exactly the files that are named.
//!
//! A program seldom is one file. So its folder travels, without hidden and ignored files; but a folder that is
//! not the program's own (a home, `/tmp`, downloads) never does, nor does any party's private input, nor a private
//! key. What was found can be told before it travels: [`Collection::describe`].

mod broad;
mod digest;
mod error;
mod key;
mod path;
mod walk;

use std::{
    fmt::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use e3_session::types::{FileEntry, Manifest};

use self::{
    broad::Home,
    walk::{Found, Walk},
};
pub use self::{
    digest::{digest, of_file, of_reader},
    error::FilesError,
    path::{BadPath, RelativePath},
    walk::Skipped,
};

/// The most that travels, in bytes.
pub const MOST_BYTES: u64 = 100_000_000;

/// The most files that travel.
pub const MOST_FILES: usize = 10_000;

/// The most bytes that the files' names may take: together with their digests they travel in one message.
const MOST_NAMES: usize = 3_500_000;

/// What a file's digest and size add to its name there.
const PER_NAME: usize = 80;

/// A program's files as found on this machine.
#[derive(Debug, Clone)]
pub struct Collection {
    /// The folder that all paths are relative to, canonical.
    pub folder: PathBuf,
    /// The program to start, if it is one of them.
    pub entry: Option<RelativePath>,
    /// Every file that travels.
    pub manifest: Manifest,
    /// Files that do not travel although one could expect it.
    pub skipped: Vec<Skipped>,
}

/// Finds what travels with a program.
///
/// With `named`, exactly those files and folders (relative to the program's folder), and the program itself;
/// otherwise the program's whole folder. Files in `private`, such as parties' inputs, never travel.
///
/// # Errors
/// [`FilesError`] if there is no such program, if its folder is not one that may travel, if that is more than
/// [`MOST_BYTES`] or [`MOST_FILES`], or if a named file is missing, elsewhere or private.
pub fn collect(
    program: &Path,
    named: Option<&[PathBuf]>,
    private: &[PathBuf],
) -> Result<Collection, FilesError> {
    collect_at_home(&Home::of_this_user(), program, named, private)
}

/// Finds what travels with a command that runs in a folder, whose own program need not be in it: the folder, or
/// what is `named` in it.
///
/// # Errors
/// As [`collect`].
pub fn collect_folder(
    folder: &Path,
    entry: Option<&str>,
    named: Option<&[PathBuf]>,
    private: &[PathBuf],
) -> Result<Collection, FilesError> {
    let canonical = folder.canonicalize().map_err(|cause| FilesError::Program {
        path: folder.to_owned(),
        cause,
    })?;
    let entry = entry.map(RelativePath::parse).transpose()?;
    gather(&Home::of_this_user(), canonical, entry, named, private)
}

fn collect_at_home(
    home: &Home,
    program: &Path,
    named: Option<&[PathBuf]>,
    private: &[PathBuf],
) -> Result<Collection, FilesError> {
    let (folder, entry) = locate(program)?;
    gather(home, folder, Some(entry), named, private)
}

fn gather(
    home: &Home,
    folder: PathBuf,
    entry: Option<RelativePath>,
    named: Option<&[PathBuf]>,
    private: &[PathBuf],
) -> Result<Collection, FilesError> {
    let program = entry.as_ref().map_or("the program", RelativePath::as_str);
    // An input that does not exist cannot travel; that it is missing is said where inputs are read.
    let private: Vec<_> = private
        .iter()
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    let walk = Walk {
        root: &folder,
        private: &private,
    };

    let mut found = Found::default();
    match named {
        None => {
            allow(home, &folder, program)?;
            walk.folder(&folder, &mut found)?;
        }
        Some(named) => {
            for path in named {
                add_named(home, &walk, path, program, &mut found)?;
            }
        }
    }
    // The program travels even if a .gitignore or a hidden name would keep it back.
    found.files.extend(entry.clone());
    found.files.sort();
    found.files.dedup();

    let manifest = manifest(&folder, &found.files)?;
    Ok(Collection {
        folder,
        entry,
        manifest,
        skipped: found.skipped,
    })
}

/// A program's folder, canonical, and its name there.
fn locate(program: &Path) -> Result<(PathBuf, RelativePath), FilesError> {
    let failed = |cause| FilesError::Program {
        path: program.to_owned(),
        cause,
    };
    let metadata = program.metadata().map_err(failed)?;
    let (true, Some(name)) = (metadata.is_file(), program.file_name()) else {
        return Err(FilesError::NotAFile {
            path: program.to_owned(),
        });
    };
    let parent = match program.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let folder = parent.canonicalize().map_err(failed)?;
    Ok((folder, RelativePath::from_path(Path::new(name))?))
}

fn allow(home: &Home, folder: &Path, program: &str) -> Result<(), FilesError> {
    match home.too_broad(folder) {
        None => Ok(()),
        Some(what) => Err(FilesError::TooBroad {
            folder: folder.to_owned(),
            what,
            program: program.to_owned(),
        }),
    }
}

/// Adds one entry of `files`: a file as it is, or a folder without its hidden and ignored files.
fn add_named(
    home: &Home,
    walk: &Walk<'_>,
    named: &Path,
    program: &str,
    found: &mut Found,
) -> Result<(), FilesError> {
    let path = walk.root.join(named);
    let target = path.canonicalize().map_err(|cause| FilesError::Named {
        path: named.to_owned(),
        cause,
    })?;
    if !target.starts_with(walk.root) {
        let folder = walk.root.to_owned();
        return Err(FilesError::Outside {
            path: named.to_owned(),
            folder,
        });
    }
    if walk.private.contains(&target) {
        return Err(FilesError::Private {
            path: named.to_owned(),
        });
    }
    if target.is_dir() {
        allow(home, &target, program)?;
        return walk.folder(&target, found);
    }
    let named = || named.to_owned();
    match walk.refusal(&path) {
        None => {}
        Some(walk::KEY) => return Err(FilesError::Key { path: named() }),
        Some(_) => return Err(FilesError::NotAFile { path: named() }),
    }
    let relative = path.strip_prefix(walk.root).unwrap_or(&path);
    found.files.push(RelativePath::from_path(relative)?);
    Ok(())
}

/// Reads every file; sizes first, so that too much is refused before it is read.
fn manifest(folder: &Path, paths: &[RelativePath]) -> Result<Manifest, FilesError> {
    let names: usize = paths
        .iter()
        .map(|path| path.as_str().len() + PER_NAME)
        .sum();
    if paths.len() > MOST_FILES || names > MOST_NAMES {
        return Err(FilesError::TooMany {
            folder: folder.to_owned(),
        });
    }
    let unreadable = |path: &RelativePath, cause| FilesError::Read {
        path: path.below(folder),
        cause,
    };

    let mut sizes = Vec::with_capacity(paths.len());
    for path in paths {
        let metadata = path
            .below(folder)
            .metadata()
            .map_err(|cause| unreadable(path, cause))?;
        sizes.push((
            metadata.len(),
            path,
            metadata.permissions().mode() & 0o100 != 0,
        ));
    }
    if sizes.iter().map(|(size, ..)| size).sum::<u64>() > MOST_BYTES {
        sizes.sort_by_key(|(size, ..)| std::cmp::Reverse(*size));
        let largest: Vec<_> = sizes
            .iter()
            .take(3)
            .map(|(bytes, path, _)| format!("{path} ({})", size(*bytes)))
            .collect();
        return Err(FilesError::TooLarge {
            folder: folder.to_owned(),
            largest: largest.join(", "),
        });
    }

    let files = sizes.into_iter().map(|(_, path, executable)| {
        let (sha256, size) =
            of_file(&path.below(folder)).map_err(|cause| unreadable(path, cause))?;
        Ok(FileEntry {
            path: path.to_string(),
            sha256,
            size,
            executable,
        })
    });
    Ok(Manifest {
        files: files.collect::<Result<_, FilesError>>()?,
    })
}

/// How many files are named before the rest is only counted.
const NAMED: usize = 5;

impl Collection {
    /// One line that says what travels, such as `3 files, 12.4 kB from ../programs: secret_santa.py, …`.
    ///
    /// `shown` is the folder as the user would name it. The program comes first.
    pub fn describe(&self, shown: &Path) -> String {
        let files = &self.manifest.files;
        let total = size(files.iter().map(|file| file.size).sum());
        let plural = if files.len() == 1 { "file" } else { "files" };
        let entry = self.entry.as_ref().map(RelativePath::as_str);
        let others = files.iter().map(|file| file.path.as_str());
        let others = others.filter(|path| Some(*path) != entry);
        let named: Vec<&str> = entry.into_iter().chain(others).take(NAMED).collect();
        let mut line = format!(
            "{} {plural}, {total} from {}: {}",
            files.len(),
            shown.display(),
            named.join(", ")
        );
        if files.len() > NAMED {
            // Writing to a String cannot fail.
            let _ = write!(line, " and {} more", files.len() - NAMED);
        }
        line
    }

    /// Where a file of the manifest is on this machine.
    pub fn source(&self, file: &FileEntry) -> PathBuf {
        self.folder.join(&file.path)
    }
}

/// A number of bytes for people, in powers of 1000.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (unit, name) = match bytes {
        1000..1_000_000 => (1000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    // Tenths, rounded down: `999.9 kB` never shows as `1000.0 kB`.
    let tenths = bytes / (unit / 10);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests;
