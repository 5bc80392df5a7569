//! Private keys in the memory of processes, which whoever breaks into a host can read there (proc(5)).

use std::{
    collections::{BTreeSet, HashSet},
    fs::{self, File},
    os::unix::fs::FileExt as _,
};

use anyhow::Context as _;

use crate::stolen::{KEY, publics};

/// Keys stand where numbers of this many bytes do.
const STEP: usize = 8;

/// Of 32 random bytes, hardly ever fewer are different.
const DIFFERENT: usize = 24;

/// So much is read at once, and of a process at most.
const PIECE: usize = 1 << 20;
const MOST: usize = 512 << 20;

/// A process, and all that have come of it.
pub(crate) fn family(process: u32) -> Vec<u32> {
    let mut family = vec![process];
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    for thread in threads.into_iter().flatten().flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|id| id.parse().ok());
        family.extend(children.flat_map(self::family));
    }
    family
}

/// The private keys in a process's memory whose public halves stand somewhere in these bytes. None of a process that has
/// ended meanwhile.
pub(crate) fn private_halves(process: u32, public: &[u8]) -> anyhow::Result<BTreeSet<[u8; KEY]>> {
    let wanted: HashSet<&[u8]> = public.windows(KEY).collect();
    let Ok(maps) = fs::read_to_string(format!("/proc/{process}/maps")) else {
        return Ok(BTreeSet::new());
    };
    let memory = File::open(format!("/proc/{process}/mem"));
    let memory = memory.with_context(|| format!("cannot read the memory of process {process}"))?;
    let mut tried = HashSet::new();
    let mut found = BTreeSet::new();
    let mut left = MOST;
    let mut piece = vec![0; PIECE];
    for (start, end) in maps.lines().filter_map(written) {
        let mut at = start;
        while at < end && left > 0 {
            let length = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
            let Some(room) = piece.get_mut(..length) else {
                break;
            };
            // What is gone meanwhile, or cannot be read, has no keys.
            let read = memory.read_at(room, at).unwrap_or(0);
            let candidates = room
                .get(..read)
                .unwrap_or_default()
                .windows(KEY)
                .step_by(STEP);
            for candidate in candidates.filter(|bytes| is_random(bytes)) {
                let Ok(key) = <[u8; KEY]>::try_from(candidate) else {
                    continue;
                };
                if tried.insert(key) && publics(&key).iter().any(|half| wanted.contains(&half[..]))
                {
                    found.insert(key);
                }
            }
            // A key may stand where two pieces meet.
            let next = length.saturating_sub(if at + length as u64 == end { 0 } else { KEY });
            at += next.max(STEP) as u64;
            left = left.saturating_sub(length);
        }
    }
    Ok(found)
}

/// From where to where a process keeps what it has written itself, by a line of its map.
fn written(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let number = |hex| u64::from_str_radix(hex, 16).ok();
    words.next()?.starts_with("rw").then_some(())?;
    Some((number(start)?, number(end)?))
}

/// Whether a key could look like that.
fn is_random(bytes: &[u8]) -> bool {
    // Numbers, addresses and memory that was never used: most of it is of this kind, and quickly passed over.
    if bytes.get(..4) == Some(&[0; 4]) || bytes.get(4..8) == Some(&[0; 4]) {
        return false;
    }
    let mut seen = [0_u64; 4];
    for byte in bytes {
        let index = usize::from(byte >> 6);
        if let Some(part) = seen.get_mut(index) {
            *part |= 1 << (byte & 63);
        }
    }
    let different: u32 = seen.iter().map(|part| part.count_ones()).sum();
    different as usize >= DIFFERENT
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn a_key_is_found_in_memory_by_its_public_half() {
        let key: Vec<u8> = (0..32_u8).map(|at| at.wrapping_mul(73) ^ 0x5a).collect();
        let key: Box<[u8; KEY]> = Box::new(key.try_into().unwrap());
        let public = publics(&key)[0].clone();
        let own = std::process::id();
        assert!(family(own).contains(&own));
        let found = private_halves(own, &[&[1, 2, 3], &public[..]].concat()).unwrap();
        assert_eq!(found, BTreeSet::from([*key]));
        assert!(private_halves(own, &[9; 64]).unwrap().is_empty());
        black_box(key);
    }

    #[test]
    fn only_what_a_process_can_write_is_looked_into() {
        let line = "7f00-8f00 rw-p 00000000 00:00 0 [heap]";
        assert_eq!(written(line), Some((0x7f00, 0x8f00)));
        assert_eq!(written("7f00-8f00 r-xp 00000000 00:00 0 /bin/true"), None);
        assert_eq!(written(""), None);
    }
}
