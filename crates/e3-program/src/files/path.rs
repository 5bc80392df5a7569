//! A path that cannot leave the folder it is relative to.

use std::{
    fmt,
    path::{Component, Path, PathBuf},
};

/// A file's place below a program's folder: parts joined by `/`, none of them `..`, `.` or empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelativePath(String);

/// Why a text is no [`RelativePath`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is no path inside a program's folder: {reason}")]
pub struct BadPath {
    /// The text, made printable.
    pub path: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// Longest path that is accepted, in bytes; as Linux's own limit.
const LONGEST: usize = 4096;

impl RelativePath {
    /// Reads a path as it stands in a manifest.
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        let bad = |reason| {
            let path = text
                .chars()
                .take(100)
                .flat_map(char::escape_debug)
                .collect();
            Err(BadPath { path, reason })
        };
        if text.is_empty() {
            return bad("it is empty");
        }
        if text.len() > LONGEST {
            return bad("it is longer than 4096 bytes");
        }
        if text.chars().any(char::is_control) {
            return bad("it has control characters");
        }
        if text.starts_with('/') {
            return bad("it is absolute");
        }
        if text.split('/').any(|part| part == "..") {
            return bad("`..` leads out of the folder");
        }
        if text.split('/').any(|part| part.is_empty() || part == ".") {
            return bad("a part between two `/` is empty or `.`");
        }
        Ok(Self(text.to_owned()))
    }

    /// Reads a path of this machine, such as one that a walk over a folder found.
    pub fn from_path(path: &Path) -> Result<Self, BadPath> {
        let mut parts = Vec::new();
        for component in path.components() {
            match component {
                Component::Normal(part) => parts.push(part.to_str().ok_or_else(|| BadPath {
                    path: path.display().to_string(),
                    reason: "it is not UTF-8",
                })?),
                Component::CurDir => {}
                // Left to `parse`, which says what is wrong.
                Component::ParentDir => parts.push(".."),
                Component::RootDir | Component::Prefix(_) => parts.push(""),
            }
        }
        Self::parse(&parts.join("/"))
    }

    /// The path as text, with `/` between its parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This path below a folder.
    pub fn below(&self, folder: &Path) -> PathBuf {
        folder.join(&self.0)
    }
}

impl fmt::Display for RelativePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepts_files_below() {
        for good in ["a.py", "data/id3/tennis.csv", "..a", "a b", "-c", "ä/ö"] {
            assert_eq!(
                RelativePath::parse(good).map(|path| path.0),
                Ok(good.to_owned())
            );
        }
    }

    #[test]
    fn refuses_what_leads_elsewhere() {
        for bad in [
            "",
            "/etc/passwd",
            "..",
            "a/../b",
            "a//b",
            "./a",
            "a/",
            "a\0b",
            "a\nb",
        ] {
            assert!(RelativePath::parse(bad).is_err(), "{bad:?}");
        }
        assert!(RelativePath::from_path(Path::new("/a")).is_err());
        assert!(RelativePath::from_path(Path::new("../a")).is_err());
        assert_eq!(
            RelativePath::from_path(Path::new("./a/b")).map(|path| path.0),
            Ok("a/b".to_owned())
        );
    }

    proptest! {
        #[test]
        fn never_leads_out_of_the_folder(text in r"[./a\\~\u{0}-\u{20}]{0,12}") {
            if let Ok(path) = RelativePath::parse(&text) {
                let below = path.below(Path::new("/work"));
                prop_assert!(below.starts_with("/work"));
                prop_assert!(below.components().all(|part| part != Component::ParentDir));
                prop_assert_ne!(below, Path::new("/work"));
            }
        }
    }
}
