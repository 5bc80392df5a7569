//! Why entries make no roster.

use std::net::IpAddr;

use e3_identity::Did;
use thiserror::Error;

use super::{
    super::{PartyIndex, Subnet},
    MAX_NAME, MAX_PARTIES,
};

/// Why entries make no roster.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RosterError {
    /// Nobody takes part.
    #[error("a roster needs at least one party")]
    Empty,
    /// Too many take part.
    #[error("a roster has at most {MAX_PARTIES} parties, found {found}")]
    TooMany {
        /// How many there are.
        found: usize,
    },
    /// A name that cannot be shown on a line of its own.
    #[error(
        "party {party} is named {name:?}: expected 1 to {MAX_NAME} bytes without control characters"
    )]
    Name {
        /// Whose name it is.
        party: PartyIndex,
        /// The name.
        name: String,
    },
    /// One name, two parties.
    #[error("parties {first} and {second} are both named {name:?}: give each its own name")]
    SameName {
        /// The party that has it first.
        first: PartyIndex,
        /// The other one.
        second: PartyIndex,
        /// The name.
        name: String,
    },
    /// The networks are more than one of each version of IP.
    #[error(
        "a roster's networks are {first} and {second}: expected at most one of IPv4 and one of IPv6"
    )]
    Networks {
        /// One network.
        first: Subnet,
        /// Another of the same version.
        second: Subnet,
    },
    /// A party's addresses are not one in each network.
    #[error("party {name:?} has {found} for its virtual addresses: expected {expected}")]
    Addresses {
        /// The party.
        name: String,
        /// What it has.
        found: String,
        /// One of each network.
        expected: String,
    },
    /// One address, two parties.
    #[error("parties {first:?} and {second:?} both have the virtual address {address}")]
    SameAddress {
        /// The name of the party that has it first.
        first: String,
        /// That of the other one.
        second: String,
        /// The address.
        address: IpAddr,
    },
    /// One DID, two parties.
    #[error(
        "parties {first:?} and {second:?} have the same DID, {did}: each party needs its own keys"
    )]
    SameDid {
        /// The name of the party that has it first.
        first: String,
        /// That of the other one.
        second: String,
        /// The DID.
        did: Did,
    },
}
