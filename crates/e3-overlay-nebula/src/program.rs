//! The stock program on this host.

use e3_nebula::Version;
use e3_stock::{Found, NEBULA, Told, Version as Numbers, find};

use crate::NebulaError;

/// What this host has, and the newest certificates that it reads.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) found: Found,
    pub(crate) reads: Version,
}

impl Program {
    /// Looks for it, and asks for its version.
    pub(crate) async fn find() -> Result<Self, NebulaError> {
        let found = find(&NEBULA)?;
        let said = found
            .version(NEBULA.telling.arguments)
            .await
            .unwrap_or_default();
        match reads(&said) {
            Some(reads) => Ok(Self { found, reads }),
            None => Err(NebulaError::Version {
                path: found.path.display().to_string(),
                said,
            }),
        }
    }
}

/// What `Version: 1.6.1` reads; nothing of something older, or of something else. A version without numbers is one that
/// somebody has built from the newest sources.
fn reads(said: &str) -> Option<Version> {
    match NEBULA.telling.read(said)? {
        Told::Version(version) if version < NEBULA.telling.least => None,
        Told::Version(version) if version < Numbers(1, 10) => Some(Version::V1),
        Told::Version(_) | Told::Unnumbered => Some(Version::V2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_tells_which_certificates_are_read() {
        assert_eq!(reads("Version: 1.6.1"), Some(Version::V1));
        assert_eq!(reads("Version: 1.9.7"), Some(Version::V1));
        assert_eq!(reads("Version: 1.10.0-rc1"), Some(Version::V2));
        assert_eq!(reads("Version: 1.11.1"), Some(Version::V2));
        assert_eq!(reads("Version: 2.0"), Some(Version::V2));
        assert_eq!(reads("Version: 1.5.2"), None);
        assert_eq!(reads("bash 5.2"), None);
        assert_eq!(reads(""), None);
    }
}
