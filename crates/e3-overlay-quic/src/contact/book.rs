//! The newest record of every peer.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use e3_session::types::SessionId;
use iroh::PublicKey;

use super::{Record, RecordError, Signed};
use crate::guests::Guests;

/// The newest records, by the keys that signed them.
#[derive(Debug)]
pub(crate) struct Book {
    session: SessionId,
    guests: Guests,
    records: Mutex<BTreeMap<PublicKey, Record>>,
}

/// A record that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Whose it is.
    pub(crate) key: PublicKey,
    /// Whether it is the first of that party.
    pub(crate) first: bool,
}

impl Book {
    /// An empty one, for records of those that `guests` name.
    pub(crate) fn new(session: SessionId, guests: Guests) -> Self {
        Self {
            session,
            guests,
            records: Mutex::default(),
        }
    }

    /// Takes a record, if a party of the roster has signed it and it is newer than what is known of that party.
    pub(crate) fn take(&self, bytes: &[u8]) -> Result<Taken, RecordError> {
        let signed = Signed::decode(bytes)?;
        let key = *signed.key();
        if self.guests.who(&key).is_none() {
            return Err(RecordError::Stranger);
        }
        let record = signed.verify(self.session)?;
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let known = records.get(&key).map(|known| known.sequence);
        if let Some(known) = known
            && known >= record.sequence
        {
            return Err(RecordError::Old {
                found: record.sequence,
                known,
            });
        }
        records.insert(key, record);
        Ok(Taken {
            key,
            first: known.is_none(),
        })
    }

    /// The newest record of whoever has this key.
    pub(crate) fn get(&self, key: &PublicKey) -> Option<Record> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.get(key).cloned()
    }

    /// Forgets whom the roster does not name any more.
    pub(crate) fn forget_strangers(&self) {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.retain(|key, _| self.guests.who(key).is_some());
    }
}
