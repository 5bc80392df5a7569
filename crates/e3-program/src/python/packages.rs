//! Which packages an environment has.

use sha2::{Digest as _, Sha256};

use super::MPYC_VERSION;

/// The pinned packages, with the digests of their files; see `requirements.in` for how it is made.
const OWN: &str = include_str!("requirements.txt");

/// What is to be installed: every package, with its version and the digests of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packages {
    /// A requirements file.
    pub(super) text: String,
    /// What they are for, in a few words.
    pub(super) what: String,
    /// What parties compare, such as `mpyc 0.11`.
    pub(super) runtime: String,
}

impl Packages {
    /// Those of `MPyC` programs, which this release pins.
    pub fn own() -> Self {
        Self {
            text: OWN.to_owned(),
            what: format!("MPyC {MPYC_VERSION} and what it needs"),
            runtime: format!("mpyc {MPYC_VERSION}"),
        }
    }

    /// Those of a requirements file. It must name all that is needed, each with hashes, as `pip-compile` or
    /// `uv pip compile` write it: nothing else is installed.
    pub fn listed(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            what: "what the requirements file lists".to_owned(),
            runtime: format!("requirements sha256:{}", hex::encode(Sha256::digest(text))),
        }
    }

    /// What they are for, in a few words.
    pub fn what(&self) -> &str {
        &self.what
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_version_is_the_one_that_is_named() {
        assert!(OWN.contains(&format!("mpyc=={MPYC_VERSION} ")));
        for package in ["numpy==", "gmpy2==", "uvloop=="] {
            assert!(OWN.contains(package), "{package}");
        }
    }

    #[test]
    fn other_packages_are_another_runtime() {
        let (one, other) = (Packages::listed("a==1"), Packages::listed("a==2"));
        assert_ne!(one.runtime, other.runtime);
    }
}
