//! The ports that programs listen on, as parties tell them to the desk and as a coordinator opens them.

use std::collections::BTreeSet;

use e3_session::types::{PartyIndex, PortLayout, Ports};

/// What stands for all ports, of which 0 is none.
pub(crate) const ALL: u16 = 0;

/// Ports of a party that are open to the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Open {
    /// All of them: programs agree on theirs among themselves.
    All,
    /// These.
    These(BTreeSet<u16>),
}

/// The port that a party tells the desk: the one that its program listens on, or 0 for any.
pub(crate) fn told(ports: Ports, me: PartyIndex) -> u16 {
    match ports.layout {
        PortLayout::Any => ALL,
        PortLayout::One | PortLayout::Indexed => ports.of(me),
    }
}

impl Open {
    /// What of a party is open to the others: the port that it has told.
    pub(crate) fn to(ports: Ports, me: PartyIndex) -> Self {
        [told(ports, me)].into_iter().collect()
    }
}

impl FromIterator<u16> for Open {
    fn from_iter<All: IntoIterator<Item = u16>>(ports: All) -> Self {
        let ports: BTreeSet<u16> = ports.into_iter().collect();
        if ports.contains(&ALL) {
            Self::All
        } else {
            Self::These(ports)
        }
    }
}
