//! Digests of files, and of all files of a program together.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use e3_session::types::{Digest, FileEntry, Manifest};
use sha2::{Digest as _, Sha256};

/// The hash that stands for a program's files, the same on every machine that holds the same files.
///
/// SHA-256 over a label and every file in the order of paths: the path's length and bytes, the content's length
/// and digest, and one byte for the executable bit. Lengths are 8 bytes, little-endian, so that no two different
/// manifests have the same bytes.
pub fn digest(manifest: &Manifest) -> Digest {
    let mut files: Vec<&FileEntry> = manifest.files.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));

    let mut hasher = Sha256::new();
    hasher.update(b"e3/files/1\0");
    for FileEntry {
        path,
        sha256,
        size,
        executable,
    } in files
    {
        hasher.update((path.len() as u64).to_le_bytes());
        hasher.update(path);
        hasher.update(size.to_le_bytes());
        hasher.update(sha256.0);
        hasher.update([u8::from(*executable)]);
    }
    Digest(hasher.finalize().into())
}

/// A file's digest and its length in bytes.
///
/// # Errors
/// It cannot be read.
pub fn of_file(path: &Path) -> io::Result<(Digest, u64)> {
    of_reader(File::open(path)?)
}

/// The digest of everything that can be read, and its length in bytes.
///
/// # Errors
/// It cannot be read.
pub fn of_reader(mut from: impl Read) -> io::Result<(Digest, u64)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let read = from.read(&mut buffer)?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else {
            return Ok((Digest(hasher.finalize().into()), size));
        };
        hasher.update(piece);
        size += piece.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, size: u64) -> FileEntry {
        FileEntry {
            path: path.into(),
            sha256: Digest([7; 32]),
            size,
            executable: false,
        }
    }

    #[test]
    fn depends_on_every_field_but_not_on_the_order() {
        let files = vec![entry("a", 1), entry("b", 2)];
        let base = digest(&Manifest {
            files: files.clone(),
        });
        let change = |change: &dyn Fn(&mut Vec<FileEntry>)| {
            let mut files = files.clone();
            change(&mut files);
            digest(&Manifest { files })
        };
        assert_eq!(change(&|files| files.reverse()), base);
        assert_ne!(change(&|files| files[0].path = "c".into()), base);
        assert_ne!(change(&|files| files[0].size = 3), base);
        assert_ne!(change(&|files| files[0].executable = true), base);
        assert_ne!(change(&|files| files[0].sha256 = Digest([8; 32])), base);
        assert_ne!(change(&|files| drop(files.pop())), base);
    }

    #[test]
    fn of_a_file_is_plain_sha256() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        let (digest, size) = of_file(&path).unwrap();
        assert_eq!(size, 3);
        // The one-block example of FIPS 180-2.
        assert!(
            digest
                .to_string()
                .starts_with("ba7816bf8f01cfea414140de5dae2223")
        );
    }
}
