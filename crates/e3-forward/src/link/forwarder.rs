//! All links of one party.

use std::{sync::Arc, time::Duration};

use e3_session::types::{PartyIndex, RunId};
use tokio::sync::{mpsc, watch};

use super::{Carrier, ForwardSettings, Guard, LinkFacts, LinkState, Notice};
use crate::Programs;

/// All links of one party over one place.
#[derive(Debug)]
pub struct Forwarder;

impl Forwarder {
    /// Begins to take the program's connections. Within a Tokio runtime.
    pub fn start(programs: Arc<dyn Programs>, me: PartyIndex, settings: ForwardSettings) -> Self {
        let _ = (programs, me, settings);
        Self
    }

    /// Makes the link to a peer, which then waits for carriers. Exactly one end of each link is its leader: the one
    /// with the smaller key. The link of a peer that is there already ends first.
    pub fn add_peer(&self, peer: PartyIndex, leader: bool) {
        let _ = (peer, leader);
    }

    /// Ends the link to a peer, and with it all connections of the program to it.
    pub fn remove_peer(&self, peer: PartyIndex, why: &str) {
        let _ = (peer, why);
    }

    /// Takes the indices of a changed roster, without touching links: this party's, and for each peer that stays the
    /// old one and the new one.
    pub fn renumber(&self, me: PartyIndex, peers: &[(PartyIndex, PartyIndex)]) {
        let _ = (me, peers);
    }

    /// Hands over a fresh carrier to a peer, of which the link does what it thinks best; dropped where there is no
    /// such peer.
    pub fn attach(&self, peer: PartyIndex, carrier: Carrier) {
        let _ = (peer, carrier.stream);
    }

    /// The state of the link to a peer, as it changes; none where there is no such peer. Closed once the peer is
    /// removed.
    pub fn watch(&self, peer: PartyIndex) -> Option<watch::Receiver<LinkState>> {
        let _ = peer;
        None
    }

    /// What the link to a peer has done so far; none where there is no such peer.
    pub fn report(&self, peer: PartyIndex) -> Option<LinkFacts> {
        let _ = peer;
        None
    }

    /// Measures the round-trip time to a peer now, through both agents. None where no answer came in that time.
    pub async fn ping(&self, peer: PartyIndex, timeout: Duration) -> Option<Duration> {
        let _ = (peer, timeout);
        None
    }

    /// What is checked of connections from now on.
    pub fn guard(&self, rules: Guard) {
        let _ = rules;
    }

    /// From now on, connections belong to this run: those of another are neither given to the program, nor do they
    /// last. Where this is never called, all belong to none and reach each other.
    pub fn begin_run(&self, run: RunId) {
        let _ = run;
    }

    /// The program has ended: whatever is left of its connections is reset.
    pub fn end_run(&self) {}

    /// What somebody should hear about, from now on.
    pub fn notices(&self) -> mpsc::UnboundedReceiver<Notice> {
        mpsc::unbounded_channel().1
    }

    /// Tells the peers, ends all connections, and waits until that is done: a second at most.
    pub async fn leave(self) {}
}
