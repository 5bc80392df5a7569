//! What observers can tell of one way: `e3 experiment observe`, a command of its own.

use std::time::Duration;

use e3_evaluate::finding::Observation;

use super::child::Ended;
use super::measure::{Measuring, last_words, shown, variables};
use crate::fault::Fault;

/// How long observing may take beyond the time that programs talk: to come up, to search captures, to go.
const BESIDE: Duration = Duration::from_mins(4);

/// What came of it.
pub enum Watched {
    /// Every answer.
    Told(Vec<Observation>),
    /// None, for this reason.
    Failed(String),
    /// None, for the end came meanwhile.
    CutOff,
}

impl Measuring<'_> {
    /// Lets all observers look at a way, over which programs talk for so many seconds.
    ///
    /// # Errors
    /// The machine's: the command cannot be started.
    pub fn watch(&self, way: &str, seconds: u32) -> Result<Watched, Fault> {
        let offered = self.offered(way)?;
        let mut words = vec!["experiment", "observe", "--overlay", &offered.overlay];
        if way != offered.overlay {
            words.extend(["--as", way]);
        }
        let spoken = seconds.to_string();
        words.extend(["--seconds", &spoken]);
        let arguments: Vec<String> = words.into_iter().map(str::to_owned).collect();
        let variables = variables(offered);
        let limit = Duration::from_secs(u64::from(seconds)) + BESIDE;
        let Some(ended) = self.run(&variables, &arguments, limit)? else {
            return Ok(Watched::CutOff);
        };
        let command = shown(&variables, &arguments);
        Ok(match told(&ended, limit) {
            Ok(observations) => Watched::Told(
                observations
                    .into_iter()
                    .map(|one| Observation {
                        command: command.clone(),
                        ..one
                    })
                    .collect(),
            ),
            Err(why) => Watched::Failed(why),
        })
    }
}

fn told(ended: &Ended, limit: Duration) -> Result<Vec<Observation>, String> {
    if ended.was_stopped {
        return Err(format!("it did not end within {} s", limit.as_secs()));
    }
    if !ended.status.success() {
        return Err(last_words(ended));
    }
    let printed = String::from_utf8_lossy(&ended.printed);
    let lines = printed.lines().map(serde_json::from_str);
    let all: Result<Vec<Observation>, _> = lines.collect();
    all.map_err(|error| format!("its answers cannot be read: {error}"))
}
