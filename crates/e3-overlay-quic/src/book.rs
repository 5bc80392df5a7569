//! The newest record of every peer.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use e3_contact::{Record, RecordError, Signed};
use e3_session::types::SessionId;
use iroh::PublicKey;
use thiserror::Error;

use crate::guests::Guests;

/// The newest records, by the keys that signed them.
#[derive(Debug)]
pub(crate) struct Book {
    session: SessionId,
    guests: Guests,
    records: Mutex<BTreeMap<PublicKey, Record>>,
}

/// Why a record is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum BookError {
    /// It is none, or not signed.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The roster does not name whose record it is.
    #[error("it is of somebody whom the roster does not name")]
    Stranger,
    /// The same or a newer one is known.
    #[error("it is number {found}, and number {known} is known")]
    Old {
        /// Its number.
        found: u64,
        /// The number that is known.
        known: u64,
    },
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
    pub(crate) fn take(&self, bytes: &[u8]) -> Result<Taken, BookError> {
        let signed = Signed::decode(bytes)?;
        let key = PublicKey::from_verifying_key(*signed.key());
        if self.guests.who(&key).is_none() {
            return Err(BookError::Stranger);
        }
        let record = signed.verify(self.session)?;
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let known = records.get(&key).map(|known| known.sequence);
        if let Some(known) = known
            && known >= record.sequence
        {
            return Err(BookError::Old {
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

#[cfg(test)]
mod tests {
    use e3_session::types::PartyIndex;

    use super::*;
    use crate::key::SessionKey;

    const SESSION: SessionId = SessionId([5; 16]);

    fn record(sequence: u64) -> Record {
        Record {
            session: SESSION,
            sequence,
            tcp: Vec::new(),
            quic: Vec::new(),
            relays: Vec::new(),
        }
    }

    #[test]
    fn an_older_one_never_replaces_a_newer() {
        let key = SessionKey::generate().unwrap();
        let guests = Guests::default();
        guests.admit([(key.public(), PartyIndex(1))]);
        let book = Book::new(SESSION, guests.clone());
        let take = |sequence| book.take(&record(sequence).sign(key.signing()).encode());
        assert!(take(2).unwrap().first);
        for found in [0, 1, 2] {
            assert_eq!(take(found), Err(BookError::Old { found, known: 2 }));
        }
        assert!(!take(3).unwrap().first);
        assert_eq!(book.get(&key.public()).unwrap().sequence, 3);
        book.forget_strangers();
        assert!(book.get(&key.public()).is_some());
        guests.admit([]);
        book.forget_strangers();
        assert_eq!(book.get(&key.public()), None);
    }

    #[test]
    fn strangers_have_no_records() {
        let book = Book::new(SESSION, Guests::default());
        let bytes = record(1)
            .sign(SessionKey::generate().unwrap().signing())
            .encode();
        assert_eq!(book.take(&bytes), Err(BookError::Stranger));
    }
}
