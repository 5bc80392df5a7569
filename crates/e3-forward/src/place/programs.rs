//! Connections of the program on this host, as a link sees them.

use std::io;

use async_trait::async_trait;
use e3_session::types::PartyIndex;
use tokio::net::TcpStream;

/// A version of IP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// A connection that the program on this host has opened to a peer.
#[derive(Debug)]
pub struct Accepted {
    /// The peer that it is meant for.
    pub to: PartyIndex,
    /// The peer's port that it is meant for.
    pub port: u16,
    /// The program's own port.
    pub from_port: u16,
    /// The version of IP that the program has used.
    pub family: Family,
    /// This end of it. As far as the program can tell, it is connected with the peer already.
    pub stream: TcpStream,
}

/// A connection that a peer's program wants to open to the one on this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The peer.
    pub from: PartyIndex,
    /// The port of the peer's program.
    pub from_port: u16,
    /// The port of the program on this host.
    pub port: u16,
    /// The version of IP that the peer's program has used.
    pub family: Family,
}

/// The program on this host, from which connections come and to which they go. What links are written against, so that
/// they can be tried without a [`Place`](super::Place).
#[async_trait]
pub trait Programs: Send + Sync + 'static {
    /// The next connection that the program opens to any peer. May be broken off and called again: nothing is lost.
    ///
    /// # Errors
    /// The place has ended, and with it all that could come. What is wrong with one connection ends that one only.
    async fn accept(&self) -> io::Result<Accepted>;

    /// Connects to the program, from the peer's address, and from its port where that is free.
    ///
    /// # Errors
    /// What the program's own system said, [`io::ErrorKind::ConnectionRefused`] above all: nobody listens on that port
    /// yet; [`io::ErrorKind::PermissionDenied`] if that port is not the program's.
    async fn dial(&self, call: Call) -> io::Result<TcpStream>;

    /// Whether peers may connect only while a program runs, since somebody else may listen there at other times.
    fn only_within_runs(&self) -> bool {
        false
    }
}
