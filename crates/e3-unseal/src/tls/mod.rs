//! TLS 1.3 over TCP (RFC 8446).

mod hello;
mod record;
mod schedule;
#[cfg(test)]
mod tests;

pub(crate) use hello::{Answer, Offer, messages};
pub(crate) use schedule::{Opener, QUIC, Schedule, Secret, Suite};

use self::{
    record::{Record, records},
    schedule::TLS,
};
use crate::{Conversation, Keys, Protocol, Stream};

/// The kinds of messages of a handshake (RFC 8446, section 4), and of records (section 5.1).
pub(crate) const FINISHED: u8 = 20;
const IN_HANDSHAKE: u8 = 22;
const DATA: u8 = 23;

/// Those that begin with both hellos.
pub(crate) fn conversations(streams: &[Stream], keys: &Keys) -> Vec<Conversation> {
    let offers = streams.iter().filter_map(|said| {
        let back = |other: &&Stream| (other.from, other.to) == (said.to, said.from);
        let heard = streams.iter().find(back)?;
        Some((said, heard, Dialogue::read(&said.bytes, &heard.bytes)?))
    });
    let tried = offers.map(|(said, _, dialogue)| {
        let mut conversation = Conversation::new(Protocol::Tls, said.from, said.to);
        dialogue.try_all(keys, &mut conversation);
        conversation
    });
    tried.collect()
}

/// Both directions of a connection.
struct Dialogue<'a> {
    hellos: Hellos,
    client: Vec<Record<'a>>,
    server: Vec<Record<'a>>,
}

/// Both hellos, and what follows from them.
pub(crate) struct Hellos {
    /// Both messages, one behind the other.
    pub(crate) messages: Vec<u8>,
    pub(crate) offer: Offer,
    pub(crate) answer: Answer,
}

impl Hellos {
    /// Those that the messages of both sides begin with.
    pub(crate) fn read(client: &[u8], server: &[u8]) -> Option<Self> {
        let (offered, answered) = (messages(client).next()?, messages(server).next()?);
        Some(Self {
            messages: [offered, answered].concat(),
            offer: Offer::read(offered)?,
            answer: Answer::read(answered)?,
        })
    }

    /// Why keys of X25519 have no part in it, where they have none.
    pub(crate) fn barred(&self) -> Option<&'static str> {
        if self.answer.asks_again {
            return Some("the first offer was not taken, and a second one is not looked into");
        }
        if self.answer.is_older {
            return Some("it is an older TLS than 1.3");
        }
        if self.answer.resumes {
            return Some("it goes on from an earlier one, whose secret is part of it");
        }
        if Suite::of(self.answer.suite).is_none() || self.answer.share.is_none() {
            return Some("its key exchange is none of X25519");
        }
        None
    }

    /// The schedules that follow from each key in the place of one that was agreed with.
    pub(crate) fn schedules<'a>(&'a self, keys: &'a Keys) -> impl Iterator<Item = Schedule> + 'a {
        let suite = Suite::of(self.answer.suite);
        let shares = [self.offer.share, self.answer.share];
        let publics: Vec<_> = shares.into_iter().flatten().collect();
        let agreements = keys.agreements(&publics).collect::<Vec<_>>().into_iter();
        agreements.filter_map(move |shared| Schedule::new(suite?, &shared))
    }
}

impl<'a> Dialogue<'a> {
    fn read(client: &'a [u8], server: &'a [u8]) -> Option<Self> {
        let (client, server) = (records(client), records(server));
        let hellos = Hellos::read(&in_clear(&client), &in_clear(&server))?;
        Some(Self {
            hellos,
            client,
            server,
        })
    }

    fn try_all(&self, keys: &Keys, conversation: &mut Conversation) {
        conversation.barred = self.hellos.barred();
        if conversation.barred.is_some() {
            return;
        }
        for schedule in self.hellos.schedules(keys) {
            conversation.tried += 1;
            if let Some(opened) = self.open(&schedule) {
                conversation.handshake.push("all of the handshake");
                conversation.opened = opened;
                return;
            }
        }
    }

    /// What both said, where this is what they have derived.
    fn open(&self, schedule: &Schedule) -> Option<Vec<u8>> {
        let hellos = &self.hellos.messages;
        let pair = schedule.handshake(hellos)?;
        let mut server = Sealed::new(&self.server, &pair.server)?;
        let answer = server.flight()?;
        let mut client = Sealed::new(&self.client, &pair.client)?;
        // Who began may not have come to say more.
        let _ = client.flight();
        let pair = schedule.application(&[&hellos[..], &answer].concat())?;
        let mut opened = server.rest(&pair.server);
        opened.extend(client.rest(&pair.client));
        Some(opened)
    }
}

/// The messages of a handshake before anything is encrypted.
fn in_clear(records: &[Record<'_>]) -> Vec<u8> {
    let clear = records
        .iter()
        .take_while(|record| record.kind == IN_HANDSHAKE);
    clear.flat_map(|record| record.content).copied().collect()
}

/// The encrypted records of one side.
struct Sealed<'a> {
    records: std::vec::IntoIter<&'a Record<'a>>,
    opener: Opener,
    next: u64,
}

impl<'a> Sealed<'a> {
    fn new(records: &'a [Record<'a>], secret: &Secret) -> Option<Self> {
        let sealed = records.iter().filter(|record| record.kind == DATA);
        Some(Self {
            records: sealed.collect::<Vec<_>>().into_iter(),
            opener: Opener::new(secret, &TLS)?,
            next: 0,
        })
    }

    /// What stands in the next one, and its kind (RFC 8446, section 5.2).
    fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        let record = self.records.next()?;
        let opened = self
            .opener
            .open(self.next, 0, record.header, record.content);
        self.next += 1;
        let mut inner = opened?;
        while inner.last() == Some(&0) {
            inner.pop();
        }
        let kind = inner.pop()?;
        Some((kind, inner))
    }

    /// The messages of its handshake, up to the last.
    fn flight(&mut self) -> Option<Vec<u8>> {
        let mut flight = Vec::new();
        loop {
            let (kind, inner) = self.next()?;
            if kind != IN_HANDSHAKE {
                return None;
            }
            flight.extend(inner);
            if messages(&flight).any(|message| message.first() == Some(&FINISHED)) {
                return Some(flight);
            }
        }
    }

    /// What is said afterwards.
    fn rest(&mut self, secret: &Secret) -> Vec<u8> {
        let mut said = Vec::new();
        let Some(opener) = Opener::new(secret, &TLS) else {
            return said;
        };
        (self.opener, self.next) = (opener, 0);
        while let Some((kind, inner)) = self.next() {
            if kind == DATA {
                said.extend(inner);
            }
        }
        said
    }
}
