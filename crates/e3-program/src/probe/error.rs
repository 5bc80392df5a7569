//! Why a probe has no result.

use std::{io, net::SocketAddr, path::PathBuf, time::Duration};

/// Why a probe has no result.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// A variable that every program has is missing or wrong.
    #[error(
        "{name} is {found:?}: expected {expected}; a probe is started by `e3 run --probe NAME`"
    )]
    Variable {
        /// Its name.
        name: &'static str,
        /// Its value, empty where it is missing.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// This party cannot listen.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
    /// Not all parties were connected in time.
    #[error("after {} s these parties are not connected: {missing:?}", waited.as_secs())]
    Unconnected {
        /// Their indices.
        missing: Vec<u16>,
        /// How long they were waited for.
        waited: Duration,
    },
    /// The connection to a party has broken.
    #[error("the connection to party {party} has broken: {cause}")]
    Broken {
        /// The party.
        party: u16,
        /// What the system said.
        cause: io::Error,
    },
    /// A party says nothing more.
    #[error("nothing was heard for {} s: a party has stopped, or the network is down", waited.as_secs())]
    Silent {
        /// How long it was waited for.
        waited: Duration,
    },
    /// A party says what no party says that takes part in this measurement.
    #[error("party {party} does not measure with the others: {reason}; do all run the same probe?")]
    Strange {
        /// The party.
        party: u16,
        /// What it said, and what was expected.
        reason: String,
    },
    /// A profile cannot be used.
    #[error("{} is no profile: {reason}", path.display())]
    Profile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The program itself cannot go on.
    #[error("cannot {what}: {cause}")]
    Own {
        /// What it wanted to do.
        what: &'static str,
        /// What the system said.
        cause: io::Error,
    },
}
