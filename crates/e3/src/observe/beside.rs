//! What an observer has beside packets: the files of its host, and what its processes hold in memory.

use std::{fs, path::PathBuf};

use super::{
    commands::{Commands, files},
    environment::CURIOUS,
    memory,
    places::Places,
};
use crate::fault::Fault;

/// What a host has.
pub(super) struct Beside {
    /// Which host.
    pub(super) host: String,
    /// What each source is called, and its bytes.
    pub(super) sources: Vec<(String, Vec<u8>)>,
}

/// Of each host on which a service runs, and of the curious party, its files and its memory.
///
/// # Errors
/// As [`memory::of_host`].
pub(super) fn collect(commands: &Commands, places: &Places) -> Result<Vec<Beside>, Fault> {
    let hosts = places.hosts().into_iter().chain([CURIOUS]);
    let all = hosts.map(|host| {
        let mut sources = of_files(commands, host);
        sources.extend(memory::of_host(commands, host)?);
        Ok(Beside {
            host: host.to_owned(),
            sources,
        })
    });
    all.collect()
}

/// The files of a host, called by their names below its folder.
fn of_files(commands: &Commands, host: &str) -> Vec<(String, Vec<u8>)> {
    let [_, data] = commands.kept();
    let mut found = Vec::new();
    for path in files(&data) {
        let mut parts = path.iter().skip_while(|part| *part != host);
        if parts.next().is_some()
            && let Ok(bytes) = fs::read(&path)
        {
            let name: PathBuf = parts.collect();
            found.push((format!("file {} of {host}", name.display()), bytes));
        }
    }
    found
}
