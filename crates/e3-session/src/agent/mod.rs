//! The agent's end of a conversation, without a network and without doing anything itself.

mod check;
mod knowledge;
mod learn;
mod settle;

use thiserror::Error;

use crate::{
    evidence::{Documents, EvidenceError},
    frame::FrameError,
    message::{Refusal, RefusalCode, Reply, RequestKind, ToAgent, ToController},
    order::{Conversation, Phase},
    types::{Digest, PartyIndex},
};

pub use knowledge::Knowledge;

/// Keeps one conversation in order, and checks what can be checked without doing anything.
#[derive(Debug, Clone)]
pub struct AgentMachine {
    conversation: Conversation,
    knowledge: Knowledge,
    /// The greatest request number so far.
    last: u32,
}

/// What to do about a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Do this, then call [`AgentMachine::answer`] with its number.
    Perform(ToAgent),
    /// Send this; there is nothing to do.
    Answer(ToController),
}

/// An answer that the agent's own code must not give.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MachineError {
    /// No such request is open.
    #[error("`{reply}` answers request {re}, which is not open")]
    NotAsked {
        /// The request that it names.
        re: u32,
        /// The reply's name.
        reply: &'static str,
    },
    /// The request was of another kind.
    #[error("`{reply}` is no answer to `{asked}` (request {re})")]
    WrongReply {
        /// The request.
        re: u32,
        /// What it asked.
        asked: RequestKind,
        /// The reply's name.
        reply: &'static str,
    },
    /// The last word was said.
    #[error("`{reply}` comes after `left`, the last thing that an agent says")]
    AfterLeft {
        /// The reply's name.
        reply: &'static str,
    },
    /// A sealed message for nobody, or for the party itself.
    #[error("party {to} is no other party of the admitted roster")]
    NoSuchParty {
        /// For whom it was.
        to: PartyIndex,
    },
    /// A hash that this machine computes otherwise.
    #[error("`{reply}` tells the hash {found}, expected {expected}")]
    OtherHash {
        /// The reply's name.
        reply: &'static str,
        /// What it tells.
        found: Digest,
        /// What this machine computed.
        expected: Digest,
    },
    /// A term that this machine knows otherwise.
    #[error("`{reply}` tells the {term} {found}, expected {expected}")]
    OtherTerm {
        /// The reply's name.
        reply: &'static str,
        /// The term's name.
        term: &'static str,
        /// What it tells.
        found: String,
        /// What this machine knows.
        expected: String,
    },
    /// A roster is admitted whose parties were not verified.
    #[error(
        "a roster is admitted whose parties were not verified: resolve their DIDs and verify it first"
    )]
    Unverified,
    /// Something of this party's own that others would not believe.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// A nonce to which this party has not committed itself.
    #[error(
        "the nonce that is to be revealed is not the one that this party has committed itself to"
    )]
    OtherNonce,
    /// A run without a statement of how it ended, one of another end or place, or one of what is no run.
    #[error(
        "the end of `{asked}` does not bear the statement that belongs to it: one of a run's ending and place, and of nothing else"
    )]
    Statement {
        /// What has ended.
        asked: RequestKind,
    },
}

impl AgentMachine {
    /// A conversation that has not begun.
    pub fn new() -> Self {
        Self {
            conversation: Conversation::new(),
            knowledge: Knowledge::default(),
            last: 0,
        }
    }

    /// How far the conversation has come.
    pub fn phase(&self) -> Phase {
        self.conversation.phase()
    }

    /// What the conversation has told so far.
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Requests that await their final reply, oldest first.
    pub fn open(&self) -> impl Iterator<Item = (u32, RequestKind)> + '_ {
        self.conversation.open_requests()
    }

    /// Takes a request: either it is to be carried out, or here is why not.
    pub fn receive(&mut self, message: ToAgent) -> Step {
        let ToAgent { id, request } = &message;
        let id = *id;
        if id <= self.last {
            return Step::Answer(self.stray(
                id,
                RefusalCode::OutOfOrder,
                format!(
                    "request {id} comes after request {}: numbers must grow",
                    self.last
                ),
            ));
        }
        self.last = id;
        if let Err(error) = self.conversation.may(request) {
            return Step::Answer(refuse(
                id,
                Refusal::new(RefusalCode::OutOfOrder, error.to_string()),
            ));
        }
        self.conversation.begin(id, request.kind());
        match self.knowledge.learn(request) {
            Ok(()) => Step::Perform(message),
            Err(refusal) => {
                let answer = refuse(id, refusal);
                self.conversation.end(id, &answer.reply);
                Step::Answer(answer)
            }
        }
    }

    /// Verifies the roster that is proposed: every introduction and endorsement, by the policy that `prepare` told, the
    /// documents of its DIDs, and the time in Unix seconds. Without this, no roster is admitted.
    pub fn verify(&mut self, documents: Documents, now: u64) -> Result<(), Refusal> {
        self.knowledge.verify(documents, now)
    }

    /// What to send about a request that could not be read.
    pub fn unreadable(&mut self, error: &FrameError) -> ToController {
        let id = match error {
            FrameError::Unreadable { id, .. } => id.unwrap_or(0),
            _ => 0,
        };
        if id <= self.last {
            return self.stray(id, RefusalCode::Unreadable, error.to_string());
        }
        self.last = id;
        refuse(id, Refusal::new(RefusalCode::Unreadable, error.to_string()))
    }

    /// Takes what the agent found or did, and gives what to send. Final replies move the conversation on.
    pub fn answer(&mut self, re: u32, reply: Reply) -> Result<ToController, MachineError> {
        let name = reply.name();
        if self.phase() == Phase::Left {
            return Err(MachineError::AfterLeft { reply: name });
        }
        if re == 0 {
            return self.unasked(reply);
        }
        let asked = self
            .conversation
            .kind_of(re)
            .ok_or(MachineError::NotAsked { re, reply: name })?;
        if !asked.accepts(&reply) {
            return Err(MachineError::WrongReply {
                re,
                asked,
                reply: name,
            });
        }
        if reply.is_final() {
            self.knowledge.settle(asked, &reply)?;
            self.conversation.end(re, &reply);
        }
        Ok(ToController { re, reply })
    }

    fn unasked(&self, reply: Reply) -> Result<ToController, MachineError> {
        match &reply {
            Reply::Notice { .. } => {}
            Reply::Carry { to, .. } if self.knowledge.is_peer(*to) => {}
            Reply::Carry { to, .. } => return Err(MachineError::NoSuchParty { to: *to }),
            _ => {
                return Err(MachineError::NotAsked {
                    re: 0,
                    reply: reply.name(),
                });
            }
        }
        Ok(ToController { re: 0, reply })
    }

    /// The answer to a request whose number cannot be trusted: a refusal would end an open request of that number, or
    /// name none at all, so then it is a notice.
    fn stray(&self, id: u32, code: RefusalCode, text: String) -> ToController {
        if id == 0 || self.conversation.kind_of(id).is_some() {
            return ToController {
                re: 0,
                reply: Reply::Notice { text },
            };
        }
        refuse(id, Refusal::new(code, text))
    }
}

impl Default for AgentMachine {
    fn default() -> Self {
        Self::new()
    }
}

fn refuse(re: u32, refusal: Refusal) -> ToController {
    ToController {
        re,
        reply: Reply::Refused(refusal),
    }
}
