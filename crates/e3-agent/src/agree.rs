//! *agree*: what this agent would run, by what it finds itself.

use std::sync::Arc;

use e3_program::{
    given::check_secured,
    host::{self, Runtime, RuntimeError},
    stage::{StageError, Staged, Staging},
};
use e3_session::{
    message::{Refusal, Reply},
    types::{Command, Digest, Informed, Kind, Nonce, Offer, Terms},
};

use crate::{
    agent::{Agent, Event, Turn, fault, random, unusable},
    stage::{Job, Ready},
};

/// What was found on this host.
pub(crate) struct Found {
    staging: Staging,
    /// The files, laid out and hashed from what stands on the disk, and what would run them.
    laid_out: Result<(Staged, Result<Runtime, RuntimeError>), StageError>,
}

impl Agent {
    /// Lays the program out and looks for its language, beside the loop: files are copied and hashed, and a user's
    /// own interpreter is asked for its version.
    pub(crate) fn agree(&mut self, id: u32) -> Result<Turn, Refusal> {
        let overlay = Arc::clone(self.overlay.as_ref().ok_or_else(|| fault("the overlay"))?);
        self.refuse_if_severed()?;
        let job = self.job.as_mut().ok_or_else(|| fault("the program"))?;
        job.ready = None;
        // Some overlays give files by an option, which is known when they are joined.
        let given = self.needs.files.iter().map(|file| file.word);
        let words: Vec<_> = match overlay.program_words() {
            [] => given.collect(),
            always => always.to_vec(),
        };
        check_secured(&job.program, overlay.name(), &words).map_err(unusable)?;
        let program = job.program.clone();
        let mut staging = self.staging.take().ok_or_else(|| fault("its folder"))?;
        self.tasks.spawn_blocking(move || {
            let laid_out = staging.finish().map(|staged| {
                let runtime = host::find(&program, staged.folder());
                (staged, runtime)
            });
            let found = Found { staging, laid_out };
            Event::Agreed(id, Box::new(found))
        });
        Ok(None)
    }

    pub(crate) fn agreed(&mut self, found: Found) -> Reply {
        let Found { staging, laid_out } = found;
        self.staging = Some(staging);
        let offered = laid_out.map_err(unusable).and_then(|(staged, runtime)| {
            let runtime = runtime.map_err(unusable)?;
            let offer = Box::new(self.offer(staged.digest(), &runtime)?);
            let job = self.job.as_mut().ok_or_else(|| fault("the program"))?;
            job.ready = Some(Ready { staged, runtime });
            Ok(Reply::Offered { offer })
        });
        offered.unwrap_or_else(Reply::Refused)
    }

    /// Every term by what this agent has itself, not by what it was told last.
    fn offer(&self, program: Digest, runtime: &Runtime) -> Result<Offer, Refusal> {
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
        let (threshold, environment, input_as) = match &job.kind {
            Kind::Mpyc { threshold, .. } => (Some(*threshold), Vec::new(), None),
            Kind::Command(Command {
                environment,
                input_as,
                ..
            }) => (None, environment.clone(), input_as.clone()),
            Kind::Probe => (None, Vec::new(), None),
        };
        Ok(Offer {
            party,
            terms: Terms {
                session: roster.session,
                run: *run,
                roster: roster.hash(),
                epoch: roster.epoch,
                overlay: overlay.name().to_owned(),
                mode: overlay.mode(&settings.options),
                identity: settings.policy.to_string(),
                services: settings.services.iter().map(ToString::to_string).collect(),
                kind: job.kind.name().to_owned(),
                program,
                entry: job.entry.clone(),
                runtime: runtime.name.clone(),
                parties: u16::try_from(roster.parties.len()).unwrap_or(u16::MAX),
                threshold,
                arguments: job.arguments.clone(),
                environment,
                input_as,
                dial: job.dial(),
                ports: job.ports,
            },
            nonce: Nonce(random()?),
            informed: Informed {
                language: runtime.language.clone(),
            },
        })
    }
}
