//! The stock programs that this machine has, of both generations.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use e3_stock::{NEBULA, Told, Version, folders};

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stock {
    /// Before 1.10, such as Debian's: certificates of version 1 alone.
    Old,
    /// 1.10 or later.
    New,
}

impl Stock {
    /// Where it is; none where this machine has none.
    pub(crate) fn path(self) -> Option<PathBuf> {
        let mut all = folders().map(|folder| folder.join("nebula"));
        all.find(|path| generation(path) == Some(self))
    }

    /// A folder that has nothing but this one, for `E3_STOCK`.
    pub(crate) fn folder(self, under: &Path) -> PathBuf {
        let folder = under.join(format!("stock-{self:?}"));
        if !folder.exists() {
            fs::create_dir(&folder).unwrap();
            let path = self.path().expect("looked for before the tests began");
            symlink(path, folder.join("nebula")).unwrap();
        }
        folder
    }
}

/// A folder with a script in the place of nebula.
pub(crate) fn scripted(under: &Path, script: &str) -> PathBuf {
    let folder = under.join("stock-scripted");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("nebula");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn generation(path: &Path) -> Option<Stock> {
    let said = Command::new(path).arg("-version").output().ok()?;
    match NEBULA.telling.read(&String::from_utf8(said.stdout).ok()?)? {
        Told::Version(version) if version < Version(1, 10) => Some(Stock::Old),
        Told::Version(_) => Some(Stock::New),
        Told::Unnumbered => None,
    }
}
