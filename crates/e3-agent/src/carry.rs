//! Sealed messages: from the overlay here to the same overlay at other parties, and back.

use e3_identity::{Did, Introduction, PartyKeys, SealedPair};
use e3_overlay::Mailbox;
use e3_session::{
    message::{Refusal, RefusalCode, Reply},
    types::{PartyIndex, Roster},
};
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;

use crate::agent::Agent;

/// Messages that may wait, in each direction.
const WAITING: usize = 64;

type Letter = (PartyIndex, ByteBuf);

/// The agent's post office.
///
/// A roster that is admitted is not yet the one that the overlay believes: until the overlay takes it (*connect*), what
/// the overlay sends goes to the parties of the roster before, and what comes from parties of the new one waits.
pub(crate) struct Post {
    /// Everybody in the roster in force or in the next one, but this party itself.
    correspondents: Vec<Correspondent>,
    /// For each index of the roster that the overlay believes, who of them it is.
    in_force: Places,
    /// The same of a roster that all have taken and the overlay has not.
    next: Option<Places>,
    /// From the overlay.
    sender: mpsc::Sender<Letter>,
    receiver: mpsc::Receiver<Letter>,
    /// To the overlay, once it was made.
    delivery: Option<mpsc::Sender<Letter>>,
    /// Whether the overlay is there and has the roster in force.
    settled: bool,
    /// What came when it was not.
    waiting: Vec<Letter>,
}

/// By index: a place among the correspondents; none for this party itself.
type Places = Vec<Option<usize>>;

/// A peer with the key to which messages for it are sealed.
struct Correspondent {
    did: Did,
    key: [u8; 32],
    pair: SealedPair,
}

impl Correspondent {
    fn is(&self, introduction: &Introduction) -> bool {
        self.key == introduction.sealing_key && self.did == introduction.did
    }
}

/// Why a message was not taken.
enum Undelivered {
    /// Nobody in the roster has sealed it like that.
    Unread(String),
    /// Too many are waiting.
    Full,
}

impl Post {
    pub(crate) fn new() -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        Self {
            correspondents: Vec::new(),
            in_force: Vec::new(),
            next: None,
            sender,
            receiver,
            delivery: None,
            settled: false,
            waiting: Vec::new(),
        }
    }

    /// Takes the sealing keys of a roster that all have taken. A peer that stays keeps its pair, so that no message can
    /// be sent again.
    pub(crate) fn expect(&mut self, keys: &PartyKeys, roster: &Roster) -> Result<(), Refusal> {
        self.waiting.clear();
        let mut places = Places::with_capacity(roster.parties.len());
        for entry in &roster.parties {
            let peer = &entry.introduction;
            if peer.did == *keys.did() {
                places.push(None);
                continue;
            }
            let known = self.correspondents.iter().position(|known| known.is(peer));
            if known.is_none() {
                let pair = SealedPair::new(keys, &roster.session.0, peer)
                    .map_err(|error| Refusal::new(RefusalCode::Mismatch, error.to_string()))?;
                self.correspondents.push(Correspondent {
                    did: peer.did.clone(),
                    key: peer.sealing_key,
                    pair,
                });
            }
            places.push(known.or(self.correspondents.len().checked_sub(1)));
        }
        self.next = Some(places);
        Ok(())
    }

    /// The overlay takes the roster. Those that are not in it any more are forgotten, and so is what the overlay has not
    /// sent yet: it was meant for parties of the roster before.
    pub(crate) fn turn(&mut self) {
        let Some(next) = self.next.take() else { return };
        self.settled = false;
        while self.receiver.try_recv().is_ok() {}
        let everybody = 0..self.correspondents.len();
        let places: Vec<usize> = everybody
            .filter(|place| next.contains(&Some(*place)))
            .collect();
        let moved = |place: usize| places.iter().position(|old| *old == place);
        self.in_force = next.iter().map(|place| place.and_then(moved)).collect();
        let mut place = 0;
        self.correspondents.retain(|_| {
            place += 1;
            places.contains(&(place - 1))
        });
    }

    /// A mailbox for an overlay that joins.
    pub(crate) fn mailbox(&mut self) -> Mailbox {
        let (delivery, incoming) = mpsc::channel(WAITING);
        self.delivery = Some(delivery);
        Mailbox::new(self.sender.clone(), incoming)
    }

    /// The overlay has the roster: hands over what came before. What it does not want is lost.
    pub(crate) fn catch_up(&mut self) {
        self.settled = true;
        if let Some(delivery) = &self.delivery {
            for letter in self.waiting.drain(..) {
                let _ = delivery.try_send(letter);
            }
        }
    }

    /// The overlay's next message, not yet sealed.
    pub(crate) async fn outgoing(&mut self) -> Option<(PartyIndex, Vec<u8>)> {
        let (to, message) = self.receiver.recv().await?;
        Some((to, message.into_vec()))
    }

    fn seal(&mut self, to: PartyIndex, message: &[u8]) -> Result<Vec<u8>, String> {
        let pair = pair(&self.in_force, &mut self.correspondents, to)?;
        pair.seal(message).map_err(|error| error.to_string())
    }

    fn take(&mut self, from: PartyIndex, sealed: &[u8]) -> Result<(), Undelivered> {
        let places = self.next.as_ref().unwrap_or(&self.in_force);
        let pair = pair(places, &mut self.correspondents, from).map_err(Undelivered::Unread)?;
        let waits = self.next.is_some() || !self.settled;
        if waits && self.waiting.len() >= WAITING {
            return Err(Undelivered::Full);
        }
        let message = pair.open(sealed);
        let message = message.map_err(|error| Undelivered::Unread(error.to_string()))?;
        let letter = (from, message.into());
        match &self.delivery {
            Some(delivery) if !waits => match delivery.try_send(letter) {
                Err(mpsc::error::TrySendError::Full(_)) => Err(Undelivered::Full),
                // An overlay that has dropped its mailbox wants no messages.
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
            },
            _ => {
                self.waiting.push(letter);
                Ok(())
            }
        }
    }
}

fn pair<'a>(
    places: &Places,
    correspondents: &'a mut [Correspondent],
    party: PartyIndex,
) -> Result<&'a mut SealedPair, String> {
    let place = places.get(usize::from(party.0)).copied().flatten();
    place
        .and_then(|place| correspondents.get_mut(place))
        .map(|correspondent| &mut correspondent.pair)
        .ok_or_else(|| format!("party {party} is no other party of the roster"))
}

impl Agent {
    /// Seals a message of the overlay.
    pub(crate) fn seal(&mut self, to: PartyIndex, message: &[u8]) -> Reply {
        match self.post.seal(to, message) {
            Ok(sealed) => Reply::Carry {
                to,
                sealed: sealed.into(),
            },
            Err(error) => Reply::Notice {
                text: format!("a message of the overlay was not sent: {error}"),
            },
        }
    }

    /// Opens a message and hands it to the overlay. One that does not open is refused: whoever carries it has changed
    /// it, or has sent it again.
    pub(crate) fn deliver(&mut self, from: PartyIndex, sealed: &[u8]) -> Result<Reply, Refusal> {
        match self.post.take(from, sealed) {
            Ok(()) => Ok(Reply::Stored),
            Err(Undelivered::Unread(why)) => Err(Refusal::new(RefusalCode::Mismatch, why)),
            Err(Undelivered::Full) => Err(Refusal::new(
                RefusalCode::Overlay,
                format!("{WAITING} messages are waiting for the overlay: send this one later"),
            )),
        }
    }
}

#[cfg(test)]
mod tests;
