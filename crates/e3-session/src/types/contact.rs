//! Where a party can be reached now.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::PartyIndex;

/// A contact record: changes without changing the roster, so it is numbered by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Whose addresses these are.
    pub party: PartyIndex,
    /// Grows with every change; an older record never replaces a newer one.
    pub sequence: u64,
    /// Addresses to try, best first.
    pub addresses: Vec<IpAddr>,
}
