//! One attack by one way: `e3 experiment attack`, a command of its own.

use std::time::Duration;

use e3_conformance::trust::Scheme;
use e3_evaluate::finding::{Experiment, Promised, SCHEMA, Verdict};
use e3_evaluate::plan::Trial;
use e3_experiment::promise::promised;

use super::child::Ended;
use super::folder::now;
use super::measure::{Measuring, last_words, shown, variables};
use crate::fault::Fault;
use crate::overlays::registry;

/// The variable that says where a command puts temporary files.
const TEMPORARY: &str = "TMPDIR";

/// The command ends itself after four minutes.
const LIMIT: Duration = Duration::from_mins(5);

impl Measuring<'_> {
    /// Tries an attack. An experiment that fails by itself is a finding, too: then nothing is known. None where the end came
    /// meanwhile.
    ///
    /// # Errors
    /// The machine's: the command cannot be started.
    pub fn attack(&self, trial: &Trial) -> Result<Option<Experiment>, Fault> {
        let way = &trial.way;
        let offered = self.offered(&way.overlay)?;
        let mut words = vec!["experiment", "attack", "--overlay", &offered.overlay];
        words.extend(["--identity", &way.identity]);
        words.extend(["--attack", trial.attack.name()]);
        if way.overlay != offered.overlay {
            words.extend(["--as", &way.overlay]);
        }
        let arguments: Vec<String> = words.into_iter().map(str::to_owned).collect();
        let variables = variables(offered);
        let time = now();
        // One that is cut off leaves the keys of its parties: they go with this.
        let room = tempfile::Builder::new().prefix("e3-attack-").tempdir();
        let room =
            room.map_err(|error| Fault::user(format!("cannot make a temporary folder: {error}")))?;
        let mut inside = variables.clone();
        inside.push((TEMPORARY, room.path().into()));
        let Some(ended) = self.run(&inside, &arguments, LIMIT)? else {
            return Ok(None);
        };
        let found = told(&ended).unwrap_or_else(|why| Experiment {
            schema: SCHEMA.to_owned(),
            attack: trial.attack,
            overlay: way.overlay.clone(),
            identity: way.identity.clone(),
            promised: promise(trial, &offered.overlay),
            verdict: Verdict::Unknown(why),
            evidence: Vec::new(),
            time,
            command: Vec::new(),
        });
        Ok(Some(Experiment {
            // What was asked for is what is answered, so that it is not asked for again.
            attack: trial.attack,
            overlay: way.overlay.clone(),
            identity: way.identity.clone(),
            command: shown(&variables, &arguments),
            ..found
        }))
    }
}

/// What a command found out, or why it did not.
fn told(ended: &Ended) -> Result<Experiment, String> {
    if ended.was_stopped {
        return Err(format!("it did not end within {} s", LIMIT.as_secs()));
    }
    let printed = String::from_utf8_lossy(&ended.printed);
    let last = printed.lines().next_back().unwrap_or_default();
    serde_json::from_str(last).map_err(|_| {
        format!(
            "it ended with {} and without a finding: {}",
            ended.status,
            last_words(ended)
        )
    })
}

/// What an overlay promises of an attack, where the experiment itself cannot say it any more.
fn promise(trial: &Trial, overlay: &str) -> Promised {
    let scheme = Scheme::of_word(&trial.way.identity).unwrap_or(Scheme::Pinned);
    match registry().make(overlay) {
        Some(overlay) => promised(trial.attack, &*overlay, scheme),
        None => Promised::No("there is no such overlay".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use e3_evaluate::finding::Attack;
    use e3_evaluate::plan::Way;

    use super::super::child::run;
    use super::*;
    use crate::stop::Stop;

    fn said(script: &str) -> Result<Experiment, String> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        told(&run(&mut command, Duration::from_secs(5), &Stop::never()).unwrap())
    }

    #[test]
    fn what_a_command_does_not_say_is_not_known() {
        let why = said("echo no namespaces >&2; exit 1").unwrap_err();
        assert!(why.contains("exit status: 1"), "{why}");
        assert!(why.ends_with("no namespaces"), "{why}");
        assert!(said("echo '{}'").unwrap_err().contains("without a finding"));
    }

    #[test]
    fn promises_are_those_of_the_overlay() {
        let trial = |overlay: &str| Trial {
            way: Way::new(overlay, "pinned"),
            attack: Attack::BytesChanged,
        };
        assert_eq!(promise(&trial("quic"), "quic"), Promised::Yes);
        assert!(matches!(
            promise(&trial("direct"), "direct"),
            Promised::No(_)
        ));
    }
}
