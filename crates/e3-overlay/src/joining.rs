//! What an overlay is given when it joins.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use e3_identity::Did;
use e3_session::types::{
    Contact, Dial, Options, PartyIndex, Ports, Roster, ServiceFacts, SessionId, Subnet,
};
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;

/// What an overlay may know when it introduces itself.
#[derive(Debug, Clone)]
pub struct Introducing {
    /// The session that the introduction is for.
    pub session: SessionId,
    /// Who introduces itself.
    pub did: Did,
    /// What the environment says of the overlay.
    pub options: Options,
    /// The services that are up for the overlay.
    pub services: Vec<ServiceFacts>,
    /// Its name in the roster that is to come.
    pub name: String,
    /// The virtual addresses that it will have there, one in each network.
    pub addresses: Vec<IpAddr>,
    /// The networks of these addresses; none where the overlay connects the hosts' own.
    pub network: Vec<Subnet>,
    /// When the introduction ends to be valid, in seconds since the Unix epoch.
    pub until_s: u64,
    /// A folder of the overlay's own on this host (mode 0700), which is there. The agent removes it when the session ends.
    pub folder: PathBuf,
}

/// Everything that an overlay may know when it joins.
#[derive(Debug)]
pub struct Joining {
    /// The roster that the agent has verified.
    pub roster: Roster,
    /// This party's index in it.
    pub me: PartyIndex,
    /// Where the parties can be reached.
    pub contacts: Vec<Contact>,
    /// Which connections a program will need.
    pub dial: Dial,
    /// The ports that programs will listen on.
    pub ports: Ports,
    /// What the environment says of the overlay.
    pub options: Options,
    /// After this long, a peer that did not answer counts as unreachable.
    pub timeout: Duration,
    /// The services that are up for the overlay.
    pub services: Vec<ServiceFacts>,
    /// Sealed messages between the agents.
    pub mailbox: Mailbox,
    /// The overlay's own folder: the one that it had when it introduced itself.
    pub folder: PathBuf,
}

/// Sealed messages from this overlay to the same overlay at other parties, and back. The controller delivers
/// them and cannot read them.
#[derive(Debug)]
pub struct Mailbox {
    outgoing: mpsc::Sender<(PartyIndex, ByteBuf)>,
    incoming: mpsc::Receiver<(PartyIndex, ByteBuf)>,
}

/// The writing half of a [`Mailbox`].
#[derive(Debug, Clone)]
pub struct Pen(mpsc::Sender<(PartyIndex, ByteBuf)>);

/// The agent has ended; nothing can be sent any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the agent that carries messages has ended")]
pub struct MailboxClosed;

impl Mailbox {
    /// A mailbox over the agent's queues: what is sent goes to `outgoing`, what was opened comes from `incoming`.
    pub fn new(
        outgoing: mpsc::Sender<(PartyIndex, ByteBuf)>,
        incoming: mpsc::Receiver<(PartyIndex, ByteBuf)>,
    ) -> Self {
        Self { outgoing, incoming }
    }

    /// Seals a message for a peer and sends it on its way.
    pub async fn send(&self, to: PartyIndex, message: Vec<u8>) -> Result<(), MailboxClosed> {
        self.pen().send(to, message).await
    }

    /// What writes while somebody else reads.
    pub fn pen(&self) -> Pen {
        Pen(self.outgoing.clone())
    }

    /// The next message, with its verified sender; `None` when the agent has ended.
    pub async fn receive(&mut self) -> Option<(PartyIndex, Vec<u8>)> {
        let (from, message) = self.incoming.recv().await?;
        Some((from, message.into_vec()))
    }
}

impl Pen {
    /// Seals a message for a peer and sends it on its way.
    pub async fn send(&self, to: PartyIndex, message: Vec<u8>) -> Result<(), MailboxClosed> {
        self.0
            .send((to, ByteBuf::from(message)))
            .await
            .map_err(|_| MailboxClosed)
    }
}
