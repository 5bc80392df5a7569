//! Whether what two programs have said can be read in what somebody has seen.

use std::collections::HashSet;

use e3_conformance::traffic;

/// So much of what each program says is looked for.
const SAID: usize = 100_000;

/// Bytes that tell a piece of what was said from anything else.
const PIECE: usize = 16;

/// From one piece to the next that is looked for: in every packet there are several.
const STEP: usize = 64;

/// How many pieces of what programs say can be read there, and how many there are.
pub(crate) fn readable(seen: &[u8]) -> (usize, usize) {
    let said = traffic::said(SAID);
    let pieces = said
        .iter()
        .flat_map(|said| said.windows(PIECE).step_by(STEP));
    let pieces: HashSet<&[u8]> = pieces.collect();
    let windows = seen.windows(PIECE);
    let found: HashSet<&[u8]> = windows.filter(|window| pieces.contains(window)).collect();
    (found.len(), pieces.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_found_wherever_it_stands() {
        let [said, _] = traffic::said(10_000);
        let (found, pieces) = readable(&[&[7; 13], &said[..5000], &[9; 70]].concat());
        assert!((70..80).contains(&found), "{found}");
        assert!(pieces > 2000, "{pieces}");
        assert_eq!(readable(&[5; 10_000]).0, 0);
    }
}
