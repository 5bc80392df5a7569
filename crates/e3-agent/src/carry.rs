//! Sealed messages: from the overlay here to the same overlay at other parties, and back.

use e3_identity::{Did, PartyKeys, SealedPair};
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
pub(crate) struct Post {
    /// One pair a party, in the order of indices; `None` for this party itself.
    pairs: Vec<Option<Correspondent>>,
    /// From the overlay.
    sender: mpsc::Sender<Letter>,
    receiver: mpsc::Receiver<Letter>,
    /// To the overlay.
    delivery: mpsc::Sender<Letter>,
    /// What was delivered before the overlay was there to take it.
    undelivered: Option<mpsc::Receiver<Letter>>,
}

/// A peer with the key to which messages for it are sealed.
struct Correspondent {
    did: Did,
    key: [u8; 32],
    pair: SealedPair,
}

impl Post {
    pub(crate) fn new() -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let (delivery, undelivered) = mpsc::channel(WAITING);
        Self {
            pairs: Vec::new(),
            sender,
            receiver,
            delivery,
            undelivered: Some(undelivered),
        }
    }

    /// Takes the sealing keys of a roster. A peer that stays keeps its pair, so that no message can be sent again.
    pub(crate) fn admit(&mut self, keys: &PartyKeys, roster: &Roster) -> Result<(), Refusal> {
        let mut before: Vec<Correspondent> = self.pairs.drain(..).flatten().collect();
        for entry in &roster.parties {
            let peer = &entry.introduction;
            if peer.did == *keys.did() {
                self.pairs.push(None);
                continue;
            }
            let stays = before
                .iter()
                .position(|known| known.key == peer.sealing_key && known.did == peer.did);
            let correspondent = match stays {
                Some(position) => before.swap_remove(position),
                None => Correspondent {
                    did: peer.did.clone(),
                    key: peer.sealing_key,
                    pair: SealedPair::new(keys, &roster.session.0, peer)
                        .map_err(|error| Refusal::new(RefusalCode::Mismatch, error.to_string()))?,
                },
            };
            self.pairs.push(Some(correspondent));
        }
        Ok(())
    }

    /// A mailbox for an overlay that joins.
    pub(crate) fn mailbox(&mut self) -> Mailbox {
        let incoming = self.undelivered.take().unwrap_or_else(|| {
            let (delivery, incoming) = mpsc::channel(WAITING);
            self.delivery = delivery;
            incoming
        });
        Mailbox::new(self.sender.clone(), incoming)
    }

    /// The overlay's next message, not yet sealed.
    pub(crate) async fn outgoing(&mut self) -> Option<(PartyIndex, Vec<u8>)> {
        let (to, message) = self.receiver.recv().await?;
        Some((to, message.into_vec()))
    }

    fn pair(&mut self, party: PartyIndex) -> Result<&mut SealedPair, String> {
        self.pairs
            .get_mut(usize::from(party.0))
            .and_then(Option::as_mut)
            .map(|correspondent| &mut correspondent.pair)
            .ok_or_else(|| format!("party {party} is no other party of the roster"))
    }
}

impl Agent {
    /// Seals a message of the overlay.
    pub(crate) fn seal(&mut self, to: PartyIndex, message: &[u8]) -> Reply {
        let sealed = self
            .post
            .pair(to)
            .and_then(|pair| pair.seal(message).map_err(|error| error.to_string()));
        match sealed {
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
        let refuse = |text: String| Refusal::new(RefusalCode::Mismatch, text);
        let pair = self.post.pair(from).map_err(refuse)?;
        let message = pair
            .open(sealed)
            .map_err(|error| refuse(error.to_string()))?;
        match self.post.delivery.try_send((from, message.into())) {
            // An overlay that has dropped its mailbox wants no messages.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(Reply::Stored),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Refusal::new(
                RefusalCode::Overlay,
                format!("{WAITING} messages are waiting for the overlay: send this one later"),
            )),
        }
    }
}
