//! The socket by which commands reach a holder.

use std::{
    fs::{self, File},
    io,
    os::{
        fd::AsRawFd,
        unix::{
            fs::PermissionsExt,
            net::{UnixListener, UnixStream},
        },
    },
    path::PathBuf,
};

use super::StateFolder;

const NAME: &str = "holder.sock";

/// Makes the socket, for its owner only.
pub fn bind(folder: &StateFolder) -> io::Result<UnixListener> {
    match fs::remove_file(folder.file(NAME)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let (_open, path) = short(folder)?;
    let listener = UnixListener::bind(&path)?;
    fs::set_permissions(folder.file(NAME), fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Connects to the holder.
pub fn connect(folder: &StateFolder) -> io::Result<UnixStream> {
    let (_open, path) = short(folder)?;
    UnixStream::connect(path)
}

/// A socket's address holds 107 bytes at most (unix(7)), and a state folder may lie deeper than that: go through
/// a descriptor of the folder, which has to stay open meanwhile.
fn short(folder: &StateFolder) -> io::Result<(File, PathBuf)> {
    let open = File::open(folder.path())?;
    let path = PathBuf::from(format!("/proc/self/fd/{}/{NAME}", open.as_raw_fd()));
    Ok((open, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_folder_works_and_the_socket_is_private() {
        let scratch = tempfile::tempdir().unwrap();
        let deep = scratch.path().join("d".repeat(100)).join("e".repeat(100));
        let folder = StateFolder::at(deep, scratch.path().join("hosts"));
        folder.create().unwrap();
        let _listener = bind(&folder).unwrap();
        connect(&folder).unwrap();
        let mode = fs::metadata(folder.file(NAME))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
