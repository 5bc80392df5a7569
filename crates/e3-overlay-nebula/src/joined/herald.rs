//! Who can be asked for: a party tells the others once the lighthouse knows it.
//!
//! Nebula asks the lighthouse for a peer when there is something to send to it, and seldom again. Of parties that join at the
//! same moment one asks before the other is known there, and then waits for as long as all else takes together. So whoever is
//! to begin waits for word of the other, and asks once.
//!
//! Of a pair one begins. The other tells it, unasked; and it asks the other, which may have been there for long.

use std::collections::BTreeSet;

use e3_overlay::{Mailbox, Pen};
use e3_session::types::PartyIndex;
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

/// "The lighthouse knows me."
const LIT: &[u8] = b"lit";
/// "Does it know you?"
const ASKED: &[u8] = b"lit?";

/// Whom the lighthouse knows, as they say.
#[derive(Debug, Clone)]
pub(super) struct Known(watch::Receiver<BTreeSet<PartyIndex>>);

impl Known {
    /// Waits until a peer has said that the lighthouse knows it, or for so long.
    pub(super) async fn wait(&self, peer: PartyIndex, deadline: Instant) {
        let mut known = self.0.clone();
        let said = known.wait_for(|known| known.contains(&peer));
        // It may be of a version that says nothing: then it is tried as it is.
        let _ = timeout_at(deadline, said).await;
    }
}

/// With whom this party makes tunnels.
#[derive(Debug)]
pub(super) struct Pairs {
    /// Those that it calls.
    pub(super) called: Vec<PartyIndex>,
    /// Those that call it.
    pub(super) calling: Vec<PartyIndex>,
}

/// Tells and asks as soon as `lit` has come, and answers, until it is dropped. The second half is to be run.
pub(super) fn herald(
    pairs: Pairs,
    mut mailbox: Mailbox,
    lit: impl Future<Output = ()> + Send + 'static,
) -> (Known, impl Future<Output = ()> + Send + 'static) {
    let (teller, known) = watch::channel(BTreeSet::new());
    let running = async move {
        let pen = mailbox.pen();
        tokio::pin!(lit);
        let mut is_lit = false;
        loop {
            tokio::select! {
                () = &mut lit, if !is_lit => {
                    is_lit = true;
                    tell(&pen, LIT, &pairs.calling).await;
                    tell(&pen, ASKED, &pairs.called).await;
                }
                heard = mailbox.receive() => match heard {
                    Some((from, word)) if word == LIT => {
                        teller.send_modify(|known| { known.insert(from); });
                    }
                    // Whoever asks early is told with all others.
                    Some((from, word)) if word == ASKED && is_lit => tell(&pen, LIT, &[from]).await,
                    Some(_) => {}
                    // The agent carries nothing any more.
                    None => return,
                },
            }
        }
    };
    (Known(known), running)
}

/// Who cannot be told finds out by itself.
async fn tell(pen: &Pen, word: &[u8], peers: &[PartyIndex]) {
    for peer in peers {
        let _ = pen.send(*peer, word.to_vec()).await;
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use serde_bytes::ByteBuf;
    use tokio::{
        sync::{Notify, mpsc},
        time::sleep,
    };

    use super::*;

    type Letters = mpsc::Receiver<(PartyIndex, ByteBuf)>;

    /// A party's mailbox, what it sends, and how it is sent to.
    fn mailbox() -> (Mailbox, Letters, mpsc::Sender<(PartyIndex, ByteBuf)>) {
        let (outgoing, sent) = mpsc::channel(8);
        let (to, incoming) = mpsc::channel(8);
        (Mailbox::new(outgoing, incoming), sent, to)
    }

    fn pairs() -> Pairs {
        Pairs {
            called: vec![PartyIndex(2)],
            calling: vec![PartyIndex(0)],
        }
    }

    fn letter(to: u16, word: &[u8]) -> (PartyIndex, ByteBuf) {
        (PartyIndex(to), ByteBuf::from(word))
    }

    #[tokio::test]
    async fn who_is_known_says_so_to_those_that_call_and_asks_those_that_are_called() {
        let (mailbox, mut sent, to) = mailbox();
        let light = Arc::new(Notify::new());
        let lit = Arc::clone(&light);
        let (_known, running) = herald(pairs(), mailbox, async move { lit.notified().await });
        let running = tokio::spawn(running);
        // It is asked before it knows: nothing is answered that is not so.
        to.send(letter(0, ASKED)).await.unwrap();
        sleep(Duration::from_millis(20)).await;
        assert!(sent.try_recv().is_err());
        light.notify_one();
        assert_eq!(sent.recv().await.unwrap(), letter(0, LIT));
        assert_eq!(sent.recv().await.unwrap(), letter(2, ASKED));
        to.send(letter(0, ASKED)).await.unwrap();
        assert_eq!(sent.recv().await.unwrap(), letter(0, LIT));
        drop(to);
        running.await.unwrap();
    }

    #[tokio::test]
    async fn a_peer_is_awaited_until_it_says_so_and_no_longer_than_allowed() {
        let (mailbox, _sent, to) = mailbox();
        let (known, running) = herald(pairs(), mailbox, async {});
        let _running = tokio::spawn(running);
        let soon = Instant::now() + Duration::from_millis(20);
        known.wait(PartyIndex(2), soon).await;
        assert!(Instant::now() >= soon);
        to.send(letter(2, b"anything else")).await.unwrap();
        to.send(letter(2, LIT)).await.unwrap();
        let late = Instant::now() + Duration::from_mins(1);
        known.wait(PartyIndex(2), late).await;
        assert!(Instant::now() < late);
    }
}
