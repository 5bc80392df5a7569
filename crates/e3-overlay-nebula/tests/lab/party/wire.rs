//! What a test says to a party's process, and what that answers: lines of JSON.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use e3_session::types::{LinkReport, Options, Roster, ServiceFacts, Subnet};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// A wish of the test.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Ask {
    Introduce {
        name: String,
        addresses: Vec<IpAddr>,
        network: Vec<Subnet>,
        options: Options,
        folder: PathBuf,
    },
    Serve {
        folder: PathBuf,
        addresses: Vec<IpAddr>,
    },
    Admit(Vec<ByteBuf>),
    Join {
        roster: Box<Roster>,
        me: u16,
        services: Vec<ServiceFacts>,
        options: Options,
        folder: PathBuf,
    },
    Change(Box<Roster>),
    Links,
    Helpers,
    Health,
    Leave,
    /// Answers whoever calls this port, from now on, with what it says.
    Answer(u16),
    /// Calls, and says something ten times a second, as long as that is answered.
    Call(SocketAddr),
    /// Calls, says so many bytes and hears them back.
    Exchange(SocketAddr, usize),
    /// What has become of its calls, in the order in which it made them.
    Calls,
    /// Whom it has answered.
    Callers,
}

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Told {
    Done,
    Refused(String),
    Introduced(ByteBuf),
    Serving(ServiceFacts),
    Links(Vec<LinkReport>),
    Helpers(Vec<u32>),
    Health(String),
    Calls(Vec<Call>),
    Callers(Vec<(SocketAddr, Call)>),
}

/// One end of a connection.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Call {
    /// What it has heard, in bytes.
    pub(crate) heard: usize,
    /// How long ago it heard something last, in milliseconds.
    pub(crate) silent_ms: u64,
    /// How it has ended, if it has.
    pub(crate) ended: Option<String>,
}

/// A line of the process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Line {
    Told(Told),
    Severed(String),
    Notice(String),
}
