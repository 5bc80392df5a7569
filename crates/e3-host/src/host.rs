//! A machine that a party runs on.

use std::{io, net::IpAddr, path::Path, process::Stdio};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    process::{Child, Command},
};

use crate::HostError;

/// A machine that a party runs on.
pub trait Host: Send + Sync {
    /// Its name, unique in the environment.
    fn name(&self) -> &str;

    /// Where it is attached.
    fn place(&self) -> &Place;

    /// Starts a program on the host, with pipes for its standard input and output. It ends with this process.
    fn start(&self, program: &Path, arguments: &[&str]) -> Result<Started, HostError>;

    /// Bytes that the host has sent over its network, if that can be told.
    fn bytes_sent(&self) -> Option<u64>;

    /// Ends every process on the host.
    fn end_all(&self) -> Result<(), HostError>;
}

/// A host as it will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedHost {
    /// Its name.
    pub name: String,
    /// Where it will be attached.
    pub place: Place,
    /// The addresses by which other sites will see it.
    pub seen_as: Vec<IpAddr>,
}

/// Where a host is attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The region.
    pub region: String,
    /// The site; hosts of one site reach each other without passing a router.
    pub site: String,
    /// The NAT in front of the site, in e3.toml's word; `none` if there is none.
    pub nat: String,
    /// The host's own addresses.
    pub addresses: Vec<IpAddr>,
}

/// A program that was started on a host.
pub struct Started {
    /// Its standard input.
    pub input: Box<dyn AsyncWrite + Send + Unpin>,
    /// Its standard output.
    pub output: Box<dyn AsyncRead + Send + Unpin>,
    /// The local process that stands for it; killed when dropped.
    pub child: Child,
}

impl Started {
    /// Starts a local command with pipes for its standard input and output; it is killed when dropped.
    pub fn spawn(mut command: Command) -> io::Result<Self> {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self {
                input: Box::new(input),
                output: Box::new(output),
                child,
            }),
            _ => Err(io::Error::other("it has no standard streams")),
        }
    }
}
