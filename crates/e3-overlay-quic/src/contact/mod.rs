//! Contact records: where a party's endpoint can be reached now.
//!
//! They change without changing the roster. Each is signed by the endpoint's key, which the roster names, and numbered,
//! so that no courier can invent one or bring back an older one. They say where to knock, never whom to believe: whoever
//! answers there still has to prove that key.

mod book;
mod record;

pub(crate) use book::Book;
pub(crate) use record::{MAX_ADDRESSES, Record, RecordError, Signed, can_be_at};
