//! Folders that hold more than a program.

use std::{
    env,
    path::{Path, PathBuf},
};

/// Where this user's own folders are.
#[derive(Debug, Clone, Default)]
pub(super) struct Home(Option<PathBuf>);

/// Folders in a home that collect files of every kind.
const COLLECTIONS: [&str; 3] = ["Desktop", "Documents", "Downloads"];

/// Folders of the system, each of which holds what belongs to many.
const TOP: [&str; 25] = [
    "Applications",
    "Library",
    "System",
    "Users",
    "Volumes",
    "bin",
    "boot",
    "dev",
    "etc",
    "home",
    "lib",
    "lib64",
    "media",
    "mnt",
    "nix",
    "opt",
    "proc",
    "root",
    "run",
    "sbin",
    "srv",
    "sys",
    "tmp",
    "usr",
    "var",
];

/// Folders at the top whose own folders are each somebody's home.
const HOMES: [&str; 2] = ["/home", "/Users"];

impl Home {
    pub(super) fn of_this_user() -> Self {
        let home = env::var_os("HOME").filter(|home| !home.is_empty());
        Self(home.and_then(|home| Path::new(&home).canonicalize().ok()))
    }

    #[cfg(test)]
    pub(super) fn at(path: &Path) -> Self {
        Self(Some(path.to_owned()))
    }

    /// What a folder is, if it is too broad to travel whole; the folder must be canonical.
    pub(super) fn too_broad(&self, folder: &Path) -> Option<&'static str> {
        let Some(parent) = folder.parent() else {
            return Some("the root folder");
        };
        if let Some(home) = &self.0 {
            if folder == home {
                return Some("your home folder");
            }
            if home.starts_with(folder) {
                return Some("a folder that holds your home folder");
            }
            if parent == home && COLLECTIONS.iter().any(|name| folder.ends_with(name)) {
                return Some("a folder for files of every kind");
            }
        }
        if parent == Path::new("/") && TOP.iter().any(|top| folder.ends_with(top)) {
            return Some("a folder of the system");
        }
        if HOMES.iter().any(|homes| parent == Path::new(homes)) {
            return Some("somebody's home folder");
        }
        if folder == env::temp_dir() || folder == Path::new("/var/tmp") {
            return Some("the folder for temporary files of every program");
        }
        ["/proc", "/sys", "/dev", "/etc"]
            .iter()
            .any(|system| folder.starts_with(system))
            .then_some("a folder of the system")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_holds_more_than_a_program() {
        let home = Home::at(Path::new("/srv/people/ann"));
        for broad in [
            "/",
            "/tmp",
            "/home",
            "/etc",
            "/etc/ssl",
            "/root",
            "/var/tmp",
            "/home/bob",
            "/srv/people",
            "/srv/people/ann",
            "/srv/people/ann/Downloads",
            "/proc/1",
        ] {
            assert!(home.too_broad(Path::new(broad)).is_some(), "{broad}");
        }
    }

    #[test]
    fn accepts_a_programs_own_folder() {
        let home = Home::at(Path::new("/home/ann"));
        for fine in [
            "/home/ann/mpc",
            "/tmp/demo",
            "/srv/x/programs",
            "/home/ann/Downloads/mpc",
        ] {
            assert_eq!(home.too_broad(Path::new(fine)), None, "{fine}");
        }
    }
}
