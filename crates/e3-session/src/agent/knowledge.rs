//! What an agent knows from the conversation, and what it lets itself be told.

use e3_identity::Introduction;

use super::{MachineError, check};
use crate::{
    frame::MAX_BLOB,
    message::{PROTOCOL, Refusal, RefusalCode, Reply, Request, RequestKind, Settings},
    types::{Agreement, Digest, Offer, PartyIndex, Roster, RunId, SessionId},
};

/// What the conversation has told an agent so far.
#[derive(Debug, Default)]
pub struct Knowledge {
    session: Option<SessionId>,
    name: Option<String>,
    settings: Option<Settings>,
    introduction: Option<Introduction>,
    proposed: Option<Roster>,
    admitted: Option<(Roster, PartyIndex)>,
    staging: Option<RunId>,
    staged: Option<RunId>,
    last_run: Option<RunId>,
    offer: Option<Offer>,
    agreement: Option<Agreement>,
}

impl Knowledge {
    /// The session, told by `hello`.
    pub fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// The name under which this host takes part, told by `hello`.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// How the session is set up, told by `prepare`.
    pub fn settings(&self) -> Option<&Settings> {
        self.settings.as_ref()
    }

    /// This party's own introduction, once it was told.
    pub fn introduction(&self) -> Option<&Introduction> {
        self.introduction.as_ref()
    }

    /// The roster that this agent has admitted last.
    pub fn roster(&self) -> Option<&Roster> {
        self.admitted.as_ref().map(|(roster, _)| roster)
    }

    /// This party's place in that roster.
    pub fn me(&self) -> Option<PartyIndex> {
        self.admitted.as_ref().map(|(_, me)| *me)
    }

    /// The run that is staged or goes on.
    pub fn run(&self) -> Option<RunId> {
        self.staged
    }

