//! Files that nobody else may read (0600), written as a whole or not at all.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// Writes a file; whatever was there is replaced.
///
/// # Errors
/// What the system says; then the old file is there as it was.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, |_| Ok(()))
}

/// Writes a file that is to outlive a loss of power as well.
///
/// # Errors
/// What the system says; then the old file is there as it was.
pub fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, File::sync_all)
}

fn replace(path: &Path, bytes: &[u8], settle: fn(&File) -> io::Result<()>) -> io::Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    let unfinished = path.with_file_name(name);
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            settle(&file)
        })
        .and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        // It may never have been made.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_there_as_a_whole_or_as_it_was() {
        let folder = std::env::temp_dir().join(format!("e3-private-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let path = folder.join("key");
        write(&path, b"one").unwrap();
        keep(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        // Nothing can be renamed to what is a folder.
        let taken = folder.join("taken");
        fs::create_dir_all(taken.join("by")).unwrap();
        write(&taken, b"three").unwrap_err();
        write(&folder.join("nowhere/key"), b"four").unwrap_err();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(folder).unwrap();
    }
}
