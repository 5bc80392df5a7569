//! Files that hold private keys: of an identity, of an authority, of a server.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    path::Path,
};

/// How far into a file a key is looked for: behind a chain of certificates, say.
const LOOKED_AT: u64 = 64 * 1024;

/// Whether a file holds a private key as PEM (RFC 7468), OpenSSH's included.
pub(super) fn is_in(path: &Path) -> io::Result<bool> {
    let mut lines = BufReader::new(File::open(path)?.take(LOOKED_AT)).split(b'\n');
    lines.try_fold(false, |found, line| {
        let line = line?;
        let line = line.trim_ascii_end();
        Ok(found || line.starts_with(b"-----BEGIN ") && line.ends_with(b"PRIVATE KEY-----"))
    })
}
