//! *agree* and *confirm*: what this agent would run, by what it finds itself.

use e3_program::{
    python::{PythonEnv, PythonError},
    stage::{StageError, Staged, Staging},
};
use e3_session::{
    message::{Refusal, RefusalCode, Reply},
    types::{Digest, Informed, Kind, Nonce, Offer, Terms},
};
use serde_bytes::ByteBuf;

use crate::{
    agent::{Agent, Event, Turn, fault, unusable},
    stage::{Job, Ready},
};

/// What was found on this host.
pub(crate) struct Found {
    staging: Staging,
    /// The files, laid out and hashed from what stands on the disk.
    laid_out: Result<Staged, StageError>,
    python: Result<PythonEnv, PythonError>,
}

impl Agent {
    /// Lays the program out and looks for its language, beside the loop: files are copied and hashed, and a user's
    /// own interpreter is asked for its version.
    pub(crate) fn agree(&mut self, id: u32) -> Result<Turn, Refusal> {
        let job = self.job.as_mut().ok_or_else(|| fault("the program"))?;
        job.ready = None;
        let Kind::Mpyc { interpreter, .. } = &job.program.kind;
        let interpreter = interpreter.clone();
        let mut staging = self.staging.take().ok_or_else(|| fault("its folder"))?;
        self.tasks.spawn_blocking(move || {
            let found = Found {
                laid_out: staging.finish(),
                python: PythonEnv::of(&interpreter),
                staging,
            };
            Event::Agreed(id, Box::new(found))
        });
        Ok(None)
    }

    pub(crate) fn agreed(&mut self, found: Found) -> Reply {
        let Found {
            staging,
            laid_out,
            python,
        } = found;
        self.staging = Some(staging);
        let offered = laid_out.map_err(unusable).and_then(|staged| {
            let python = python.map_err(unusable)?;
            let program = staged.digest();
            let offer = self.offer(program, &python)?;
            let job = self.job.as_mut().ok_or_else(|| fault("the program"))?;
            job.ready = Some(Ready {
                staged,
                python: python.python,
            });
            Ok(Reply::Offered { offer })
        });
        offered.unwrap_or_else(Reply::Refused)
    }

    /// Every term by what this agent has itself, not by what it was told last.
    fn offer(&self, program: Digest, python: &PythonEnv) -> Result<Offer, Refusal> {
        let known = self.machine.knowledge();
        let (Some(roster), Some(party), Some(settings)) =
            (known.roster(), known.me(), known.settings())
        else {
            return Err(fault("the roster"));
        };
        let Job {
            run, program: job, ..
        } = self.job.as_ref().ok_or_else(|| fault("the program"))?;
        let overlay = self.overlay.as_ref().ok_or_else(|| fault("the overlay"))?;
        let Kind::Mpyc { threshold, .. } = job.kind;
        let mut nonce = [0; 32];
        getrandom::fill(&mut nonce).map_err(|error| {
            let text = format!("the operating system gave no randomness: {error}");
            Refusal::new(RefusalCode::Fault, text)
        })?;
        Ok(Offer {
            party,
            terms: Terms {
                session: roster.session,
                run: *run,
                roster: roster.hash(),
                epoch: roster.epoch,
                overlay: overlay.name().to_owned(),
                mode: overlay.mode(),
                identity: settings.identity.clone(),
                services: settings
                    .services
                    .iter()
                    .map(|(name, _)| name.clone())
                    .collect(),
                program,
                entry: job.entry.clone(),
                runtime: python.runtime.clone(),
                parties: u16::try_from(roster.parties.len()).unwrap_or(u16::MAX),
                threshold,
                arguments: job.arguments.clone(),
            },
            nonce: Nonce(nonce),
            informed: Informed {
                language: python.language.clone(),
            },
        })
    }

    /// The machine has compared the offers already, and refused what differs.
    pub(crate) fn confirm(&mut self) -> Result<Reply, Refusal> {
        let agreement = self.machine.knowledge().agreement();
        let agreement = agreement.ok_or_else(|| fault("the agreement"))?.hash();
        Ok(Reply::Confirmed {
            agreement,
            signature: ByteBuf::new(),
        })
    }
}
