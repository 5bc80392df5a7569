//! An agent on its standard input and output.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{UnixStream, unix::pipe},
};

use crate::{Farewell, Kit, serve};

/// Serves the controller at the other end of standard input and output, which are pipes or sockets; anything else is
/// read by a thread of its own.
///
/// Must be called in a runtime. The caller should end the process with the farewell's exit code at once, and not wait
/// for the runtime's threads, one of which may still be reading.
pub async fn serve_stdio(kit: impl Into<Kit>) -> io::Result<Farewell> {
    let input: Box<dyn AsyncRead + Unpin> = reader(io::stdin().as_fd().try_clone_to_owned()?)?;
    let output: Box<dyn AsyncWrite + Unpin + Send> =
        writer(io::stdout().as_fd().try_clone_to_owned()?)?;
    Ok(serve(input, output, kit).await)
}

fn reader(fd: OwnedFd) -> io::Result<Box<dyn AsyncRead + Unpin>> {
    Ok(match kind(&fd)? {
        Kind::Pipe => Box::new(pipe::Receiver::from_owned_fd(fd)?),
        Kind::Socket => Box::new(socket(fd)?),
        Kind::Other => Box::new(tokio::io::stdin()),
    })
}

fn writer(fd: OwnedFd) -> io::Result<Box<dyn AsyncWrite + Unpin + Send>> {
    Ok(match kind(&fd)? {
        Kind::Pipe => Box::new(pipe::Sender::from_owned_fd(fd)?),
        Kind::Socket => Box::new(socket(fd)?),
        Kind::Other => Box::new(tokio::io::stdout()),
    })
}

enum Kind {
    Pipe,
    Socket,
    Other,
}

fn kind(fd: &OwnedFd) -> io::Result<Kind> {
    use rustix::fs::{FileType, fstat};
    Ok(match FileType::from_raw_mode(fstat(fd)?.st_mode) {
        FileType::Fifo => Kind::Pipe,
        FileType::Socket => Kind::Socket,
        _ => Kind::Other,
    })
}

fn socket(fd: OwnedFd) -> io::Result<UnixStream> {
    let stream = std::os::unix::net::UnixStream::from(fd);
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}
