//! What a desk remembers of its parties when it is begun anew: without it, a coordinator whose agent was killed would close
//! the ports of parties that compute.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::TailscaleError;

/// By a desk key, in hexadecimal digits.
pub(super) type Entries = BTreeMap<String, Entry>;

/// What a party has used and told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Keys that it was given.
    pub(super) given: u32,
    /// The port that its program listens on, if it has told, 0 for any.
    pub(super) port: Option<u16>,
}

/// A file of entries; without a path, nothing is kept.
#[derive(Default)]
pub(super) struct Book(Option<PathBuf>);

impl Book {
    /// Opens it, and reads what was kept there.
    pub(super) fn open(path: PathBuf) -> Result<(Self, Entries), TailscaleError> {
        let kept = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Entries::new()),
            Err(error) => Err(error),
        };
        let kept = kept.map_err(TailscaleError::file(&path))?;
        Ok((Self(Some(path)), kept))
    }

    /// Keeps these entries and no others, as a whole or not at all.
    pub(super) fn keep(&self, entries: &Entries) -> io::Result<()> {
        let Some(path) = &self.0 else {
            return Ok(());
        };
        e3_sys::private::keep(path, &serde_json::to_vec(entries)?)
    }
}
