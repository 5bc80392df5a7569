//! What may be asked when. Both ends keep the same book, so that neither depends on the other's care.
//!
//! - A request that moves the conversation on waits for the one before it; a run counts as one for as long as
//!   it lasts.
//! - A refusal leaves the conversation where it was.
//! - `stage` may be asked again at any time between runs and abandons what was staged before; `admit` likewise,
//!   and `reveal`, `compare` and `connect` follow it; `ping` and `links` wait for all of them.
//! - `endorse` may be asked again between runs, and leaves the conversation where it is.
//! - `conclude` may be left out after a run.
//! - `serve`, `members` and `health` may be asked at any time from `hello` on: services need no party on their host.
//! - `leave` may be asked at any time; nothing but its answer and the answers to what is still open follows it.

use std::{collections::BTreeMap, fmt};

use thiserror::Error;

use crate::message::{Reply, Request, RequestKind};

/// Requests of one conversation that may await their final reply at the same time.
pub const MAX_OPEN: usize = 1024;

/// How far a conversation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Nothing was said.
    New,
    /// Versions are known to be the same.
    Greeted,
    /// The agent knows the overlay and its services.
    Prepared,
    /// The party has made its keys and told the public ones.
    Introduced,
    /// The introduction is endorsed as far as the identity policy asks for it.
    Endorsed,
    /// The agent has taken a roster, and committed itself to a nonce.
    Admitted,
    /// The agent has seen that all have taken the same roster, and revealed its nonce.
    Revealed,
    /// The party's owner was told the words.
    Compared,
    /// The overlay is joined; nothing is staged.
    Connected,
    /// The next program is named; its files arrive.
    Staged,
    /// The agent has said what it would run.
    Offered,
    /// The agent has found all offers equal.
    Confirmed,
    /// The program runs.
    Running,
    /// The program has ended, and the party has stated how.
    Ended,
    /// The end was asked for.
    Leaving,
    /// The conversation is over.
    Left,
}

/// Why a request may not be asked now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OrderError {
    /// The conversation is elsewhere.
    #[error("`{asked}` does not belong here: the conversation is at `{phase}`, which {} follows", phase.follower())]
    Phase {
        /// What was asked.
        asked: RequestKind,
        /// Where the conversation is.
        phase: Phase,
    },
    /// An earlier request comes first.
    #[error("`{asked}` must wait until `{before}` (request {id}) is answered")]
    Busy {
        /// What was asked.
        asked: RequestKind,
        /// What it waits for.
        before: RequestKind,
        /// The number of that request.
        id: u32,
    },
    /// The command that is meant does not run, or has ended.
    #[error("`{asked}` names request {exec}, which is no running command")]
    NoCommand {
        /// What was asked.
        asked: RequestKind,
        /// The request that it names.
        exec: u32,
    },
    /// Too much is asked at once.
    #[error("`{asked}` must wait: {MAX_OPEN} requests are open already")]
    TooManyOpen {
        /// What was asked.
        asked: RequestKind,
    },
    /// All request numbers are used up.
    #[error("no request number is left for `{asked}`: begin a new conversation")]
    Exhausted {
        /// What was asked.
        asked: RequestKind,
    },
}

