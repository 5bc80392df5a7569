//! What happens to the network and to the machine while programs run.

use std::{sync::Arc, time::Duration};

use e3_lab::{Lab, Playing, Watch};
use tokio::time::sleep;

use super::{lab::play, tell::Tell, up::Up};
use crate::wire::{Event, Fault, PlayedRecord, RunAsk, WatchedRecord};

/// Between two looks at what the scenario has done.
const LOOK: Duration = Duration::from_millis(100);

/// Watches from the start of the programs to their end, and plays the run's scenario meanwhile.
pub(crate) struct Witness {
    watch: Option<Watch>,
    playing: Option<Playing>,
}

/// What has happened.
#[derive(Debug, Default)]
pub(crate) struct Witnessed {
    /// None where the hosts stand in no lab.
    pub(crate) watched: Option<WatchedRecord>,
    pub(crate) scenario: Vec<PlayedRecord>,
}

impl Witness {
    /// Begins now, which is the scenario's zero.
    ///
    /// # Errors
    /// The user's: a scenario that cannot happen in this environment.
    pub(crate) fn begin(up: &Up, ask: &RunAsk) -> Result<Self, Fault> {
        let lab = up.provider.lab();
        let playing = ask
            .scenario
            .as_ref()
            .map(|scenario| {
                let none =
                    || Fault::user("a scenario plays in a lab, and these hosts stand in none");
                play::begin(lab.ok_or_else(none)?, scenario)
            })
            .transpose()?;
        let watch = lab.map(Arc::as_ref).map(Lab::watch);
        Ok(Self { watch, playing })
    }

    /// Tells what the scenario does when it is done. Never ends by itself.
    pub(crate) async fn tell(&self, tell: &Tell) {
        let mut told = 0;
        loop {
            sleep(LOOK).await;
            let Some(playing) = &self.playing else {
                continue;
            };
            for done in play::records(&playing.log()).into_iter().skip(told) {
                told += 1;
                tell.event(Event::Played { done });
            }
        }
    }

    /// Ends; what the scenario had still to do is not done.
    pub(crate) fn end(self) -> Witnessed {
        Witnessed {
            watched: self.watch.map(|watch| WatchedRecord::of(&watch.stop())),
            scenario: self
                .playing
                .map(|playing| play::records(&playing.stop()))
                .unwrap_or_default(),
        }
    }
}
