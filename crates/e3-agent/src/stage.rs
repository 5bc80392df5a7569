//! *stage* and *blob*: the next program's files, and this party's private input.

use e3_program::{host::Runtime, stage::Staged};
use e3_session::{
    message::{Refusal, RefusalCode, Reply, SendBlob},
    types::{InputSource, OutputPolicy, Program, RunId},
};

use crate::{
    admit::now_s,
    agent::{Agent, fault, unusable},
};

/// The next run, from *stage* on.
pub(crate) struct Job {
    pub(crate) run: RunId,
    pub(crate) program: Program,
    pub(crate) output: OutputPolicy,
    /// From *agree*: what will be started. Removed from the host when dropped.
    pub(crate) ready: Option<Ready>,
}

/// A program as it lies on this host.
pub(crate) struct Ready {
    pub(crate) staged: Staged,
    pub(crate) runtime: Runtime,
}

impl Agent {
    pub(crate) fn stage(
        &mut self,
        run: RunId,
        program: Program,
        input: &InputSource,
        output: OutputPolicy,
    ) -> Result<Reply, Refusal> {
        // Whatever was staged before is given up, and removed.
        self.job = None;
        let roster = self.machine.knowledge().roster();
        let roster = roster.ok_or_else(|| fault("the roster"))?;
        roster
            .lasts(now_s(), program.timeout_s)
            .map_err(|early| Refusal::new(RefusalCode::Untrusted, early.to_string()))?;
        let staging = self.staging.as_mut().ok_or_else(|| fault("its folder"))?;
        let files = staging
            .begin(run, &program.manifest, input)
            .map_err(unusable)?;
        self.job = Some(Job {
            run,
            program,
            output,
            ready: None,
        });
        Ok(Reply::Missing { files })
    }

    pub(crate) fn blob(&mut self, piece: &SendBlob) -> Result<Reply, Refusal> {
        let staging = self.staging.as_mut().ok_or_else(|| fault("its folder"))?;
        staging.receive(piece).map_err(unusable)?;
        Ok(Reply::Stored)
    }
}
