//! What there is to choose from: the words of cells' names.

use super::way::WAYS;

/// The plain way, by which others are divided.
pub const BASE: &str = "direct";
/// The plain way once more: how far it is from 1 is what the machine did.
pub const CONTROL: &str = "direct-again";

/// A word and what it stands for.
pub type Word = (&'static str, &'static str);

/// The networks, in the order of tables.
pub const NETWORKS: [Word; 6] = [
    (
        "lan",
        "all parties on one switch in one region, without delay",
    ),
    ("near", "in two regions that are near one another"),
    ("far", "in two regions that are far from one another"),
    ("world", "in several regions that are far from one another"),
    ("nat", "as near, each party behind a home router of its own"),
    ("loss", "as near, and one packet in a hundred is lost"),
];

/// The programs, in the order of tables.
pub const PROGRAMS: [Word; 6] = [
    ("secret-santa", "many rounds of small messages, with MPyC"),
    ("classify", "few rounds of large messages, with MPyC"),
    (
        "round-trip",
        "64 bytes to and fro without a pause, one pair after the other",
    ),
    ("throughput", "one connection at a time, each direction"),
    ("all-to-all", "everybody to everybody at once"),
    (
        "mesh",
        "rounds of small messages among all, without Python: for many parties",
    ),
];

/// The sizes of every program, in the order of tables.
pub const SIZES: [Word; 3] = [
    ("small", "as short as can be measured well"),
    ("medium", "of the kind that people try"),
    ("large", "so long that beginning and end do not count"),
];

/// How parties are believed, in the order of tables.
pub const IDENTITIES: [Word; 3] = [
    (
        "pinned",
        "each host's identity is given, or was seen before",
    ),
    ("did", "each host's DID is listed"),
    ("ca", "an authority has certified them"),
];

/// The network, program and size of an environment that is measured as its e3.toml has it.
pub const OWN: &str = "own";

/// How many parties there may be, but for the mesh.
pub const MOST_PARTIES: u16 = 10;
/// How many parties the mesh may have.
pub const MOST_PARTIES_OF_MESH: u16 = 64;

/// Whether a program is MPyC's, which encrypts by itself under overlay `tls`; the others are probes, which speak plain TCP.
pub fn is_mpyc(program: &str) -> bool {
    matches!(program, "secret-santa" | "classify")
}

/// The word as names of cells have it: keys of TOML may have `_` where those have `-`.
pub fn canonical(word: &str) -> String {
    word.replace('_', "-")
}

/// Where a word of a cell's name stands among its kind; those that are none come last.
pub fn rank(word: &str) -> usize {
    let own = (OWN, "");
    let mut all = WAYS
        .iter()
        .chain(&IDENTITIES)
        .chain(std::iter::once(&own))
        .chain(&NETWORKS)
        .chain(&PROGRAMS)
        .chain(&SIZES);
    all.position(|(known, _)| *known == word)
        .unwrap_or(usize::MAX)
}

/// Whether it is one of these words.
pub fn is_one(words: &[Word], word: &str) -> bool {
    words.iter().any(|(known, _)| *known == word)
}
