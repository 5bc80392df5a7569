//! What an agent knows from the conversation.

use std::{borrow::Cow, collections::BTreeMap};

use e3_identity::{Did, Endorsement, Introduction, Pin, Policy};

use crate::{
    evidence::{Documents, Verifier},
    message::{Refusal, RefusalCode, Settings},
    types::{
        Admission, Agreement, Digest, Nonce, Offer, PartyIndex, PlaceKind, Roster, RunId,
        SessionId, Statement,
    },
};

/// What the conversation has told an agent so far.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    pub(super) session: Option<SessionId>,
    pub(super) name: Option<String>,
    pub(super) settings: Option<Settings>,
    pub(super) introduction: Option<Introduction>,
    pub(super) endorsing: Option<Endorsement>,
    pub(super) endorsement: Option<Endorsement>,
    pub(super) proposed: Option<Proposed>,
    pub(super) admitted: Option<Admitted>,
    /// Who stood under each name in any roster of this session that was admitted.
    pub(super) met: BTreeMap<String, Did>,
    /// Where this party's program runs, told in answer to `connect`.
    pub(super) place: Option<PlaceKind>,
    pub(super) staging: Option<RunId>,
    pub(super) staged: Option<RunId>,
    pub(super) last_run: Option<RunId>,
    pub(super) offer: Option<Offer>,
    pub(super) agreement: Option<Agreement>,
    pub(super) ran: Option<Ran>,
}

/// A roster that is being looked at.
#[derive(Debug, Clone)]
pub(super) struct Proposed {
    pub(super) roster: Roster,
    pub(super) me: PartyIndex,
    /// By which its parties were believed; none until they were.
    pub(super) verified: Option<Documents>,
}

/// A roster that this agent has taken.
#[derive(Debug, Clone)]
pub(super) struct Admitted {
    pub(super) roster: Roster,
    pub(super) hash: Digest,
    pub(super) me: PartyIndex,
    pub(super) documents: Documents,
    pub(super) own: Admission,
    /// Of all parties; from *reveal*.
    pub(super) admissions: Vec<Admission>,
    /// Of all parties; from *compare*.
    pub(super) nonces: Vec<Nonce>,
}

/// A run that has ended.
#[derive(Debug, Clone)]
pub(super) struct Ran {
    pub(super) agreement: Digest,
    pub(super) own: Statement,
    /// Of all parties that have made one; from *conclude*.
    pub(super) statements: Vec<Statement>,
}

impl Admitted {
    pub(super) fn verifier(&self) -> Verifier<'_> {
        Verifier::new(&self.roster, &self.documents)
    }
}

/// By `pinned`, whoever has been accepted once is held to that in all later rosters of the session, also after having been
/// left out of one.
fn held_to<'a>(met: &BTreeMap<String, Did>, policy: &'a Policy) -> Cow<'a, Policy> {
    let Policy::Pinned { pins, first_use } = policy else {
        return Cow::Borrowed(policy);
    };
    let mut pins = pins.clone();
    let met = met.iter();
    pins.extend(met.map(|(name, did)| (name.clone(), Pin::Did(did.clone()))));
    Cow::Owned(Policy::Pinned {
        pins,
        first_use: *first_use,
    })
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

    /// How introductions are believed, told by `prepare`.
    pub fn policy(&self) -> Option<&Policy> {
        self.settings.as_ref().map(|settings| &settings.policy)
    }

    /// This party's own introduction, once it was told.
    pub fn introduction(&self) -> Option<&Introduction> {
        self.introduction.as_ref()
    }

    /// This party's own endorsement, told by the last `endorse`.
    pub fn endorsement(&self) -> Option<&Endorsement> {
        self.endorsement.as_ref()
    }

    /// The roster that is proposed and not admitted yet, with this party's place in it.
    pub fn proposed(&self) -> Option<(&Roster, PartyIndex)> {
        let proposed = self.proposed.as_ref()?;
        Some((&proposed.roster, proposed.me))
    }

    /// The roster that this agent has admitted last: verified, and sound.
    pub fn roster(&self) -> Option<&Roster> {
        self.admitted.as_ref().map(|admitted| &admitted.roster)
    }

    /// This party's place in that roster.
    pub fn me(&self) -> Option<PartyIndex> {
        self.admitted.as_ref().map(|admitted| admitted.me)
    }

    /// Every party's nonce, shown by `compare`; from these and the roster's hash come the words.
    pub fn nonces(&self) -> Option<(Digest, &[Nonce])> {
        let admitted = self.admitted.as_ref()?;
        (!admitted.nonces.is_empty()).then_some((admitted.hash, admitted.nonces.as_slice()))
    }

    /// The run that is staged or goes on.
    pub fn run(&self) -> Option<RunId> {
        self.staged
    }

    /// What this agent has offered to run.
    pub fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }

    /// The agreement that the offers shown by `confirm` make; with all signatures from `run` on, and until the run has
    /// ended.
    pub fn agreement(&self) -> Option<&Agreement> {
        self.agreement.as_ref()
    }

    /// The agreement that ran last, with the statements of its end that `conclude` has shown; until something else is
    /// staged.
    pub fn statements(&self) -> Option<(Digest, &[Statement])> {
        let ran = self.ran.as_ref()?;
        Some((ran.agreement, ran.statements.as_slice()))
    }

    /// Whether the index is that of another party of the admitted roster.
    pub(super) fn is_peer(&self, party: PartyIndex) -> bool {
        self.admitted
            .as_ref()
            .is_some_and(|admitted| party != admitted.me && admitted.roster.get(party).is_some())
    }

    /// Believes the parties of the proposed roster, or says why not.
    pub(super) fn verify(&mut self, documents: Documents, now: u64) -> Result<(), Refusal> {
        let (Some(proposed), Some(settings)) = (&mut self.proposed, &self.settings) else {
            return Err(Refusal::new(
                RefusalCode::Fault,
                "no roster is proposed that could be verified",
            ));
        };
        let policy = held_to(&self.met, &settings.policy);
        Verifier::new(&proposed.roster, &documents)
            .introductions(&policy, now)
            .map_err(|error| Refusal::new(RefusalCode::Untrusted, error.to_string()))?;
        proposed.verified = Some(documents);
        Ok(())
    }

    pub(super) fn forget_run(&mut self) {
        self.staging = None;
        self.staged = None;
        self.offer = None;
        self.agreement = None;
        self.ran = None;
    }
}
