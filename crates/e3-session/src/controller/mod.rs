//! The controller's end of a conversation with one agent, without a network.

mod book;

use e3_identity::Documents;
use serde_bytes::ByteBuf;
use thiserror::Error;

use self::book::Book;
use crate::{
    evidence::EvidenceError,
    message::{PROTOCOL, Reply, Request, RequestKind, ToAgent, ToController},
    order::{Conversation, OrderError, Phase},
    types::{Digest, PartyIndex},
};

/// Keeps one conversation in order: numbers requests, and finds the request that a reply answers.
#[derive(Debug, Clone)]
pub struct ControllerMachine {
    conversation: Conversation,
    last: u32,
    book: Book,
}

/// What an agent said, put in its place.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A piece of the answer; more follows.
    Part {
        /// The request that it answers.
        re: u32,
        /// What that asked.
        to: RequestKind,
        /// The piece.
        reply: Reply,
    },
    /// The end of the answer, or a refusal.
    Final {
        /// The request that it answers.
        re: u32,
        /// What that asked.
        to: RequestKind,
        /// The answer.
        reply: Reply,
    },
    /// A sealed message to be delivered to another agent.
    Carry {
        /// To whom.
        to: PartyIndex,
        /// What only that agent can open.
        sealed: ByteBuf,
    },
    /// Something worth telling a person.
    Notice {
        /// The text.
        text: String,
    },
}

/// What no agent that keeps the protocol says. The conversation with this one cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Violation {
    /// An answer to nothing.
    #[error("the agent sent `{reply}` in answer to request {re}, which is not open")]
    NotAsked {
        /// The request that it names.
        re: u32,
        /// The reply's name.
        reply: &'static str,
    },
    /// An answer of another kind.
    #[error("the agent answered `{asked}` (request {re}) with `{reply}`")]
    WrongReply {
        /// The request.
        re: u32,
        /// What it asked.
        asked: RequestKind,
        /// The reply's name.
        reply: &'static str,
    },
    /// Something after the last word.
    #[error("the agent sent `{reply}` after it had left")]
    AfterLeft {
        /// The reply's name.
        reply: &'static str,
    },
    /// The agent accepted what it should have refused.
    #[error(
        "the agent speaks version {theirs} of the protocol, this is version {PROTOCOL}: use the same release on both ends"
    )]
    Version {
        /// The version that it greets with.
        theirs: u16,
    },
    /// The agent computed another hash from what it was sent.
    #[error(
        "the agent computed the {what} hash {found}, expected {expected}: the two ends are of different releases, or what was sent was changed"
    )]
    OtherHash {
        /// `roster` or `agreement`.
        what: &'static str,
        /// What it computed.
        found: Digest,
        /// What it should have computed.
        expected: Digest,
    },
    /// The agent confirmed what does not agree.
    #[error("the agent confirmed offers that differ: it does not compare them")]
    Unagreed,
    /// Something that the agent was not shown a roster for, or that is another party's.
    #[error("the agent sent `{reply}` of party {found}, expected party {expected}")]
    OtherParty {
        /// The reply's name.
        reply: &'static str,
        /// Whose it says it is.
        found: PartyIndex,
        /// Whose it should be.
        expected: PartyIndex,
    },
    /// What the agent signed does not bear its party's signature.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// A nonce that is not the one which the party has committed itself to.
    #[error("the agent revealed another nonce than its party has committed itself to")]
    OtherNonce,
    /// Other words than come of what it was shown.
    #[error("the agent tells the words `{found}`, expected `{expected}`")]
    OtherWords {
        /// What it tells.
        found: String,
        /// What comes of roster and nonces.
        expected: String,
    },
    /// A run ended without a statement of how and where, or with one of another end or place.
    #[error(
        "the agent did not state how and where its program ended, or stated another end or place than it told"
    )]
    Unstated,
    /// A sealed message for nobody.
    #[error("the agent sent a message for party {to}, but {parties} parties are admitted")]
    NoSuchParty {
        /// For whom it was.
        to: PartyIndex,
        /// Parties of the roster; 0 where none is admitted yet.
        parties: usize,
    },
}

impl ControllerMachine {
    /// A conversation that has not begun.
    pub fn new() -> Self {
        Self {
            conversation: Conversation::new(),
            last: 0,
            book: Book::default(),
        }
    }

    /// How far the conversation has come, as the agent's replies so far tell.
    pub fn phase(&self) -> Phase {
        self.conversation.phase()
    }

    /// Requests that await their final reply, oldest first. After `Left` these will have none.
    pub fn open(&self) -> impl Iterator<Item = (u32, RequestKind)> + '_ {
        self.conversation.open_requests()
    }

    /// Numbers a request, if it may be asked now.
    ///
    /// An agent may still refuse `stop`, `feed` and `kill` as out of order: what they name may have ended while
    /// they travelled.
    pub fn ask(&mut self, request: Request) -> Result<ToAgent, OrderError> {
        self.conversation.may(&request)?;
        let asked = request.kind();
        let id = self
            .last
            .checked_add(1)
            .ok_or(OrderError::Exhausted { asked })?;
        self.book.asked(&request);
        self.last = id;
        self.conversation.begin(id, asked);
        Ok(ToAgent { id, request })
    }

    /// Takes the documents of those DIDs of the next roster that do not tell their keys themselves.
    pub fn trust(&mut self, documents: Documents) {
        self.book.trust(documents);
    }

    /// Finds the request that a reply answers. After a violation the caller should give this agent up.
    pub fn receive(&mut self, message: ToController) -> Result<Heard, Violation> {
        let ToController { re, reply } = message;
        let name = reply.name();
        if self.phase() == Phase::Left {
            return Err(Violation::AfterLeft { reply: name });
        }
        if re == 0 {
            return self.unasked(reply);
        }
        let to = self
            .conversation
            .kind_of(re)
            .ok_or(Violation::NotAsked { re, reply: name })?;
        if !to.accepts(&reply) {
            return Err(Violation::WrongReply {
                re,
                asked: to,
                reply: name,
            });
        }
        if !reply.is_final() {
            return Ok(Heard::Part { re, to, reply });
        }
        self.book.answered(to, &reply)?;
        self.conversation.end(re, &reply);
        Ok(Heard::Final { re, to, reply })
    }

    fn unasked(&self, reply: Reply) -> Result<Heard, Violation> {
        match reply {
            Reply::Notice { text } => Ok(Heard::Notice { text }),
            Reply::Carry { to, sealed } if usize::from(to.0) < self.book.parties() => {
                Ok(Heard::Carry { to, sealed })
            }
            Reply::Carry { to, .. } => Err(Violation::NoSuchParty {
                to,
                parties: self.book.parties(),
            }),
            other => Err(Violation::NotAsked {
                re: 0,
                reply: other.name(),
            }),
        }
    }
}

impl Default for ControllerMachine {
    fn default() -> Self {
        Self::new()
    }
}
