//! What is told of a link.

use e3_forward::LinkState;
use e3_session::types::{LinkReport, PartyIndex, Path};
use iroh::EndpointId;

use super::Quic;
use crate::{acquaintance::why, key::of_link};

impl Quic {
    /// What is known of the link to a peer.
    pub(super) fn report(&self, to: PartyIndex, key: &EndpointId) -> LinkReport {
        let tried = self.hub.peers.tried(key);
        let link = of_link(key);
        let facts = self.hub.forwarder.report(link).unwrap_or_default();
        let state = self.hub.forwarder.watch(link);
        let state = state.map(|state| state.borrow().clone());
        let path = match state {
            Some(LinkState::Attached { facts: then }) => facts
                .carrier
                .as_ref()
                .map_or(then.path, |now| now.path.clone()),
            Some(LinkState::Searching { why: reason, .. }) => Path::Unreachable {
                reason: self.hub.trouble.beside(why(&tried).unwrap_or(reason)),
            },
            Some(LinkState::Over { reason }) => Path::Unreachable { reason },
            None => Path::Unreachable {
                reason: "the roster does not name it any more".to_owned(),
            },
        };
        let rtt_ms = facts.rtt.map(|rtt| rtt.as_secs_f64() * 1e3);
        LinkReport {
            transport: facts.carrier.map(|carrier| carrier.transport),
            sent: Some(facts.sent),
            received: Some(facts.received),
            resumptions: u32::try_from(facts.resumptions).unwrap_or(u32::MAX),
            tried,
            ..LinkReport::new(self.me, to, path, rtt_ms)
        }
    }
}
