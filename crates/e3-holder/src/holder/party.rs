//! The parties of an environment that is up.

use std::time::Duration;

use std::sync::Arc;

use e3_host::{Host as Machine, Place};
use e3_session::{
    message::{Reply, Request},
    types::{Contact, HostFacts, PartyIndex, PlaceKind},
};
use e3_spec::Host;
use futures::{StreamExt as _, stream::FuturesUnordered};

use super::link::{Link, LinkError};
use crate::wire::PartyStatus;

/// How long an agent may take for what needs no network.
pub(crate) const QUICK: Duration = Duration::from_secs(20);

/// One party: a host with its agent.
#[derive(Clone)]
pub(crate) struct Party {
    /// As declared.
    pub(crate) host: Host,
    /// As made.
    pub(crate) machine: Arc<dyn Machine>,
    /// Its agent.
    pub(crate) link: Link,
    /// What its agent says of the host.
    pub(crate) facts: HostFacts,
    /// Its DID, once it has introduced itself.
    pub(crate) did: String,
    /// The words that its agent has shown its owner, once it has.
    pub(crate) words: String,
    /// Where its program runs, once it has connected.
    pub(crate) runs_in: Option<PlaceKind>,
}

impl Party {
    /// Where the host is attached.
    pub(crate) fn place(&self) -> &Place {
        self.machine.place()
    }

    /// How the party is shown.
    pub(crate) fn status(&self, index: usize) -> PartyStatus {
        let place = self.place();
        PartyStatus {
            index: u16::try_from(index).unwrap_or(u16::MAX),
            host: self.host.name.to_string(),
            region: place.region.clone(),
            site: place.site.clone(),
            nat: place.nat.clone(),
            addresses: self
                .facts
                .addresses
                .iter()
                .map(ToString::to_string)
                .collect(),
            did: self.did.clone(),
        }
    }

    /// Where the party can be reached.
    pub(crate) fn contact(&self, index: usize) -> Contact {
        let party = PartyIndex(u16::try_from(index).unwrap_or(u16::MAX));
        Contact {
            party,
            sequence: 1,
            addresses: self.facts.addresses.clone(),
        }
    }
}

/// Asks every party at once; the first error in the order of parties is the answer. Without an agent that has ended the others
/// may wait for each other for long, so that is the answer at once.
pub(crate) async fn ask_all(
    parties: &[Party],
    what: &'static str,
    patience: Duration,
    request: impl Fn(usize, &Party) -> Request,
) -> Result<Vec<Reply>, LinkError> {
    let mut asked: FuturesUnordered<_> = parties
        .iter()
        .enumerate()
        .map(|(index, party)| {
            let asking = party.link.ask(what, request(index, party), patience);
            async move { (index, asking.await) }
        })
        .collect();
    let mut answers = Vec::with_capacity(parties.len());
    while let Some((index, answer)) = asked.next().await {
        if let Err(gone @ LinkError::Gone { .. }) = answer {
            return Err(gone);
        }
        answers.push((index, answer));
    }
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// The error of an answer that the conversation's machine should have refused.
pub(crate) fn unexpected(link: &Link, reply: &Reply) -> LinkError {
    LinkError::Order {
        host: link.host().to_owned(),
        // What it carries may be secret, such as a relay's token.
        why: format!("unexpected answer `{}`", reply.name()),
    }
}

/// How parties are shown, in the order of indices.
pub(crate) fn statuses(parties: &[Party]) -> Vec<PartyStatus> {
    parties
        .iter()
        .enumerate()
        .map(|(index, party)| party.status(index))
        .collect()
}