impl Phase {
    /// The name that messages use.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Greeted => "greeted",
            Self::Prepared => "prepared",
            Self::Introduced => "introduced",
            Self::Endorsed => "endorsed",
            Self::Admitted => "admitted",
            Self::Revealed => "revealed",
            Self::Compared => "compared",
            Self::Connected => "connected",
            Self::Staged => "staged",
            Self::Offered => "offered",
            Self::Confirmed => "confirmed",
            Self::Running => "running",
            Self::Ended => "ended",
            Self::Leaving => "leaving",
            Self::Left => "left",
        }
    }

    /// What moves the conversation on from here, in words.
    fn follower(self) -> &'static str {
        match self {
            Self::New => "`hello`",
            Self::Greeted => "`prepare`",
            Self::Prepared => "`introduce`",
            Self::Introduced => "`endorse`",
            Self::Endorsed => "`admit`",
            Self::Admitted => "`reveal`",
            Self::Revealed => "`compare`",
            Self::Compared => "`connect`",
            Self::Connected => "`stage`",
            Self::Staged => "`agree`",
            Self::Offered => "`confirm`",
            Self::Confirmed => "`run`",
            Self::Running => "the end of the run",
            Self::Ended => "`conclude`",
            Self::Leaving | Self::Left => "nothing",
        }
    }

    /// Whether a request of this kind belongs here.
    fn admits(self, kind: RequestKind) -> bool {
        let between = |first, last| first <= self && self <= last;
        let idle_since = |first| between(first, Self::Confirmed) || self == Self::Ended;
        match kind {
            RequestKind::Hello => self == Self::New,
            RequestKind::Prepare => self == Self::Greeted,
            RequestKind::Introduce => self == Self::Prepared,
            RequestKind::Endorse => idle_since(Self::Introduced),
            RequestKind::Admit => idle_since(Self::Endorsed),
            RequestKind::Reveal => self == Self::Admitted,
            RequestKind::Compare => self == Self::Revealed,
            RequestKind::Connect => self == Self::Compared,
            RequestKind::Stage => idle_since(Self::Connected),
            RequestKind::Blob | RequestKind::Agree => self == Self::Staged,
            RequestKind::Confirm => self == Self::Offered,
            RequestKind::Run => self == Self::Confirmed,
            RequestKind::Conclude => self == Self::Ended,
            RequestKind::Stop => self == Self::Running,
            RequestKind::Serve
            | RequestKind::Members
            | RequestKind::Health
            | RequestKind::Exec
            | RequestKind::Feed
            | RequestKind::Kill
            | RequestKind::Tell => between(Self::Greeted, Self::Ended),
            RequestKind::Ping | RequestKind::Links => between(Self::Connected, Self::Ended),
            RequestKind::Examine | RequestKind::Reflect => between(Self::Prepared, Self::Ended),
            RequestKind::Deliver => between(Self::Admitted, Self::Ended),
            RequestKind::Leave => self != Self::Left,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The book that both ends keep: how far the conversation has come, and what awaits its final reply.
#[derive(Debug, Clone)]
pub(crate) struct Conversation {
    phase: Phase,
    open: BTreeMap<u32, RequestKind>,
}

impl Conversation {
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::New,
            open: BTreeMap::new(),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    /// The kind of an open request.
    pub(crate) fn kind_of(&self, id: u32) -> Option<RequestKind> {
        self.open.get(&id).copied()
    }

    /// What awaits its final reply, oldest first.
    pub(crate) fn open_requests(&self) -> impl Iterator<Item = (u32, RequestKind)> + '_ {
        self.open.iter().map(|(id, kind)| (*id, *kind))
    }

    /// Whether the request may be asked now.
    pub(crate) fn may(&self, request: &Request) -> Result<(), OrderError> {
        let asked = request.kind();
        if let Some((id, before)) = self.open_requests().find(|(_, open)| waits(asked, *open)) {
            return Err(OrderError::Busy { asked, before, id });
        }
        if !self.phase.admits(asked) {
            return Err(OrderError::Phase {
                asked,
                phase: self.phase,
            });
        }
        if let Request::Feed { to: exec, .. } | Request::Kill { exec } = *request
            && self.kind_of(exec) != Some(RequestKind::Exec)
        {
            return Err(OrderError::NoCommand { asked, exec });
        }
        if self.open.len() >= MAX_OPEN && asked != RequestKind::Leave {
            return Err(OrderError::TooManyOpen { asked });
        }
        Ok(())
    }

    /// Writes down a request that [`Conversation::may`] has allowed.
    pub(crate) fn begin(&mut self, id: u32, kind: RequestKind) {
        self.open.insert(id, kind);
        match kind {
            RequestKind::Stage => self.phase = Phase::Connected,
            RequestKind::Run => self.phase = Phase::Running,
            RequestKind::Leave => self.phase = Phase::Leaving,
            _ => {}
        }
    }

    /// Writes down a final reply of the right kind.
    pub(crate) fn end(&mut self, id: u32, reply: &Reply) {
        let Some(kind) = self.open.remove(&id) else {
            return;
        };
        let refused = matches!(reply, Reply::Refused(_));
        self.phase = match kind {
            RequestKind::Leave if !refused => Phase::Left,
            _ if self.phase == Phase::Leaving => Phase::Leaving,
            RequestKind::Run if refused => Phase::Confirmed,
            _ if refused => self.phase,
            RequestKind::Hello => Phase::Greeted,
            RequestKind::Prepare => Phase::Prepared,
            RequestKind::Introduce => Phase::Introduced,
            RequestKind::Endorse => self.phase.max(Phase::Endorsed),
            RequestKind::Admit => Phase::Admitted,
            RequestKind::Reveal => Phase::Revealed,
            RequestKind::Compare => Phase::Compared,
            RequestKind::Connect | RequestKind::Conclude => Phase::Connected,
            RequestKind::Run => Phase::Ended,
            RequestKind::Stage => Phase::Staged,
            RequestKind::Agree => Phase::Offered,
            RequestKind::Confirm => Phase::Confirmed,
            _ => self.phase,
        };
    }
}

/// Whether `asked` must wait until `open` is answered.
fn waits(asked: RequestKind, open: RequestKind) -> bool {
    match asked {
        RequestKind::Leave => open == RequestKind::Leave,
        RequestKind::Blob => open.moves(),
        // They would reach the agent when it may have left the phase in which they belong.
        RequestKind::Ping | RequestKind::Links => open == RequestKind::Admit,
        _ => asked.moves() && (open.moves() || open == RequestKind::Blob),
    }
}
