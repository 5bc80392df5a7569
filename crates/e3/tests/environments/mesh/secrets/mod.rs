//! What others may see of a run: no private key, and no word of what its programs say.
//!
//! Others are whoever listens at the line of any host, services' among them, or reads what a run prints, logs, keeps, or
//! gives to processes as arguments. Words are looked for by what they are, and private keys, too: while the run goes on, root
//! reads those that stand in files.

mod keys;
mod lines;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

use e3_lab::testing::Secrets;
use serde_json::Value;

use self::{
    keys::{Keys, Looking},
    lines::Lines,
};
use super::Way;
use crate::support::{
    desk::Ran,
    going::{PATIENCE, PAUSE},
    seen::Role,
    skipped::skipped,
    workshop::Workshop,
};

const PARTIES: usize = 3;

/// By which routers the parties are on the Internet: `home` and `office` reach one another by a relay alone.
const APART: [&str; PARTIES] = ["none", "home", "symmetric"];

/// All in the open.
const OPEN: [&str; PARTIES] = ["none"; PARTIES];

/// Every party tells every other its words, in clear as far as the program is concerned, and hears theirs.
fn put(workshop: &Workshop, nats: [&str; PARTIES], words: &[String]) {
    let regions = ["ams3", "fra1", "lon1"];
    let names = ["cloud", "home", "office"];
    let hosts = names.iter().zip(regions).zip(nats);
    let hosts = hosts.map(|((name, region), nat)| {
        format!("[hosts.{name}]\nregion = \"{region}\"\nnat = \"{nat}\"\n\n")
    });
    let environment = hosts.chain(["[program]\npath = \"program.py\"\n".to_owned()]);
    workshop.put("e3.toml", &environment.collect::<String>());
    // Outside of what travels, so that the program's own files do not hold them.
    let folder = said(workshop);
    fs::create_dir(&folder).unwrap();
    for (party, words) in words.iter().enumerate() {
        fs::write(folder.join(party.to_string()), words).unwrap();
    }
    let program = format!(
        "\
from mpyc.runtime import mpc
said = [open(f'{}/{{party}}').read() for party in range({PARTIES})]
mpc.run(mpc.start())
for _ in range(3):
    assert mpc.run(mpc.transfer(said[mpc.pid])) == said
mpc.run(mpc.shutdown())
",
        folder.display()
    );
    workshop.put("program.py", &program);
}

/// Where programs find their words.
fn said(workshop: &Workshop) -> PathBuf {
    workshop.root().join("said")
}

/// What nobody else says.
fn words() -> Vec<String> {
    let random = || fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap();
    let one = || format!("{}-{}", random().trim(), random().trim());
    (0..PARTIES).map(|_| one()).collect()
}

/// What was seen of a run that has ended, and what must not be.
struct Seen {
    words: Vec<String>,
    keys: Keys,
    /// What passed at each host's line.
    lines: Vec<Vec<u8>>,
    arguments: BTreeSet<String>,
    files: Vec<(PathBuf, Vec<u8>)>,
    record: Value,
}

impl Seen {
    /// Of one over this overlay, with more said; nothing where this machine cannot, or this user may not look.
    #[track_caller]
    fn of(way: &Way, nats: [&str; PARTIES], more: &[&str]) -> Option<Self> {
        if !way.is_here() {
            return None;
        }
        if !rustix::process::geteuid().is_root() {
            skipped("only root may listen at others' lines");
            return None;
        }
        let (workshop, words) = (Workshop::new(), words());
        put(&workshop, nats, &words);
        let mut command = way.command(&workshop, &["run", "--json"]);
        command.args(more).env("RUST_LOG", "trace");
        let mut going = workshop.going(command);
        let (mut lines, looking) = (
            Lines::default(),
            Looking::begin(&workshop.root().join("home")),
        );
        let mut arguments = BTreeSet::new();
        let end = Instant::now() + PATIENCE;
        while !going.has_ended() {
            assert!(
                Instant::now() < end,
                "it does not end: {:#?}",
                going.printed()
            );
            for process in workshop.processes() {
                if process.role == Role::Agent {
                    lines.listen_at(process.pid);
                }
                arguments.insert(process.line);
            }
            thread::sleep(PAUSE);
        }
        let Ran { code, out, err } = going.ended();
        assert_eq!(code, 0, "{err}");
        let mut files = contents(&workshop.root());
        files.retain(|(path, _)| !path.starts_with(said(&workshop)));
        workshop.nothing_left();
        Some(Self {
            words,
            keys: looking.end(),
            lines: lines.end(),
            arguments,
            files,
            record: serde_json::from_str(&out).unwrap(),
        })
    }

