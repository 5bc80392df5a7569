//! What a holder tells, while it happens.

use std::collections::BTreeMap;

use e3_session::types::{Ending, Health, LinkReport, Outcome};
use serde::{Deserialize, Serialize};

use super::{CheckRecord, Examined, LabAnswer, LinkRecord, PlayedRecord, RemovedRecord, RunRecord};

/// An event with its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// Milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened. `Done`, `Failed`, `Finished`, `Status`, `Pinged`, `Removed`, `Examined`, `Lab` and `Exited` end an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// A step of the set-up or of a run begins.
    Begin {
        /// Which.
        step: Step,
    },
    /// It has ended.
    End {
        /// Which.
        step: Step,
        /// How long it took.
        seconds: f64,
    },
    /// Who takes part, in the order of indices.
    Parties {
        /// The parties.
        parties: Vec<PartyStatus>,
    },
    /// All hold the same roster.
    Words {
        /// What people may compare by voice.
        words: String,
    },
    /// The lab has measured itself.
    Checked(CheckRecord),
    /// Something worth telling a person.
    Notice {
        /// The text.
        text: String,
        /// How loudly.
        tip: Tip,
    },
    /// The links as they are before a program starts.
    Links {
        /// One a pair.
        links: Vec<LinkReport>,
    },
    /// The links as they are now, while programs run.
    Pairs {
        /// One a pair.
        links: Vec<LinkRecord>,
    },
    /// A party's program has started.
    Started {
        /// Index.
        party: u16,
    },
    /// A party's program has reached all its peers.
    Connected {
        /// Index.
        party: u16,
    },
    /// A party's program printed a line.
    Output {
        /// Index.
        party: u16,
        /// Whether it was printed as an error.
        stderr: bool,
        /// The text; bytes that are not UTF-8 are replaced.
        text: String,
    },
    /// A command run by `exec` printed a piece.
    Printed {
        /// Whether it was printed as an error.
        stderr: bool,
        /// The bytes, as they are.
        #[serde(with = "e3_identity::readable")]
        data: Vec<u8>,
    },
    /// What the hosts have sent since the programs started.
    Traffic {
        /// Bytes, by index; none where that cannot be told.
        bytes: Vec<Option<u64>>,
    },
    /// A party's program has ended.
    Ended {
        /// Index.
        party: u16,
        /// How.
        outcome: Outcome,
    },
    /// A run has ended.
    Finished {
        /// The record, as in result.json.
        record: Box<RunRecord>,
    },
    /// What is up.
    Status {
        /// The state.
        status: Box<Status>,
    },
    /// A link was measured.
    Pinged {
        /// The link.
        link: LinkReport,
    },
    /// Parties were put out.
    Removed {
        /// What has come of it.
        removed: Box<RemovedRecord>,
    },
    /// The hosts have found out how they are attached to the network.
    Examined {
        /// What they have found out.
        examined: Box<Examined>,
    },
    /// A command run by `exec` has ended.
    Exited {
        /// How.
        ending: Ending,
    },
    /// A scenario has done something.
    Played {
        /// What.
        done: PlayedRecord,
    },
    /// What a lab answers.
    Lab {
        /// The answer.
        answer: Box<LabAnswer>,
    },
    /// The environment is up, or has ended, as asked.
    Done {
        /// How long each step took, where steps were taken.
        seconds: BTreeMap<Step, f64>,
    },
    /// What was asked could not be done.
    Failed(Fault),
}

impl Event {
    /// Whether nothing more follows in answer to the same question.
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Done { .. }
                | Self::Failed(_)
                | Self::Finished { .. }
                | Self::Status { .. }
                | Self::Pinged { .. }
                | Self::Removed { .. }
                | Self::Examined { .. }
                | Self::Exited { .. }
                | Self::Lab { .. }
        )
    }
}

/// Steps whose time is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Building the lab's networks.
    Lab,
    /// Starting the agents and hearing their hello.
    Agents,
    /// Starting the services that the overlay needs.
    Services,
    /// From *prepare* to *admit*.
    Admit,
    /// The lab measures itself.
    Check,
    /// Joining the overlay.
    Connect,
    /// Sending files and private inputs.
    Stage,
    /// Agreeing on what runs.
    Agree,
    /// The programs, first start to last exit.
    Run,
    /// Leaving the overlay and taking everything away.
    Leave,
}

/// How loudly something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tip {
    /// For information.
    Note,
    /// Something may be wrong.
    Warning,
}

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Whose fault it is.
    pub kind: FaultKind,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// Whose fault something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The user can mend it.
    User,
    /// Somebody else keeps the environment already.
    Held,
    /// A fault of E³.
    Ours,
}

impl Fault {
    /// The user can mend it.
    pub fn user(message: impl Into<String>) -> Self {
        Self {
            kind: FaultKind::User,
            message: message.into(),
            hint: None,
        }
    }

    /// A fault of E³.
    pub fn ours(message: impl Into<String>) -> Self {
        Self {
            kind: FaultKind::Ours,
            message: message.into(),
            hint: None,
        }
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

/// An environment that is up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Its name.
    pub environment: String,
    /// When it came up, in milliseconds since the Unix epoch.
    pub since_ms: u64,
    /// The session, in hexadecimal.
    pub session: String,
    /// The overlay.
    pub overlay: String,
    /// The identity policy.
    pub identity: String,
    /// The roster's hash, in hexadecimal.
    pub roster: String,
    /// The roster's epoch: how often who takes part was laid down, 1 being the first time.
    #[serde(default)]
    pub epoch: u32,
    /// Who was put out since the environment came up, by their hosts' names.
    #[serde(default)]
    pub removed: Vec<String>,
    /// The words that people may compare by voice: all who hold this roster have the same.
    pub words: String,
    /// The hosts with their parties.
    pub hosts: Vec<HostStatus>,
    /// The services.
    #[serde(default)]
    pub services: Vec<ServiceStatus>,
    /// The links, as each end sees them.
    pub links: Vec<LinkReport>,
    /// The links, one a pair.
    #[serde(default)]
    pub pairs: Vec<LinkRecord>,
    /// The run that goes on, if any.
    pub running: Option<String>,
    /// How often the lab found itself late, and the like.
    pub check: Option<CheckRecord>,
}

/// A service whose host is up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceStatus {
    /// Its name.
    pub name: String,
    /// What it is, such as `relay`.
    pub kind: String,
    /// The host that it runs on.
    pub host: String,
    /// Whether a party runs there too.
    pub party: bool,
    /// The region that the host is in.
    pub region: String,
    /// The host's addresses.
    pub addresses: Vec<String>,
    /// The ports that it listens on, such as `443/tcp`; those that were declared where nothing runs.
    pub ports: Vec<String>,
    /// How it is; nothing where none of its kind was to be started.
    pub health: Option<Health>,
}

/// A host that is up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostStatus {
    /// The party on it.
    #[serde(flatten)]
    pub party: PartyStatus,
    /// The words that its own agent has found.
    pub words: String,
    /// Whether its agent runs.
    pub alive: bool,
    /// Why its agent did not tell its links, if it did not.
    pub silent: Option<String>,
}

/// One party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartyStatus {
    /// Its index.
    pub index: u16,
    /// Its host's name.
    pub host: String,
    /// The region that the host is in.
    pub region: String,
    /// The site that the host is at.
    pub site: String,
    /// The NAT in front of it.
    pub nat: String,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Its DID.
    pub did: String,
}
