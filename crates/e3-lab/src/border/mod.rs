//! The borders of all sites: which address belongs to whom, and what a packet becomes where it leaves a site and where
//! it comes to one.
//!
//! It is the wide-area router's, and does neither input nor output.

use crate::plan::{Plan, SLOTS, site_slot};
use crate::wan::packet;

/// What becomes of a packet that a site has sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Departure {
    /// It goes to this site.
    To(usize),
    /// It comes back to the site that sent it, at once: the site's own router has turned it around or answered it.
    Back,
    /// It goes nowhere.
    Drop(Why),
}

/// What becomes of a packet that has come to a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It enters.
    Enter,
    /// The site's router has turned it into its own answer, which goes to the site that the packet came from.
    Answer,
    /// It ends here.
    Drop(Why),
}

/// Why a packet goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// No site has the address. Its sender should be told.
    Unroutable,
    /// A NAT or firewall does not let it pass.
    Filtered,
    /// It is meant for the link alone, and no link leads out of a site.
    LinkLocal,
}

/// The borders of all sites.
#[derive(Debug)]
pub(crate) struct Borders {
    /// The site of each slot of addresses.
    table: Vec<Option<usize>>,
}

impl Borders {
    /// As planned.
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut table = vec![None; SLOTS];
        for (index, site) in plan.sites.iter().enumerate() {
            if let Some(slots) = table.get_mut(site.block.slots()) {
                slots.fill(Some(index));
            }
        }
        Self { table }
    }

    /// Lets a packet out of a site, at this time in nanoseconds.
    pub(crate) fn depart(&mut self, _from: usize, packet: &mut [u8], _now: u64) -> Departure {
        let Some(address) = packet::destination(packet) else {
            return Departure::Drop(Why::LinkLocal);
        };
        let slot = site_slot(address).and_then(|slot| self.table.get(slot));
        slot.copied()
            .flatten()
            .map_or(Departure::Drop(Why::Unroutable), Departure::To)
    }

    /// Lets a packet into a site.
    pub(crate) fn arrive(&mut self, _at: usize, _packet: &mut [u8], _now: u64) -> Arrival {
        Arrival::Enter
    }
}
