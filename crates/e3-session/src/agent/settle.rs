//! What an agent takes in from its own replies, unless they contradict what it knows.

use super::{
    MachineError,
    knowledge::{Admitted, Knowledge, Ran},
};
use crate::{
    message::{PROTOCOL, Reply, RequestKind},
    types::{self, Admission, Agreement, Conclusion, Digest, End, Nonce, Offer},
};

impl Knowledge {
    /// Takes in a final reply of the right kind, unless it contradicts what is known.
    pub(super) fn settle(&mut self, asked: RequestKind, reply: &Reply) -> Result<(), MachineError> {
        match reply {
            Reply::Greeting { protocol, .. } => same(reply, "protocol", protocol, &PROTOCOL),
            Reply::Introduced { introduction } => {
                self.introduction = Some(introduction.clone());
                Ok(())
            }
            Reply::Endorsed => {
                self.endorsement = self.endorsing.take();
                Ok(())
            }
            Reply::Admitted { roster, admission } => {
                self.settle_admitted(reply, *roster, admission)
            }
            Reply::Revealed { nonce } => self.settle_revealed(nonce),
            Reply::Compared { words } => self.settle_compared(reply, words),
            Reply::Connected { place, .. } => {
                self.place = Some(*place);
                Ok(())
            }
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
            Reply::Confirmed {
                agreement,
                signature,
            } => {
                let confirmed = self.agreement.as_ref();
                same_hash(reply, *agreement, confirmed.map(Agreement::hash))?;
                if let (Some(admitted), Some(confirmed)) = (&self.admitted, confirmed) {
                    let verifier = admitted.verifier();
                    verifier.agreement_of(admitted.me, confirmed, signature)?;
                }
                Ok(())
            }
            Reply::Ended(end) if asked == RequestKind::Run => self.settle_run(reply, end),
            Reply::Ended(end) => match end.statement {
                None => Ok(()),
                Some(_) => Err(MachineError::Statement { asked }),
            },
            Reply::Concluded { conclusion } => self.settle_concluded(reply, conclusion),
            Reply::Refused(_) => {
                self.forget_proposal(asked);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn settle_admitted(
        &mut self,
        reply: &Reply,
        found: Digest,
        own: &Admission,
    ) -> Result<(), MachineError> {
        let proposed = self.proposed.take().ok_or(MachineError::Unverified)?;
        let hash = proposed.roster.hash();
        same_hash(reply, found, Some(hash))?;
        same(reply, "party", &own.party, &proposed.me)?;
        let admitted = Admitted {
            hash,
            me: proposed.me,
            documents: proposed.verified.ok_or(MachineError::Unverified)?,
            roster: proposed.roster,
            own: own.clone(),
            admissions: Vec::new(),
            nonces: Vec::new(),
        };
        admitted.verifier().admission(own)?;
        for entry in &admitted.roster.parties {
            let did = entry.introduction.did.clone();
            self.met.insert(entry.name.clone(), did);
        }
        self.admitted = Some(admitted);
        self.forget_run();
        Ok(())
    }

    fn settle_revealed(&self, nonce: &Nonce) -> Result<(), MachineError> {
        match &self.admitted {
            Some(admitted) if !admitted.own.opens(admitted.hash, nonce) => {
                Err(MachineError::OtherNonce)
            }
            _ => Ok(()),
        }
    }

    fn settle_compared(&self, reply: &Reply, words: &String) -> Result<(), MachineError> {
        let Some((hash, nonces)) = self.nonces() else {
            return Ok(());
        };
        let expected = types::words(hash, nonces);
        same(reply, "words", words, &expected)
    }

    /// What the agent offers must fit what the conversation has told it.
    fn settle_offer(&self, reply: &Reply, offer: &Offer) -> Result<(), MachineError> {
        let terms = &offer.terms;
        if let Some(admitted) = &self.admitted {
            let roster = &admitted.roster;
            same(reply, "party", &offer.party, &admitted.me)?;
            same_hash(reply, terms.roster, Some(admitted.hash))?;
            same(reply, "session", &terms.session, &roster.session)?;
            same(reply, "epoch", &terms.epoch, &roster.epoch)?;
            let parties = usize::from(terms.parties);
            same(reply, "parties", &parties, &roster.parties.len())?;
        }
        if let Some(policy) = self.policy() {
            same(reply, "identity", &terms.identity, &policy.to_string())?;
        }
        if let Some(run) = &self.staged {
            same(reply, "run", &terms.run, run)?;
        }
        Ok(())
    }

    /// A program that ran is stated to have ended as it did, and where it was to run, once.
    fn settle_run(&mut self, reply: &Reply, end: &End) -> Result<(), MachineError> {
        let statement = end.statement.as_ref().ok_or(MachineError::Statement {
            asked: RequestKind::Run,
        })?;
        let ran = self.agreement.as_ref().map(Agreement::hash);
        if let (Some(admitted), Some(agreement)) = (&self.admitted, ran) {
            same(reply, "party", &statement.party, &admitted.me)?;
            let verifier = admitted.verifier();
            verifier.statement(agreement, statement)?;
            if let Some(opening) = &end.opening {
                verifier.opening(statement, opening)?;
            }
        }
        if statement.ending != end.outcome.ending || statement.place != self.place {
            return Err(MachineError::Statement {
                asked: RequestKind::Run,
            });
        }
        self.forget_run();
        self.ran = ran.map(|agreement| Ran {
            agreement,
            own: statement.clone(),
            statements: Vec::new(),
        });
        Ok(())
    }

    fn settle_concluded(&self, reply: &Reply, conclusion: &Conclusion) -> Result<(), MachineError> {
        if let (Some(admitted), Some(ran)) = (&self.admitted, &self.ran) {
            same(reply, "party", &conclusion.party, &admitted.me)?;
            let verifier = admitted.verifier();
            verifier.conclusion(ran.agreement, &ran.statements, conclusion)?;
        }
        Ok(())
    }
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
