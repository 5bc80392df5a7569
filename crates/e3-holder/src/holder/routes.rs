//! Which agent is which party, for messages between agents.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use e3_session::types::PartyIndex;

use super::link::Link;

/// The agents by their parties' indices; nobody before there is a roster.
///
/// Where a later roster leaves somebody out, indices change twice. Whoever has admitted it reads by its indices from whom a
/// message comes; but an overlay writes by those of the roster before until it takes the new one (*connect*).
#[derive(Clone, Default)]
pub(crate) struct Routes(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    /// In the roster that was admitted last.
    from: Vec<Link>,
    /// In the roster that the overlays have taken.
    to: Vec<Link>,
}

impl Routes {
    /// All have admitted a roster of these, in the order of indices.
    pub(crate) fn admitted(&self, links: Vec<Link>) {
        let mut table = self.table();
        if table.to.is_empty() {
            table.to.clone_from(&links);
        }
        table.from = links;
    }

    /// The overlays take the roster that was admitted last.
    pub(crate) fn taken(&self) {
        let mut table = self.table();
        let Table { from, to } = &mut *table;
        to.clone_from(from);
    }

    /// The index of the party on a host, as the others know it; none of one that they do not know any more.
    pub(crate) fn index(&self, host: &str) -> Option<PartyIndex> {
        index(&self.table().from, host)
    }

    /// By which index a message from a host is delivered, and to whom; none where one of the two is no party any more.
    pub(crate) fn find(&self, host: &str, to: PartyIndex) -> Option<(PartyIndex, Link)> {
        let table = self.table();
        let from = index(&table.from, host)?;
        let link = table.to.get(usize::from(to.0))?;
        index(&table.from, link.host())?;
        Some((from, link.clone()))
    }

    /// The agents of all parties.
    pub(crate) fn all(&self) -> Vec<Link> {
        self.table().from.clone()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn index(links: &[Link], host: &str) -> Option<PartyIndex> {
    let index = links.iter().position(|link| link.host() == host)?;
    u16::try_from(index).ok().map(PartyIndex)
}
