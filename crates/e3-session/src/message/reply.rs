//! What an agent answers.

use std::fmt;

use e3_identity::{Introduction, Signature};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::types::{
    Admission, Conclusion, DialTable, Difference, Digest, End, HostFacts, LinkReport,
    NetworkReport, Nonce, Offer, PartyIndex, PlaceKind, ProgramEvent, ServiceFacts, ServiceHealth,
};

/// What an agent says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// To `Hello`.
    Greeting {
        /// The agent's protocol version.
        protocol: u16,
        /// The host as the agent sees it.
        facts: HostFacts,
    },
    /// To `Serve`.
    Serving {
        /// The service as it is up: with the ports that it has, and what it tells of itself.
        service: ServiceFacts,
    },
    /// To `Health`: every service that this agent has started.
    Health(Vec<ServiceHealth>),
    /// To `Prepare`.
    Prepared,
    /// To `Introduce`.
    Introduced {
        /// The party's introduction for this session.
        introduction: Introduction,
    },
    /// To `Endorse`.
    Endorsed,
    /// To `Admit`.
    Admitted {
        /// Hash of the roster as this agent computed it.
        roster: Digest,
        /// The party takes it, and commits itself to a nonce.
        admission: Admission,
    },
    /// To `Reveal`.
    Revealed {
        /// What the party has committed itself to.
        nonce: Nonce,
    },
    /// To `Compare`.
    Compared {
        /// What this party's owner was shown.
        words: String,
    },
    /// To `Connect`.
    Connected {
        /// How this party reaches the others.
        dial: DialTable,
        /// What it saw of each link that a program needs.
        links: Vec<LinkReport>,
        /// Where its program will run.
        place: PlaceKind,
    },
    /// To `Stage`: the files that the agent does not have yet.
    Missing {
        /// Their digests.
        files: Vec<Digest>,
    },
    /// To `Members`, `Blob`, `Feed`, `Deliver` and `Tell`.
    Stored,
    /// To `Agree`.
    Offered {
        /// What this agent would run; boxed because it is much larger than what else is said.
        offer: Box<Offer>,
    },
    /// To `Confirm`.
    Confirmed {
        /// Hash of the agreement as this agent computed it.
        agreement: Digest,
        /// The party's signature over it.
        signature: Signature,
    },
    /// A piece of what a program or command printed.
    Output {
        /// Where it printed it.
        stream: Stream,
        /// The bytes, as they came.
        data: ByteBuf,
    },
    /// What a program's own lines tell.
    Progress(ProgramEvent),
    /// The end of a `Run` or an `Exec`; boxed because it is much larger than what else is said.
    Ended(Box<End>),
    /// To `Conclude`.
    Concluded {
        /// The party has seen the statements.
        conclusion: Conclusion,
    },
    /// To `Stop` and `Kill`.
    Stopping,
    /// To `Ping`.
    Pinged(LinkReport),
    /// To `Links`.
    Links(Vec<LinkReport>),
    /// To `Reflect`.
    Reflecting {
        /// Where the reflector answers; none where the host has no address for it.
        stations: String,
    },
    /// To `Examine`.
    Examined {
        /// What was found out.
        report: NetworkReport,
        /// The question's own time.
        asked: u64,
        /// When it came, by the host's clock (T2).
        received: u64,
        /// When this answer was given, by the same (T3).
        answered: u64,
    },
    /// To `Leave`; the last thing an agent says.
    Left,
    /// Unasked (`re` 0): a sealed message to be carried to another agent.
    Carry {
        /// To whom.
        to: PartyIndex,
        /// What only that agent can open.
        sealed: ByteBuf,
    },
    /// Unasked (`re` 0): something worth telling a person.
    Notice {
        /// The text.
        text: String,
    },
    /// The request was not carried out.
    Refused(Refusal),
}

/// Standard streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The kind of reason.
    pub code: RefusalCode,
    /// What happened, in words for a person, with what to do next where that is known.
    pub message: String,
    /// For [`RefusalCode::Disagreement`]: where the parties differ.
    pub differences: Vec<Difference>,
}

/// Kinds of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalCode {
    /// The request does not belong here in the conversation.
    OutOfOrder,
    /// The request could not be read.
    Unreadable,
    /// The protocol versions differ.
    Version,
    /// A roster, offer or hash is not what this agent knows.
    Mismatch,
    /// The parties would not run the same thing.
    Disagreement,
    /// A party's introduction, endorsement or signature is not believed.
    Untrusted,
    /// Something that the request names does not exist on this host, or may not be used.
    Unusable,
    /// The overlay could not do it.
    Overlay,
    /// The agent failed.
    Fault,
}

impl Refusal {
    /// A refusal without differences.
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            differences: Vec::new(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Refusal {}

impl Reply {
    /// Whether nothing more follows in answer to the same request.
    pub fn is_final(&self) -> bool {
        !matches!(
            self,
            Self::Output { .. } | Self::Progress(_) | Self::Carry { .. } | Self::Notice { .. }
        )
    }
}
