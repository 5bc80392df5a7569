//! Where a program is.

use std::{
    env,
    ffi::{OsStr, OsString},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::Program;

/// The variable with folders that are looked into before all others, written like PATH.
pub const FOLDERS: &str = "E3_STOCK";

/// How long a program may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of what a program says of its version that are looked at.
const MOST: usize = 4096;

/// A program that this host has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
}

/// A program that this host lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("needs the program `{}`, which this host does not have ({})", .0.name, .0.hint)]
pub struct Missing(pub Program);

/// The program, in the first of [`folders`] that has it.
///
/// # Errors
/// [`Missing`]: none of them has it.
pub fn find(program: &Program) -> Result<Found, Missing> {
    let paths = folders().map(|folder| folder.join(program.name));
    let path = { paths }.find(|path| is_executable(path));
    Ok(Found {
        name: program.name,
        path: path.ok_or(Missing(*program))?,
    })
}

/// Where programs are looked for, best first: in those of [`FOLDERS`], on PATH, where distributions hide programs from
/// users who are not root, and where `scripts/peers` puts what it has built.
pub fn folders() -> impl Iterator<Item = PathBuf> {
    let listed = |variable: &str| env::var_os(variable).unwrap_or_default();
    let hidden = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    split(&listed(FOLDERS))
        .into_iter()
        .chain(split(&listed("PATH")))
        .chain(hidden)
        .chain(cache())
}

/// The folder of programs in this user's cache (XDG Base Directory Specification).
fn cache() -> Option<PathBuf> {
    let named = |variable| {
        let path = env::var_os(variable).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let root = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")))?;
    Some(root.join("e3/peers/bin"))
}

/// The folders of a list; an empty one means the working folder there, which is no place for programs.
fn split(list: &OsString) -> Vec<PathBuf> {
    let folders = env::split_paths(list);
    folders.filter(|folder| folder.is_absolute()).collect()
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

impl Found {
    /// The first line that it prints when it is called so; none if it does not within five seconds.
    pub async fn version(&self, arguments: &[&str]) -> Option<String> {
        let arguments: Vec<_> = arguments.iter().map(OsStr::new).collect();
        let said = self.run(&arguments, PATIENCE).await.ok()??;
        let said = if said.output.is_empty() {
            said.errors
        } else {
            said.output
        };
        let said = said.get(..MOST).unwrap_or(&said);
        let text = String::from_utf8_lossy(said);
        Some(text.lines().next()?.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_missing_is_named_with_how_to_get_it() {
        let program = Program {
            name: "no-such-program",
            hint: "there is none",
            ..crate::NEBULA
        };
        let told = find(&program).unwrap_err().to_string();
        assert!(told.contains("no-such-program") && told.contains("there is none"));
    }

    #[test]
    fn only_what_can_be_run_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        fs::write(&path, "").unwrap();
        assert!(!is_executable(&path));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(is_executable(&path));
        assert!(!is_executable(folder.path()));
    }

    #[test]
    fn relative_folders_are_not_looked_into() {
        let list = OsString::from(":here:/there:./elsewhere");
        assert_eq!(split(&list), [PathBuf::from("/there")]);
    }

    #[tokio::test]
    async fn a_version_is_the_first_line() {
        let found = Found {
            name: "sh",
            path: "/bin/sh".into(),
        };
        let version = found.version(&["-c", "echo 1.2.3; echo more"]).await;
        assert_eq!(version.as_deref(), Some("1.2.3"));
        assert_eq!(found.version(&["-c", ":"]).await, None);
    }
}
