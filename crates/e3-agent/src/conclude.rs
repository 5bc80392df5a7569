//! The end of a run: stated by this party, and *conclude*: seen of all.

use std::{fs::OpenOptions, io, os::unix::fs::OpenOptionsExt as _, path::Path};

use e3_session::{
    message::{Refusal, Reply},
    types::{Agreement, Conclusion, Digest, End, Opening, Outcome, Statement},
};

use crate::agent::{Agent, fault, random};

/// A run that has ended, before it is stated.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) outcome: Outcome,
    /// SHA-256 and length of what the program computed, as it printed it.
    pub(crate) printed: (Digest, u64),
    /// Whether the controller has it, too.
    pub(crate) collected: bool,
}

impl Agent {
    /// Signs how the program ended and where it ran, with a commitment to what it printed.
    pub(crate) fn ended(&self, finished: Finished) -> Reply {
        let stated = self.state(finished);
        stated.map_or_else(Reply::Refused, |end| Reply::Ended(Box::new(end)))
    }

    fn state(&self, finished: Finished) -> Result<End, Refusal> {
        let Finished {
            outcome,
            printed: (sha256, length),
            collected,
        } = finished;
        let known = self.machine.knowledge();
        let (Some(keys), Some(me), Some(agreement)) = (&self.keys, known.me(), known.agreement())
        else {
            return Err(fault("the agreement"));
        };
        let opening = Opening {
            salt: random()?,
            sha256,
            length,
        };
        let place = self.needs.place.kind();
        let (ending, output) = (outcome.ending.clone(), opening.commitment());
        let statement = Statement::sign(keys, me, agreement.hash(), ending, output, place);
        if let Some(kept) = &outcome.kept
            && let Err(error) = keep(&opening, kept)
        {
            tracing::warn!("what opens the commitment to {kept} cannot be kept beside it: {error}");
        }
        Ok(End {
            outcome,
            statement: Some(statement),
            opening: collected.then_some(opening),
        })
    }

    /// The machine has verified the statements.
    pub(crate) fn conclude(&self) -> Result<Reply, Refusal> {
        let known = self.machine.knowledge();
        let (Some(keys), Some(me), Some((agreement, statements))) =
            (&self.keys, known.me(), known.statements())
        else {
            return Err(fault("the run's statements"));
        };
        let conclusion = Conclusion::sign(keys, me, agreement, statements);
        Ok(Reply::Concluded { conclusion })
    }

    /// This party's signature over the agreement; the machine has compared the offers, and refused what differs.
    pub(crate) fn confirm(&self) -> Result<Reply, Refusal> {
        let agreement: Option<&Agreement> = self.machine.knowledge().agreement();
        let (Some(keys), Some(agreement)) = (&self.keys, agreement) else {
            return Err(fault("the agreement"));
        };
        Ok(Reply::Confirmed {
            agreement: agreement.hash(),
            signature: agreement.sign(keys),
        })
    }
}

/// Leaves what opens the commitment beside the output that stays on this host, for its owner alone.
fn keep(opening: &Opening, kept: &str) -> io::Result<()> {
    let path = Path::new(kept).with_extension("opening.json");
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    serde_json::to_writer_pretty(file, opening).map_err(io::Error::from)
}
