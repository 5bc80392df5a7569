//! What was recorded, and what became of it.

use std::{fmt, net::SocketAddr};

/// What somebody on a path has kept.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// Each direction of each TCP connection.
    pub streams: Vec<Stream>,
    /// What UDP carried, in its order.
    pub datagrams: Vec<Datagram>,
}

/// One direction of a TCP connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Who said it.
    pub from: SocketAddr,
    /// To whom it was said.
    pub to: SocketAddr,
    /// From its beginning, as far as nothing is missing.
    pub bytes: Vec<u8>,
}

/// What UDP carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datagram {
    /// Who sent it.
    pub from: SocketAddr,
    /// To whom.
    pub to: SocketAddr,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// What a conversation is encrypted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// TLS 1.3 over TCP.
    Tls,
    /// TLS 1.3 within QUIC.
    Quic,
    /// `WireGuard`: Noise IK.
    Wireguard,
    /// Nebula: Noise IX.
    Nebula,
    /// What Tailscale's clients say to their coordinator: Noise IK.
    Coordinator,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls => "TLS 1.3",
            Self::Quic => "QUIC",
            Self::Wireguard => "WireGuard (Noise IK)",
            Self::Nebula => "Nebula (Noise IX)",
            Self::Coordinator => "a coordinator's control protocol (Noise IK)",
        })
    }
}

/// A conversation that was recognised by its handshake, and what was opened of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// What it is encrypted with.
    pub protocol: Protocol,
    /// Who began it.
    pub from: SocketAddr,
    /// With whom.
    pub to: SocketAddr,
    /// How many secrets were derived and tried.
    pub tried: usize,
    /// What was opened of its handshake, which tells who speaks and not what: one clause each.
    pub handshake: Vec<&'static str>,
    /// What both ends said, as far as it was opened.
    pub opened: Vec<u8>,
    /// Why there was nothing to derive from keys, where that is so.
    pub barred: Option<&'static str>,
}

impl Conversation {
    pub(crate) fn new(protocol: Protocol, from: SocketAddr, to: SocketAddr) -> Self {
        Self {
            protocol,
            from,
            to,
            tried: 0,
            handshake: Vec::new(),
            opened: Vec::new(),
            barred: None,
        }
    }
}
