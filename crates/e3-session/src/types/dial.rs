//! What an overlay gives a party: where to listen, and which address reaches which peer.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

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
    /// Party i connects to every party j < i; the last party never listens.
    HigherToLower,
    /// Any party may connect to any other.
    Mesh,
}

impl Dial {
    /// Its name in e3.toml and in an agreement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LowerToHigher => "lower-to-higher",
            Self::HigherToLower => "higher-to-lower",
            Self::Mesh => "mesh",
        }
    }

    /// Whether party `from` opens connections to party `to`.
    pub fn dials(self, from: PartyIndex, to: PartyIndex) -> bool {
        match self {
            Self::LowerToHigher => from < to,
            Self::HigherToLower => from > to,
            Self::Mesh => from != to,
        }
    }
}

/// The ports that a program's parties listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// The first of them.
    pub base: u16,
    /// How the parties use them.
    pub layout: PortLayout,
}

/// How parties use their ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PortLayout {
    /// Every party listens on the first port.
    One,
    /// Party i listens on the first port plus i.
    Indexed,
    /// Beside the first port, parties listen on whichever ports they agree on among themselves.
    Any,
}

impl PortLayout {
    /// Its name in e3.toml and in an agreement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Indexed => "indexed",
            Self::Any => "any",
        }
    }
}

impl Ports {
    /// Every party listens on this port.
    pub fn one(port: u16) -> Self {
        Self {
            base: port,
            layout: PortLayout::One,
        }
    }

    /// The port on which a party is dialled first.
    pub fn of(self, party: PartyIndex) -> u16 {
        match self.layout {
            PortLayout::One | PortLayout::Any => self.base,
            PortLayout::Indexed => self.base.saturating_add(party.0),
        }
    }
}

impl fmt::Display for Ports {
    /// `5000`, `5000+index` or `5000 and any`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let behind = match self.layout {
            PortLayout::One => "",
            PortLayout::Indexed => "+index",
            PortLayout::Any => " and any",
        };
        write!(f, "{}{behind}", self.base)
    }
}
