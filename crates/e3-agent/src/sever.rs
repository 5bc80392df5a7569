//! An overlay that cannot be relied upon any more: the party's program is stopped, and no other is started.

use std::time::Duration;

use e3_session::{
    message::{Refusal, Reply},
    types::{Ending, Outcome},
};
use tokio::sync::oneshot;

use crate::{
    agent::{Agent, Event, unusable},
    conclude::Finished,
};

/// Between the polite signal and the other: what is said meanwhile may be heard by the wrong ones.
const GRACE: Duration = Duration::from_millis(200);

impl Agent {
    /// Waits for what the overlay that was just joined may have to say.
    pub(crate) fn heed(&mut self, severed: oneshot::Receiver<String>) {
        let joined = self.joins;
        self.until_the_end(async move {
            match severed.await {
                Ok(why) => Event::Severed(joined, why),
                Err(_) => Event::Nothing,
            }
        });
    }

    /// Stops what runs, and tells the controller.
    pub(crate) fn sever(&mut self, joined: u64, why: String) -> Option<Reply> {
        if joined != self.joins {
            return None;
        }
        tracing::warn!("no program may go on over this overlay: {why}");
        if let Some(run) = &self.run {
            run.stop(GRACE);
        }
        let text = why.clone();
        self.severed = Some(why);
        Some(Reply::Notice { text })
    }

    /// A program that was stopped for that reason has ended for it.
    pub(crate) fn perhaps_severed(&self, mut finished: Finished) -> Finished {
        let outcome: &mut Outcome = &mut finished.outcome;
        if let (Some(why), Ending::Cancelled) = (&self.severed, &outcome.ending) {
            outcome.ending = Ending::Severed(why.clone());
        }
        finished
    }

    /// Refuses what would start a program.
    pub(crate) fn refuse_if_severed(&self) -> Result<(), Refusal> {
        match &self.severed {
            Some(why) => Err(unusable(format!(
                "no program may run over this overlay any more: {why}; `e3 down`, then `e3 up`, joins it anew"
            ))),
            None => Ok(()),
        }
    }
}
