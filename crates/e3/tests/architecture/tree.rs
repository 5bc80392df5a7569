//! The repository as text.

use std::path::{Path, PathBuf};

/// Everything that the rules look at.
pub(crate) struct Tree {
    pub(crate) crates: Vec<Crate>,
    /// Scripts, documents and programs outside of crates.
    pub(crate) others: Vec<File>,
}

/// One crate.
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) manifest: File,
    /// Its .rs files, those of its tests included.
    pub(crate) files: Vec<File>,
}

/// One file.
pub(crate) struct File {
    /// Relative to the repository.
    pub(crate) path: PathBuf,
    pub(crate) lines: Vec<String>,
}

impl Tree {
    /// Reads the repository that this test was built from.
    pub(crate) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = root.canonicalize().unwrap();
        let mut folders: Vec<PathBuf> = std::fs::read_dir(root.join("crates"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|folder| folder.join("Cargo.toml").exists())
            .collect();
        folders.sort();
        assert!(
            folders.len() > 10,
            "this is not the repository: {}",
            root.display()
        );
        let crates = folders
            .iter()
            .map(|folder| Crate::read(&root, folder))
            .collect();
        let mut others = Vec::new();
        for folder in ["docs", "programs", "environments", "scripts", ".ci"] {
            collect(&root, &root.join(folder), &|_| true, &mut others);
        }
        others.extend(
            ["x", "Cargo.toml", "README.md", "ARCHITECTURE.md"]
                .iter()
                .filter_map(|name| {
                    let path = root.join(name);
                    path.exists().then(|| File::read(&root, &path))?
                }),
        );
        Self { crates, others }
    }
}

impl Crate {
    fn read(root: &Path, folder: &Path) -> Self {
        let mut files = Vec::new();
        let is_rust = |path: &Path| path.extension().is_some_and(|e| e == "rs");
        collect(root, folder, &is_rust, &mut files);
        Self {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            manifest: File::read(root, &folder.join("Cargo.toml")).unwrap(),
            files,
        }
    }
}

impl File {
    /// `None` when it is no text.
    fn read(root: &Path, path: &Path) -> Option<Self> {
        let text = String::from_utf8(std::fs::read(path).ok()?).ok()?;
        Some(Self {
            path: path.strip_prefix(root).unwrap().to_owned(),
            lines: text.lines().map(str::to_owned).collect(),
        })
    }

    /// Whether it is part of the crate itself, and not of its tests: these may start programs to compare with.
    pub(crate) fn is_the_crates_own(&self) -> bool {
        let part = |name: &str| self.path.components().any(|c| c.as_os_str() == name);
        part("src") && !part("tests") && !part("tests.rs")
    }
}

/// `path:line: what`.
pub(crate) fn finding(file: &File, line: usize, what: &str) -> String {
    format!("{}:{line}: {what}", file.path.display())
}

/// Every file below `folder` that `wanted` names, except what is built or fetched.
fn collect(root: &Path, folder: &Path, wanted: &dyn Fn(&Path) -> bool, into: &mut Vec<File>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_symlink()
            || matches!(name.as_str(), "target" | "runs" | "corpus" | "__pycache__")
        {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, wanted, into);
        } else if wanted(&path) {
            into.extend(File::read(root, &path));
        }
    }
}
