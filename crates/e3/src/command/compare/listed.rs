//! Identities that can be listed before anything is made, for `identity = "did"`: a lab makes a new one for each host
//! whenever it is built. They go with the command that made them, private keys and all.

use std::fmt::Write as _;
use std::path::Path;

use e3_identity::{Identity, Kind, folder};
use tempfile::TempDir;

use crate::fault::Fault;

/// A folder with an identity for each host that was asked for.
#[derive(Debug)]
pub struct Listed(TempDir);

impl Listed {
    /// None yet.
    ///
    /// # Errors
    /// The user's: there is no room for temporary files.
    pub fn new() -> Result<Self, Fault> {
        tempfile::Builder::new()
            .prefix("e3-compare-")
            .tempdir()
            .map(Self)
            .map_err(|error| Fault::user(format!("cannot make a temporary folder: {error}")))
    }

    /// Where that of a host is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The table that lists these hosts; who has none yet gets one.
    ///
    /// # Errors
    /// An identity cannot be made or read.
    pub fn table(&self, hosts: &[String]) -> Result<String, Fault> {
        let wrong = |error: &dyn std::fmt::Display| Fault::user(error.to_string());
        let mut table = "\n[identities]\n".to_owned();
        for host in hosts {
            let path = self.path().join(host);
            let kept = folder::load(&path).map_err(|error| wrong(&error))?;
            let identity = if let Some(identity) = kept {
                identity
            } else {
                let made = Identity::create(&Kind::Key).map_err(|error| wrong(&error))?;
                folder::create(&path, &made).map_err(|error| wrong(&error))?;
                made
            };
            // Writing into a text cannot fail.
            let _ = writeln!(table, "{host} = \"{}\"", identity.did());
        }
        Ok(table)
    }
}
