//! What an overlay gives a party: where to listen, and which address reaches which peer.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::PartyIndex;

/// How one party reaches all parties of a roster, itself included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialTable {
    /// The party that this table is for.
    pub me: PartyIndex,
    /// One entry a party, in the order of their indices.
    pub parties: Vec<Reach>,
}

/// The address at which one party is reached, as seen from the table's owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// The party reached.
    pub party: PartyIndex,
    /// Its name in the roster.
    pub name: String,
    /// Its address; for the owner itself, the address to listen on.
    pub address: IpAddr,
    /// The port of the program.
    pub port: u16,
}

impl Reach {
    /// Address and port together.
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }
}

/// Which parties of a program open connections to which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dial {
    /// Party i connects to every party j > i, as MPyC does; party 0 never listens.
    LowerToHigher,
    /// Any party may connect to any other.
    Mesh,
}

impl Dial {
    /// Whether party `from` opens connections to party `to`.
    pub fn dials(self, from: PartyIndex, to: PartyIndex) -> bool {
        match self {
            Self::LowerToHigher => from < to,
            Self::Mesh => from != to,
        }
    }
}
