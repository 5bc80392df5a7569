//! Private keys that stand in files while a run goes on.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use base64ct::{Base64, Encoding as _};
use serde_json::Value;

use super::contents;

/// Between two looks: a key to register with is there for as long as registering takes.
const PAUSE: Duration = Duration::from_millis(5);

/// What `tailscaled` and `headscale` write before a private key, the second before one by which nodes would sign one another.
const MARKS: [&str; 2] = ["privkey:", "nlpriv:"];

/// The lower bits of a file's mode, which are those of others.
const OTHERS: u32 = 6;

/// Bytes of every key.
const LENGTH: usize = 32;

/// Keys, by the files in which they were seen.
#[derive(Default)]
pub(super) struct Keys(BTreeMap<PathBuf, BTreeSet<Vec<u8>>>);

impl Keys {
    /// How many were in files of that name.
    pub(super) fn named(&self, name: &str) -> usize {
        let files = self.0.iter().filter(|(path, _)| path.ends_with(name));
        files.map(|(_, keys)| keys.len()).sum()
    }

    /// Each, with what it is.
    pub(super) fn all(&self) -> impl Iterator<Item = (String, &[u8])> {
        self.0.iter().flat_map(|(path, keys)| {
            let what = format!("a key in {}", path.display());
            keys.iter().map(move |key| (what.clone(), key.as_slice()))
        })
    }

    fn look(&mut self, folder: &Path) {
        for (path, content) in contents(folder) {
            let keys = keys_in(&path, &content);
            if !keys.is_empty() {
                is_private(&path, folder);
                self.0.entry(path).or_default().extend(keys);
            }
        }
    }
}

impl fmt::Debug for Keys {
    /// Where they were, and how many.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.0.iter().map(|(path, keys)| (path, keys.len()));
        f.debug_map().entries(counts).finish()
    }
}

/// Nobody but its owner may read a file that still is there, or enter some folder above it.
#[track_caller]
fn is_private(path: &Path, top: &Path) {
    let mut above = path.ancestors().take_while(|above| *above != top);
    let is_gone = || !path.exists();
    let closed =
        |path: &Path| fs::metadata(path).is_ok_and(|found| found.mode().trailing_zeros() >= OTHERS);
    assert!(
        above.any(closed) || is_gone(),
        "{} can be read by others",
        path.display()
    );
}

/// Looks again and again, until it is told to end.
pub(super) struct Looking {
    ends: Arc<AtomicBool>,
    thread: JoinHandle<Keys>,
}

impl Looking {
    /// Into all that is below a folder.
    pub(super) fn begin(folder: &Path) -> Self {
        let (folder, ends) = (folder.to_owned(), Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&ends);
        let thread = thread::spawn(move || {
            let mut keys = Keys::default();
            while !told.load(Ordering::Relaxed) {
                keys.look(&folder);
                thread::sleep(PAUSE);
            }
            keys
        });
        Self { ends, thread }
    }

    pub(super) fn end(self) -> Keys {
        self.ends.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// The private keys that a file holds.
fn keys_in(path: &Path, content: &[u8]) -> Vec<Vec<u8>> {
    match path.file_name().and_then(|name| name.to_str()) {
        // Of the text the end: it begins with a name.
        Some("auth-key") => {
            let key = content.trim_ascii().last_chunk::<LENGTH>();
            key.map(|key| key.to_vec()).into_iter().collect()
        }
        Some("desk.key") if content.len() == LENGTH => vec![content.to_vec()],
        _ => {
            let text = String::from_utf8_lossy(content);
            [in_pem(&text), marked(&text), in_state(content)].concat()
        }
    }
}

/// Those between lines of a PEM (RFC 7468): an Ed25519 or P-256 key in PKCS#8 (RFC 5958), or one of Nebula's.
fn in_pem(text: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for block in text.split("-----BEGIN ").skip(1) {
        let Some((label, rest)) = block.split_once("-----") else {
            continue;
        };
        let Some((body, _)) = rest.split_once("-----END ") else {
            continue;
        };
        if !label.ends_with("PRIVATE KEY") {
            continue;
        }
        let body: String = body.split_ascii_whitespace().collect();
        let bytes = Base64::decode_vec(&body).unwrap();
        let begins = if label.starts_with("NEBULA") {
            0
        } else {
            // An octet string of 32 bytes.
            let mut pairs = bytes.windows(2);
            pairs.position(|pair| pair == [4, 32]).unwrap() + 2
        };
        found.push(bytes[begins..begins + LENGTH].to_vec());
    }
    found
}

/// Those that are marked as such.
fn marked(text: &str) -> Vec<Vec<u8>> {
    let marks = MARKS.iter().flat_map(|mark| text.match_indices(mark));
    let keys = marks.filter_map(|(at, mark)| {
        let begins = at + mark.len();
        let digits = text.as_bytes().get(begins..begins + 2 * LENGTH)?;
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        digits.chunks(2).map(byte).collect::<Option<Vec<u8>>>()
    });
    // One that is not there is written as zeros.
    keys.filter(|key| *key != [0; LENGTH]).collect()
}

/// Those in a state file of `tailscaled`: JSON with texts in Base64.
fn in_state(content: &[u8]) -> Vec<Vec<u8>> {
    let Ok(Value::Object(state)) = serde_json::from_slice(content) else {
        return Vec::new();
    };
    let texts = state.values().filter_map(Value::as_str);
    let texts = texts.filter_map(|text| Base64::decode_vec(text).ok());
    texts
        .flat_map(|text| marked(&String::from_utf8_lossy(&text)))
        .collect()
}