    /// What this agent has offered to run.
    pub fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }

    /// The agreement that the offers shown by `confirm` make; kept until its run has ended.
    pub fn agreement(&self) -> Option<&Agreement> {
        self.agreement.as_ref()
    }

    /// Whether the index is that of another party of the admitted roster.
    pub(super) fn is_peer(&self, party: PartyIndex) -> bool {
        self.admitted
            .as_ref()
            .is_some_and(|(roster, me)| party != *me && roster.get(party).is_some())
    }

    /// Takes in a request that comes in order, or says why it cannot be right.
    pub(super) fn learn(&mut self, request: &Request) -> Result<(), Refusal> {
        match request {
            Request::Hello {
                protocol,
                session,
                name,
                ..
            } => self.learn_hello(*protocol, *session, name),
            Request::Prepare(settings) => {
                self.settings = Some(settings.clone());
                Ok(())
            }
            Request::Admit { roster } => {
                check::roster(self, roster)?;
                self.proposed = Some(roster.clone());
                Ok(())
            }
            Request::Connect { contacts, .. } => check::contacts(self, contacts),
            Request::Stage {
                run,
                program,
                input,
                ..
            } => {
                self.forget_run();
                check::run_is_new(self.last_run, *run)?;
                check::program(program, input)?;
                self.staging = Some(*run);
                Ok(())
            }
            Request::Blob(piece) if piece.data.len() > MAX_BLOB => Err(unusable(format!(
                "a piece of a file has {} bytes, more than the {MAX_BLOB} allowed: send smaller pieces",
                piece.data.len()
            ))),
            Request::Agree { run } => check::run_is_staged(self.staged, *run),
            Request::Confirm { offers } => {
                self.agreement = Some(check::offers(self, offers)?);
                Ok(())
            }
            Request::Run { agreement } => check::agreement(self.agreement.as_ref(), *agreement),
            Request::Ping { peer: party } | Request::Deliver { from: party, .. } => {
                check::peer(self, *party)
            }
            Request::Introduce
            | Request::Endorse { .. }
            | Request::Blob(_)
            | Request::Stop { .. }
            | Request::Exec { .. }
            | Request::Feed { .. }
            | Request::Kill { .. }
            | Request::Links
            | Request::Tell { .. }
            | Request::Leave => Ok(()),
        }
    }

    fn learn_hello(
        &mut self,
        protocol: u16,
        session: SessionId,
        name: &str,
    ) -> Result<(), Refusal> {
        if protocol != PROTOCOL {
            return Err(Refusal::new(
                RefusalCode::Version,
                format!(
                    "the controller speaks version {protocol} of the protocol, this agent version {PROTOCOL}: \
                     use the same release on both ends"
                ),
            ));
        }
        self.session = Some(session);
        self.name = Some(name.to_owned());
        Ok(())
    }

    /// Takes in a final reply of the right kind, unless it contradicts what is known.
    pub(super) fn settle(&mut self, asked: RequestKind, reply: &Reply) -> Result<(), MachineError> {
        match reply {
            Reply::Greeting { protocol, .. } => same(reply, "protocol", protocol, &PROTOCOL),
            Reply::Introduced { introduction } => {
                self.introduction = Some(introduction.clone());
                Ok(())
            }
            Reply::Admitted { roster: found, .. } => self.settle_admitted(reply, *found),
            Reply::Missing { .. } => {
                self.staged = self.staging.take();
                self.last_run = self.staged;
                Ok(())
            }
            Reply::Offered { offer } => {
                self.settle_offer(reply, offer)?;
                self.offer = Some(Offer::clone(offer));
                Ok(())
            }
            Reply::Confirmed { agreement, .. } => same_hash(
                reply,
                *agreement,
                self.agreement.as_ref().map(Agreement::hash),
            ),
            Reply::Ended(_) if asked == RequestKind::Run => {
                self.forget_run();
                Ok(())
            }
            Reply::Refused(_) => {
                self.forget_proposal(asked);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn settle_admitted(&mut self, reply: &Reply, found: Digest) -> Result<(), MachineError> {
        same_hash(reply, found, self.proposed.as_ref().map(Roster::hash))?;
        let name = self.name.as_deref().unwrap_or_default();
        self.admitted = self
            .proposed
            .take()
            .and_then(|roster| roster.index_of(name).map(|me| (roster, me)));
        self.forget_run();
        Ok(())
    }

    /// What the agent offers must fit what the conversation has told it.
    fn settle_offer(&self, reply: &Reply, offer: &Offer) -> Result<(), MachineError> {
        let terms = &offer.terms;
        if let Some((roster, me)) = &self.admitted {
            same(reply, "party", &offer.party, me)?;
            same_hash(reply, terms.roster, Some(roster.hash()))?;
            same(reply, "session", &terms.session, &roster.session)?;
            same(reply, "epoch", &terms.epoch, &roster.epoch)?;
            same(
                reply,
                "parties",
                &usize::from(terms.parties),
                &roster.parties.len(),
            )?;
        }
        if let Some(run) = &self.staged {
            same(reply, "run", &terms.run, run)?;
        }
        Ok(())
    }

    fn forget_run(&mut self) {
        self.staging = None;
        self.staged = None;
        self.offer = None;
        self.agreement = None;
    }

    /// What was taken in from a request that came to nothing.
    fn forget_proposal(&mut self, asked: RequestKind) {
        match asked {
            RequestKind::Admit => self.proposed = None,
            RequestKind::Stage => self.staging = None,
            RequestKind::Confirm => self.agreement = None,
            _ => {}
        }
    }
}

pub(super) fn unusable(message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::Unusable, message)
}

fn same<T: PartialEq + ToString>(
    reply: &Reply,
    term: &'static str,
    found: &T,
    expected: &T,
) -> Result<(), MachineError> {
    if found == expected {
        return Ok(());
    }
    Err(MachineError::OtherTerm {
        reply: reply.name(),
        term,
        found: found.to_string(),
        expected: expected.to_string(),
    })
}

fn same_hash(reply: &Reply, found: Digest, expected: Option<Digest>) -> Result<(), MachineError> {
    match expected {
        Some(expected) if found != expected => Err(MachineError::OtherHash {
            reply: reply.name(),
            found,
            expected,
        }),
        _ => Ok(()),
    }
}
