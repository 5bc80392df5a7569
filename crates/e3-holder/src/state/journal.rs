//! What was created, written before it was.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use super::{StateError, StateFolder};

const FILE: &str = "journal.jsonl";

/// Something that exists because E³ made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "created")]
pub enum Created {
    /// The namespaces of a lab. They are held by processes only, so they end with the holder.
    Lab,
    /// The folder in which the hosts' agents keep files.
    HostFolders {
        /// Where.
        path: PathBuf,
    },
}

/// The journal of one environment.
#[derive(Debug)]
pub struct Journal(File);

impl Journal {
    /// Opens the journal for writing.
    pub fn open(folder: &StateFolder) -> Result<Self, StateError> {
        let path = folder.file(FILE);
        let file = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path);
        file.map(Self).map_err(StateError::io("open", &path))
    }

    /// Writes down what is about to be created. To be called before it is.
    pub fn write(&mut self, created: &Created) -> io::Result<()> {
        let mut line = serde_json::to_vec(created)?;
        line.push(b'\n');
        self.0.write_all(&line)?;
        self.0.sync_data()
    }

    /// What the journal says; a last line that was cut off by a crash is passed over, since what it announces
    /// was then never begun.
    pub fn read(folder: &StateFolder) -> Result<Vec<Created>, StateError> {
        let path = folder.file(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(StateError::io("read", &path)(error)),
        }
    }
}
