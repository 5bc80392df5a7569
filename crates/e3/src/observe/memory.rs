//! What the processes on a host hold in memory, which is more than they would ever log.

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use super::commands::Commands;
use crate::fault::Fault;

/// A process may have so much memory that is looked into.
const MOST: u64 = 1 << 30;

/// So many zeros in a row are memory that nobody has written into.
const PAGE: usize = 4096;

/// What the processes of a host hold, called by their names.
///
/// # Errors
/// There are none, or the memory of one cannot be read, or not all of it: then what is not there would mean nothing.
pub(super) fn of_host(commands: &Commands, host: &str) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let network = commands.run(&["exec", host, "--", "readlink", "/proc/self/ns/net"])?;
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let process = entry.path();
        let own = fs::read_link(process.join("ns/net"));
        if own.is_ok_and(|own| own.as_os_str() == network.trim()) {
            let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
            let name = format!("memory of {} on {host}", name.trim());
            match of_process(&process) {
                Ok(bytes) => found.push((name, bytes)),
                // It ended meanwhile.
                Err(_) if !process.exists() => {}
                Err(why) => return Err(Fault::user(format!("{name}: {why}"))),
            }
        }
    }
    if found.is_empty() {
        return Err(Fault::ours(format!(
            "no process runs on {host} that could be looked into"
        )));
    }
    Ok(found)
}

/// What a process has written into its memory, one part behind the other.
fn of_process(process: &Path) -> Result<Vec<u8>, String> {
    let told = |error: std::io::Error| format!("it cannot be looked into: {error}");
    let mut memory = File::open(process.join("mem")).map_err(told)?;
    let maps = fs::read_to_string(process.join("maps")).map_err(told)?;
    let mut all = Vec::new();
    let mut piece = Vec::new();
    let mut length = 0_u64;
    for (start, end) in maps.lines().filter_map(written) {
        length = length.saturating_add(end.saturating_sub(start));
        if length > MOST {
            return Err(format!("it is larger than {} MiB", MOST >> 20));
        }
        piece.clear();
        if memory.seek(SeekFrom::Start(start)).is_ok() {
            // What was never touched may not be there.
            let _ = (&mut memory)
                .take(end.saturating_sub(start))
                .read_to_end(&mut piece);
        }
        for page in piece
            .chunks(PAGE)
            .filter(|page| page.iter().any(|byte| *byte != 0))
        {
            all.extend_from_slice(page);
        }
    }
    // The control: a process has its own command line in its memory.
    let line = fs::read(process.join("cmdline")).map_err(told)?;
    let has = |line: &[u8]| all.windows(line.len()).any(|part| part == line);
    if line.is_empty() || !has(&line) {
        return Err("its own command line is not found in it".to_owned());
    }
    Ok(all)
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
        let found = of_process(Path::new("/proc/self")).unwrap();
        let held = held.as_bytes();
        assert!(found.windows(held.len()).any(|at| at == held));
    }
}
