//! What an agent takes in from requests, and what it does not let itself be told.

use super::{
    check,
    check::unusable,
    knowledge::{Knowledge, Proposed},
};
use crate::{
    frame::MAX_BLOB,
    message::{PROTOCOL, Refusal, RefusalCode, Request, RequestKind},
    types::SessionId,
};

impl Knowledge {
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
            Request::Endorse { endorsement } => {
                self.endorsing = Some(endorsement.clone());
                Ok(())
            }
            Request::Admit { roster } => {
                let me = check::roster(self, roster)?;
                self.proposed = Some(Proposed {
                    roster: roster.clone(),
                    me,
                    verified: None,
                });
                Ok(())
            }
            Request::Reveal { admissions } => {
                check::admissions(self.admitted.as_ref(), admissions)?;
                if let Some(admitted) = &mut self.admitted {
                    admitted.admissions.clone_from(admissions);
                }
                Ok(())
            }
            Request::Compare { nonces } => {
                check::nonces(self.admitted.as_ref(), nonces)?;
                if let Some(admitted) = &mut self.admitted {
                    admitted.nonces.clone_from(nonces);
                }
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
            Request::Run {
                agreement,
                signatures,
            } => {
                check::agreement(self, *agreement, signatures)?;
                if let Some(agreed) = &mut self.agreement {
                    agreed.signatures.clone_from(signatures);
                }
                Ok(())
            }
            Request::Conclude { statements } => {
                check::statements(self, statements)?;
                if let Some(ran) = &mut self.ran {
                    ran.statements.clone_from(statements);
                }
                Ok(())
            }
            Request::Ping { peer: party } | Request::Deliver { from: party, .. } => {
                check::peer(self, *party)
            }
            Request::Serve(_)
            | Request::Members { .. }
            | Request::Health
            | Request::Introduce { .. }
            | Request::Blob(_)
            | Request::Stop { .. }
            | Request::Exec { .. }
            | Request::Feed { .. }
            | Request::Kill { .. }
            | Request::Links
            | Request::Examine { .. }
            | Request::Reflect { .. }
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

    /// What was taken in from a request that came to nothing.
    pub(super) fn forget_proposal(&mut self, asked: RequestKind) {
        match asked {
            RequestKind::Endorse => self.endorsing = None,
            RequestKind::Admit => self.proposed = None,
            RequestKind::Stage => self.staging = None,
            RequestKind::Confirm => self.agreement = None,
            _ => {}
        }
    }
}
