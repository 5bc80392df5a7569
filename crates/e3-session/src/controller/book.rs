//! What a controller remembers of a conversation, and what it does not believe.

use e3_identity::Documents;

use super::Violation;
use crate::{
    agreement,
    evidence::Verifier,
    message::{PROTOCOL, Reply, Request, RequestKind},
    types::{
        self, Admission, Agreement, Digest, End, Nonce, PartyIndex, PlaceKind, Roster, Statement,
    },
};

/// What was asked last, and what the agent has bound itself to.
#[derive(Debug, Clone, Default)]
pub(super) struct Book {
    name: String,
    documents: Documents,
    proposed: Option<Known>,
    /// What the agent has admitted last, and how.
    admitted: Option<(Known, Admission)>,
    nonces: Vec<Nonce>,
    /// Where its program runs, as it has said when it connected.
    place: Option<PlaceKind>,
    /// The agreement that the offers shown last make, if they make one.
    agreement: Option<Agreement>,
    statements: Vec<Statement>,
}

/// A roster that the agent was shown.
#[derive(Debug, Clone)]
struct Known {
    roster: Roster,
    hash: Digest,
    /// The agent's party, if the roster has it.
    me: Option<PartyIndex>,
}

impl Book {
    pub(super) fn trust(&mut self, documents: Documents) {
        self.documents = documents;
    }

    /// Parties of the roster that the agent has admitted.
    pub(super) fn parties(&self) -> usize {
        let admitted = self.admitted.as_ref();
        admitted.map_or(0, |(known, _)| known.roster.parties.len())
    }

    /// Writes down what is asked.
    pub(super) fn asked(&mut self, request: &Request) {
        match request {
            Request::Hello { name, .. } => self.name.clone_from(name),
            Request::Admit { roster } => {
                self.proposed = Some(Known {
                    hash: roster.hash(),
                    me: roster.index_of(&self.name),
                    roster: roster.clone(),
                });
            }
            Request::Compare { nonces } => self.nonces.clone_from(nonces),
            Request::Confirm { offers } => self.agreement = agreement::compare(offers).ok(),
            Request::Conclude { statements } => self.statements.clone_from(statements),
            _ => {}
        }
    }

    /// Holds a final reply against what was asked, and writes down what the agent binds itself to.
    pub(super) fn answered(&mut self, asked: RequestKind, reply: &Reply) -> Result<(), Violation> {
        match reply {
            Reply::Greeting { protocol, .. } if *protocol != PROTOCOL => {
                Err(Violation::Version { theirs: *protocol })
            }
            Reply::Refused(_) if asked == RequestKind::Admit => {
                self.proposed = None;
                Ok(())
            }
            Reply::Admitted { roster, admission } => self.admitted(reply, *roster, admission),
            Reply::Revealed { nonce } => self.revealed(nonce),
            Reply::Compared { words } => self.compared(words),
            Reply::Connected { place, .. } => {
                self.place = Some(*place);
                Ok(())
            }
            Reply::Confirmed {
                agreement,
                signature,
            } => {
                let expected = self.agreement.as_ref().ok_or(Violation::Unagreed)?;
                same("agreement", *agreement, expected.hash())?;
                let Some((verifier, me)) = self.verifier() else {
                    return Ok(());
                };
                Ok(verifier.agreement_of(me, expected, signature)?)
            }
            Reply::Ended(end) => self.ended(asked, reply, end),
            Reply::Concluded { conclusion } => {
                let (Some((verifier, me)), Some(agreement)) = (self.verifier(), &self.agreement)
                else {
                    return Ok(());
                };
                by(reply, conclusion.party, me)?;
                Ok(verifier.conclusion(agreement.hash(), &self.statements, conclusion)?)
            }
            _ => Ok(()),
        }
    }

    fn admitted(
        &mut self,
        reply: &Reply,
        found: Digest,
        admission: &Admission,
    ) -> Result<(), Violation> {
        let Some(known) = self.proposed.take() else {
            return Ok(());
        };
        same("roster", found, known.hash)?;
        if let Some(me) = known.me {
            by(reply, admission.party, me)?;
            Verifier::new(&known.roster, &self.documents).admission(admission)?;
        }
        self.admitted = Some((known, admission.clone()));
        Ok(())
    }

    fn revealed(&self, nonce: &Nonce) -> Result<(), Violation> {
        match &self.admitted {
            Some((known, admission)) if !admission.opens(known.hash, nonce) => {
                Err(Violation::OtherNonce)
            }
            _ => Ok(()),
        }
    }

    fn compared(&self, found: &str) -> Result<(), Violation> {
        let Some((known, _)) = &self.admitted else {
            return Ok(());
        };
        let expected = types::words(known.hash, &self.nonces);
        if found == expected {
            return Ok(());
        }
        Err(Violation::OtherWords {
            found: found.to_owned(),
            expected,
        })
    }

    /// A run ends with a statement, an *exec* without one.
    fn ended(&self, asked: RequestKind, reply: &Reply, end: &End) -> Result<(), Violation> {
        let statement = match (&end.statement, asked) {
            (Some(statement), RequestKind::Run) => statement,
            (None, RequestKind::Exec) => return Ok(()),
            _ => return Err(Violation::Unstated),
        };
        let (Some((verifier, me)), Some(agreement)) = (self.verifier(), &self.agreement) else {
            return Ok(());
        };
        by(reply, statement.party, me)?;
        verifier.statement(agreement.hash(), statement)?;
        if let Some(opening) = &end.opening {
            verifier.opening(statement, opening)?;
        }
        if statement.ending == end.outcome.ending && statement.place == self.place {
            Ok(())
        } else {
            Err(Violation::Unstated)
        }
    }

    /// What verifies the agent's party, and its place; none where no roster has it.
    fn verifier(&self) -> Option<(Verifier<'_>, PartyIndex)> {
        let (known, _) = self.admitted.as_ref()?;
        let verifier = Verifier::new(&known.roster, &self.documents);
        Some((verifier, known.me?))
    }
}

fn same(what: &'static str, found: Digest, expected: Digest) -> Result<(), Violation> {
    if found == expected {
        return Ok(());
    }
    Err(Violation::OtherHash {
        what,
        found,
        expected,
    })
}

fn by(reply: &Reply, found: PartyIndex, expected: PartyIndex) -> Result<(), Violation> {
    if found == expected {
        return Ok(());
    }
    Err(Violation::OtherParty {
        reply: reply.name(),
        found,
        expected,
    })
}
