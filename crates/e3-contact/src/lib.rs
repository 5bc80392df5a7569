//! Where parties and relays can be reached, as peers, relays' hosts and whoever is on the LAN say it, and what of that is
//! believed. Pure: it opens no socket, so that any bytes can be tried on it.
//!
//! - [`Record`], [`Signed`]: contact records, by which parties tell one another where they are now;
//! - [`Told`]: what a relay's host tells of the relay;
//! - [`Neighbour`]: where on the LAN a peer is said to be;
//! - [`shown`], [`key_in`], [`introduced`]: parties' keys, as they are introduced and as they are shown in handshakes;
//! - [`can_be_at`]: where nobody is sent, whoever says so.

mod keys;
mod neighbour;
mod place;
mod record;
mod told;

pub use keys::{introduced, key_in, shown};
pub use neighbour::Neighbour;
pub use place::{MAX_ADDRESSES, can_be_at};
pub use record::{MAX_BYTES, Record, RecordError, Signed};
pub use told::{Told, ToldError};
