//! What can go wrong in the overlay.

use std::{io, net::IpAddr, path::PathBuf};

use e3_forward::place::PlaceError;
use e3_nebula::{CertificateError, KeyError, Refusal};
use e3_overlay::OverlayError;
use e3_stock::{DaemonError, Missing};
use thiserror::Error;

use crate::NAME;

/// Why the overlay, or its lighthouse, cannot be set up. That a peer cannot be reached is a link's state, not an error.
#[derive(Debug, Error)]
pub enum NebulaError {
    /// This host has no nebula.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// What this host has is not nebula, or is too old.
    #[error("{path} says that it is `{said}`, expected Nebula 1.6.1 or later")]
    Version {
        /// The program.
        path: String,
        /// What it said when it was asked.
        said: String,
    },
    /// No key can be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No certificate can be made.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The networks have nothing that all hosts' nebula can use.
    #[error(
        "the parties' networks have no IPv4, and not every host's nebula knows IPv6 (1.10 and later do): let `network.virtual` have one of IPv4"
    )]
    NoNetwork,
    /// New interfaces of this host are without IPv6, which is all that the networks have.
    #[error(
        "the parties' networks have IPv6 alone, which is switched off for new interfaces of this host: `sysctl net.ipv6.conf.default.disable_ipv6=0` switches it on, or let `network.virtual` have one of IPv4"
    )]
    NoSix,
    /// A party has not introduced an authority that can be used.
    #[error("the introduction of party {name} has no authority for overlay nebula: {why}")]
    Introduction {
        /// The party.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// A party's authority is not believed.
    #[error("the authority of party {name} is not believed: {source}")]
    Refused {
        /// The party.
        name: String,
        /// Why.
        source: Refusal,
    },
    /// An authority that could let its host send in others' names.
    #[error(
        "the authority of {name} may certify networks behind its host, and with them others' addresses: it was not made by this version of E³"
    )]
    Behind {
        /// The party, or the lighthouse.
        name: String,
    },
    /// Two parties with one authority.
    #[error("parties {first} and {second} have introduced the same authority: each needs its own")]
    SameAuthority {
        /// The party that has it first.
        first: String,
        /// The other one.
        second: String,
    },
    /// There is no lighthouse, or its facts cannot be read.
    #[error("overlay nebula has no lighthouse: {0}")]
    Lighthouse(String),
    /// A party has the lighthouse's address.
    #[error(
        "party {name} has the address {address}, which the lighthouse needs: let `network.virtual` be larger"
    )]
    Crowded {
        /// The party.
        name: String,
        /// The last of the network.
        address: IpAddr,
    },
    /// A party that was added cannot use what the others use.
    #[error(
        "the nebula of {name} does not read the certificates that the others use: `e3 down`, then `e3 up`, chooses such as all read"
    )]
    Lacks {
        /// The party, or the lighthouse.
        name: String,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The stock program cannot be started.
    #[error(transparent)]
    Daemon(#[from] DaemonError),
    /// The stock program ended instead of coming up, or did not come up.
    #[error("{0}{hint}", hint = hint(.0))]
    Ended(String),
    /// The stock program's lines are not understood.
    #[error(
        "this host's nebula does not tell of its handshake with party {name}, so that nobody would notice a member that takes another's address: is it of a version that E³ does not know? 1.6.1 and 1.11.1 are tried"
    )]
    Silent {
        /// The party, which has answered.
        name: String,
    },
    /// The program's place cannot be made.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A port cannot be had.
    #[error("cannot listen on UDP port {port}: {source}; choose another by `nebula.port`, or none")]
    Port {
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

/// What to do where nebula could not make its interface; nebula's words for that are those of its device or of the system.
fn hint(said: &str) -> &'static str {
    let of_its_device = [
        "/dev/net/tun",
        "operation not permitted",
        "failed to get a tun",
    ];
    let said = said.to_ascii_lowercase();
    if of_its_device.iter().any(|words| said.contains(words)) {
        "; nebula needs the right to make interfaces (CAP_NET_ADMIN): `e3 doctor` says whether this host gives it"
    } else {
        ""
    }
}

impl From<NebulaError> for OverlayError {
    fn from(error: NebulaError) -> Self {
        Self::Of {
            overlay: NAME,
            source: Box::new(error),
        }
    }
}