    /// How the parties at `home` and at `office` have reached one another.
    fn apart(&self) -> &str {
        let links = self.record["links"].as_array().unwrap();
        let is = |link: &&Value| link["a"] != "cloud" && link["b"] != "cloud";
        links.iter().find(is).unwrap()["path"].as_str().unwrap()
    }
}

/// Every file below a folder.
pub(super) fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(contents(&path)),
            // Reading a pipe would wait for who writes into it.
            Ok(kind) if kind.is_file() => {
                found.extend(fs::read(&path).ok().map(|bytes| (path, bytes)));
            }
            _ => {}
        }
    }
    found
}

/// Nothing is seen of what must not be; `files` are those in which keys were found, so many in each kind at least.
#[track_caller]
fn shows_nothing(way: &Way, more: &[&str], files: &[(&str, usize)]) {
    let Some(seen) = Seen::of(way, APART, more) else {
        return;
    };
    assert_eq!(seen.apart(), "relayed", "{:#}", seen.record["links"]);
    // Each party's own, by which it signs.
    for (name, least) in files.iter().chain(&[("key.pem", PARTIES)]) {
        let found = seen.keys.named(name);
        assert!(
            found >= *least,
            "{found} keys in files {name}: {:?}",
            seen.keys
        );
    }
    let mut secrets = Secrets::default();
    for (what, key) in seen.keys.all() {
        secrets.add(&what, key);
    }
    for words in &seen.words {
        secrets.add("what programs say", words.as_bytes());
    }
    let heard: usize = seen.lines.iter().map(Vec::len).sum();
    println!(
        "{heard} bytes at {} lines, {} arguments, {} files; {:?}",
        seen.lines.len(),
        seen.arguments.len(),
        seen.files.len(),
        seen.keys
    );
    // A host for each party, and one for the service.
    assert_eq!(seen.lines.len(), PARTIES + 1);
    for line in &seen.lines {
        assert_eq!(secrets.shown_in(line), None, "at a host's line");
    }
    for line in &seen.arguments {
        assert_eq!(secrets.shown_in(line.as_bytes()), None, "in an argument");
    }
    let mut files = seen.files.iter();
    let log = files.find(|(path, _)| path.ends_with("holder.log"));
    assert!(!log.unwrap().1.is_empty(), "nothing is logged");
    for (path, bytes) in &seen.files {
        assert_eq!(secrets.shown_in(bytes), None, "in {}", path.display());
    }
}

/// That what the other tests look for would be seen: over plain TCP, whoever listens reads all words.
#[test]
fn without_encryption_words_are_seen() {
    let direct = Way {
        overlay: "direct",
        stock: None,
        programs: &[],
    };
    let Some(seen) = Seen::of(&direct, OPEN, &[]) else {
        return;
    };
    assert_eq!(seen.lines.len(), PARTIES);
    for words in &seen.words {
        let mut secrets = Secrets::default();
        secrets.add("words", words.as_bytes());
        // Who says them, and the two that hear them.
        let hears = |line: &&Vec<u8>| secrets.shown_in(line).is_some();
        assert_eq!(seen.lines.iter().filter(hears).count(), PARTIES);
        for (path, bytes) in &seen.files {
            assert_eq!(secrets.shown_in(bytes), None, "in {}", path.display());
        }
    }
}

/// What nebula reads: a key for each party and the lighthouse, whose authority's is kept, too.
#[cfg(feature = "nebula")]
const NEBULA: &[(&str, usize)] = &[("host.key", PARTIES + 1), ("authority.key", 1)];

#[cfg(feature = "nebula")]
#[test]
fn nothing_is_seen_over_the_distributions_nebula() {
    shows_nothing(&super::old_nebula(), &[], NEBULA);
}

#[cfg(feature = "nebula")]
#[test]
fn nothing_is_seen_over_the_pinned_nebula() {
    shows_nothing(&super::new_nebula(), &[], NEBULA);
}

/// Its keys are in memory alone: where they go, the overlay's own tests look.
#[cfg(feature = "wireguard")]
#[test]
fn nothing_is_seen_over_wireguard() {
    shows_nothing(&super::wireguard(), &[], &[]);
}

/// Of each party the key to register with, its machine's and its node's; and the coordinator's.
#[cfg(feature = "tailscale")]
const HEADSCALE: &[(&str, usize)] = &[
    ("auth-key", PARTIES),
    ("state", 2 * PARTIES),
    ("noise.key", 1),
    ("derp.key", 1),
    ("tls.key", 1),
    ("desk.key", 1),
];

#[cfg(feature = "tailscale")]
#[test]
fn nothing_is_seen_over_headscale() {
    shows_nothing(&super::headscale(), &[], HEADSCALE);
}

#[cfg(feature = "tailscale")]
#[test]
fn nothing_is_seen_over_headscale_in_user_space() {
    let more = ["--set", "headscale.program=forwards"];
    shows_nothing(&super::headscale(), &more, HEADSCALE);
}
