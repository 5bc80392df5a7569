//! What both ends of a link are told.

use std::{fmt, time::Duration};

/// Which end decides over carriers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// This one.
    Leader,
    /// The other one.
    Follower,
}

impl Role {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Leader => 0,
            Self::Follower => 1,
        }
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Leader),
            1 => Some(Self::Follower),
            _ => None,
        }
    }
}

/// One life of one end of a link: 16 bytes drawn at random when it begins, never all zero. Whoever is restarted has
/// another, and so nobody takes it for the one that knew what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Incarnation(pub(crate) [u8; 16]);

impl Incarnation {
    /// One of these bytes, unless all are zero.
    pub fn new(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }
}

/// How a link behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which end this is.
    pub role: Role,
    /// What both ends must have in common, such as the session's id.
    pub context: [u8; 32],
    /// This end.
    pub incarnation: Incarnation,
    /// How long the link may be without a carrier, once it had one or a stream waits for it.
    pub outage: Duration,
    /// How often the peer is asked for a sign of life. After twice as long without one, the carrier is suspect.
    pub ping: Duration,
    /// How long a carrier may take to be attached.
    pub patience: Duration,
    /// When what has arrived is acknowledged at the latest.
    pub acknowledge_after: Duration,
    /// Bytes that are kept until the peer has acknowledged them; then nothing more is taken from programs.
    pub replay: usize,
    /// The most bytes that a stream's peer may have sent before the program here has taken them.
    pub window: u32,
    /// The same of all streams together.
    pub windows: u64,
}

impl Settings {
    /// The usual ones.
    pub fn new(role: Role, context: [u8; 32], incarnation: Incarnation) -> Self {
        Self {
            role,
            context,
            incarnation,
            outage: Duration::from_mins(10),
            ping: Duration::from_secs(3),
            patience: Duration::from_secs(15),
            acknowledge_after: Duration::from_millis(500),
            replay: 8 << 20,
            window: 4 << 20,
            windows: 128 << 20,
        }
    }
}

/// A version of IP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// What a stream is: a connection from one program to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Call {
    /// The port that is called.
    pub port: u16,
    /// The port of the caller.
    pub from_port: u16,
    /// The version of IP that the caller has used.
    pub family: Family,
    /// The run of a program that it belongs to.
    pub run: u32,
}

/// A stream of a link: even where the leader has opened it, odd where the follower has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u32);

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
