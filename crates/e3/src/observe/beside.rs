//! What an observer has beside packets: the files of its host, and what its processes hold in memory, which is more than they
//! would ever log.

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use super::{
    commands::{Commands, files},
    environment::CURIOUS,
    places::Places,
};
use crate::fault::Fault;

/// A process may have so much memory that is looked into.
const MOST: u64 = 1 << 29;

/// What a host has.
pub(super) struct Beside {
    /// Which host.
    pub(super) host: String,
    /// What each source is called, and its bytes.
    pub(super) sources: Vec<(String, Vec<u8>)>,
}

/// Of each host on which a service runs, its files and its memory; of the curious party, its files.
///
/// # Errors
/// A command cannot be run on a host.
pub(super) fn collect(commands: &Commands, places: &Places) -> Result<Vec<Beside>, Fault> {
    let mut all = Vec::new();
    for host in places.hosts() {
        let mut sources = of_files(commands, host);
        let network = ["exec", host, "--", "readlink", "/proc/self/ns/net"];
        let network = commands.run(&network)?;
        sources.extend(memories(network.trim()));
        all.push(Beside {
            host: host.to_owned(),
            sources,
        });
    }
    all.push(Beside {
        host: CURIOUS.to_owned(),
        sources: of_files(commands, CURIOUS),
    });
    Ok(all)
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

/// What the processes in a network hold, called by their names.
fn memories(network: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let process = entry.path();
        let own = fs::read_link(process.join("ns/net"));
        if own.is_ok_and(|own| own.as_os_str() == network) {
            let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
            let bytes = memory(&process);
            if !bytes.is_empty() {
                found.push((format!("memory of {}", name.trim()), bytes));
            }
        }
    }
    found
}

/// What a process has written into its memory, one part behind the other.
fn memory(process: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    let Ok(mut memory) = File::open(process.join("mem")) else {
        return all;
    };
    let maps = fs::read_to_string(process.join("maps")).unwrap_or_default();
    for (start, end) in maps.lines().filter_map(written) {
        let length = end.saturating_sub(start);
        let so_far = u64::try_from(all.len()).unwrap_or(u64::MAX);
        if so_far.saturating_add(length) > MOST {
            break;
        }
        if memory.seek(SeekFrom::Start(start)).is_ok() {
            // What was never touched may not be there.
            let _ = (&mut memory).take(length).read_to_end(&mut all);
        }
    }
    all
}

/// From where to where a line of `/proc/PID/maps` is, if it is memory that can be written.
fn written(line: &str) -> Option<(u64, u64)> {
    let (range, rest) = line.split_once(' ')?;
    let (start, end) = range.split_once('-')?;
    let address = |text| u64::from_str_radix(text, 16).ok();
    let (start, end) = (address(start)?, address(end)?);
    rest.starts_with("rw").then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_written_is_looked_into() {
        let line = "7f01a000-7f01b000 rw-p 00000000 00:00 0    [heap]";
        assert_eq!(written(line), Some((0x7f01_a000, 0x7f01_b000)));
        assert_eq!(written("7f01a000-7f01b000 r-xp 0 0 0 /bin/e3"), None);
        assert_eq!(written("nonsense"), None);
    }

    #[test]
    fn a_processs_own_memory_has_what_it_holds() {
        let held = format!("wombat {}", std::process::id());
        let found = memory(Path::new("/proc/self"));
        let held = held.as_bytes();
        assert!(found.windows(held.len()).any(|at| at == held));
    }
}
