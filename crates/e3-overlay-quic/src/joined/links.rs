//! Links to peers that come and go with the roster.

use std::{sync::Arc, time::Duration};

use e3_forward::{LinkState, PeerKey};
use e3_session::types::{Contact, PartyIndex};
use futures::future::join_all;
use iroh::PublicKey;
use tokio::time::{Instant, timeout, timeout_at};

use super::{PING, Quic};
use crate::{hunt::hunt, key::of_link};

/// How long links may take to end that the roster does not name any more.
const PARTING: Duration = Duration::from_secs(2);

/// How long the endpoint may take to tell peers that it goes: so much beyond two round trips, and so much at most.
const FAREWELL: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

impl Quic {
    /// Makes the link to a peer, and begins to look for it.
    pub(super) fn meet(&mut self, index: PartyIndex, key: PublicKey) {
        let leads = self.hub.leads(&key);
        self.hub.forwarder.add_peer(of_link(&key), index, leads);
        let hunting = self.tasks.spawn(hunt(Arc::clone(&self.hub), key));
        self.hunts.push((key, hunting));
        // The herald ends with this.
        let _told = self.new_peers.send(key);
    }

    /// Ends the links to these, and waits until their connections have ended: programs could not hear of it any more once
    /// the addresses are gone.
    pub(super) async fn part(&self, gone: &[PublicKey]) {
        let ending = gone.iter().filter_map(|key| {
            let link = of_link(key);
            let state = self.hub.forwarder.watch(link);
            let why = "the roster does not name it any more";
            self.hub.forwarder.remove_peer(link, why);
            state
        });
        let ended = ending.map(|mut state| async move { while state.changed().await.is_ok() {} });
        let _ended = timeout(PARTING, join_all(ended)).await;
    }

    /// How long the endpoint may take to tell peers that it goes. All links have ended by then; what is left is to end
    /// connections, and whatever is heard of at all is heard of within two round trips. Those that nobody has answered yet,
    /// as where UDP is blocked, would be waited for much longer, in vain.
    pub(super) fn farewell(&self) -> Duration {
        let peers = self.hub.peers().into_iter();
        let links = peers.filter_map(|(_, key)| self.hub.forwarder.report(of_link(&key)));
        farewell(links.filter_map(|link| link.rtt).max())
    }

    /// Takes what the controller says of where peers are.
    pub(super) fn heed(&self, contacts: &[Contact]) {
        for contact in contacts {
            if let Some(key) = self.hub.key_at(contact.party) {
                self.hub.peers.set_contact(&key, &contact.addresses);
            }
        }
    }

    /// Waits until every link has a carrier, as long as a peer may take.
    pub(super) async fn settle(&self) {
        let deadline = Instant::now() + self.timeout;
        let all = self.hub.peers().into_iter();
        join_all(all.map(|(_, key)| self.settle_with(of_link(&key), deadline))).await;
    }

    /// Waits until the link to a peer has a carrier, and is measured.
    async fn settle_with(&self, link: PeerKey, deadline: Instant) {
        let attached = |state: &LinkState| matches!(state, LinkState::Attached { .. });
        let Some(mut state) = self.hub.forwarder.watch(link) else {
            return;
        };
        loop {
            match timeout_at(deadline, state.wait_for(attached)).await {
                Ok(Ok(_)) => {}
                // It is gone, or there is no more time.
                Ok(Err(_)) | Err(_) => return,
            }
            // One that does not answer is about to look for another carrier.
            let answer = timeout_at(deadline, self.hub.forwarder.ping(link, PING)).await;
            if !matches!(answer, Ok(None)) {
                return;
            }
        }
    }
}

fn farewell(slowest: Option<Duration>) -> Duration {
    let (least, most) = FAREWELL;
    let two = slowest.unwrap_or_default().saturating_mul(2);
    least.saturating_add(two).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_farewell_takes_as_long_as_the_network_is_wide() {
        let ms = Duration::from_millis;
        assert_eq!(farewell(None), ms(100));
        assert_eq!(farewell(Some(ms(250))), ms(600));
        assert_eq!(farewell(Some(Duration::MAX)), ms(1000));
    }
}
