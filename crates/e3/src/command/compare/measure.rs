//! One run of one cell.
//!
//! Each is a command of its own, `e3 run --json`, as a user would give it, and not a call of the functions behind that verb.
//! It is more faithful: what is measured begins with nothing and ends with nothing, and the command that stands with the
//! figures is the very one that made them. It is more robust: a run that hangs, or takes too much memory, is ended without
//! ending the comparison, and cleans up as every run does. And a variant of an overlay needs it: which folder its programs
//! are in is a variable of the environment, and one process has only one.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use e3_evaluate::finding::{Figures, Measurement, SCHEMA};
use e3_evaluate::plan::words::{BASE, CONTROL};
use e3_evaluate::plan::{Run, Work};
use e3_holder::wire::RunRecord;
use serde_json::Value;

use super::child::Ended;
use super::clock::Clock;
use super::folder::now;
use super::listed::Listed;
use super::offers::{Offered, stock_variable};
use super::own::Own;
use super::{figures, places};
use crate::fault::Fault;

/// Where runs are kept, in the comparison's folder.
const RUNS: &str = "runs";
/// What a command may take beyond the time that its program has: to come up and to go.
const BESIDE: Duration = Duration::from_mins(1);

/// Variables of the environment that a command has beside ours.
pub(super) type Variables = Vec<(&'static str, OsString)>;

/// What measures.
pub struct Measuring<'a> {
    /// This program.
    pub e3: PathBuf,
    /// The comparison's folder, absolute.
    pub folder: PathBuf,
    /// The ways that this machine has.
    pub offered: &'a [Offered],
    /// The environment of somebody's own, if one is measured.
    pub own: Option<Own>,
    /// Identities, as soon as they have to be listed.
    pub listed: OnceCell<Listed>,
    /// When all of it has to end.
    pub clock: Clock,
}

impl Measuring<'_> {
    /// Measures a work by a way; `limit_s` is how long its program may take. None where the end came meanwhile.
    ///
    /// # Errors
    /// The machine's: the command cannot be started, its environment not be written.
    pub fn measure(
        &self,
        work: &Work,
        run: &Run,
        limit_s: u64,
    ) -> Result<Option<Measurement>, Fault> {
        let own = self.own.as_ref().filter(|_| work.is_own());
        let (environment, limit) = if let Some(own) = own {
            (own.seen_from(&self.folder), own.limit())
        } else {
            let listed = match run.way.identity.as_str() {
                "did" => Some(self.listed()?),
                _ => None,
            };
            let environment = places::write(&self.folder, work, limit_s, listed)?;
            (environment, Duration::from_secs(limit_s))
        };
        let limit = limit + BESIDE;
        let time = now();
        let (variables, arguments) = self.command(work, run, &environment)?;
        let Some(ended) = self.run(&variables, &arguments, limit)? else {
            return Ok(None);
        };
        let mut measurement = Measurement {
            schema: SCHEMA.to_owned(),
            cell: work.by(&run.way),
            round: run.round,
            warm_up: run.warm_up,
            time,
            elapsed_s: ended.took.as_secs_f64(),
            figures: Figures::new(),
            round_trips: Vec::new(),
            paths: std::collections::BTreeMap::new(),
            distrust: Vec::new(),
            failure: None,
            run: self.newest_run(),
            command: shown(&variables, &arguments),
        };
        match told(&ended, limit) {
            Ok(record) => take(&mut measurement, &record, !self.is_one_switch(work)),
            Err(failure) => {
                // It may not even have begun: then the newest is another's.
                measurement.run = None;
                measurement.failure = Some(failure);
            }
        }
        Ok(Some(measurement))
    }

    fn listed(&self) -> Result<&Listed, Fault> {
        if let Some(listed) = self.listed.get() {
            return Ok(listed);
        }
        let new = Listed::new()?;
        Ok(self.listed.get_or_init(|| new))
    }

    /// The variables and arguments of the command.
    fn command(
        &self,
        work: &Work,
        run: &Run,
        environment: &str,
    ) -> Result<(Variables, Vec<String>), Fault> {
        let name = match run.way.overlay.as_str() {
            CONTROL => BASE,
            name => name,
        };
        let offered = self.offered(name)?;
        let mut arguments: Vec<String> = [
            "run",
            environment,
            "--overlay",
            &offered.overlay,
            "--identity",
            &run.way.identity,
            "--runs",
            RUNS,
            "--json",
        ]
        .map(str::to_owned)
        .to_vec();
        // Nothing plain gets through home routers: what it would be without them is what others are compared with.
        if name == BASE {
            for group in self.routed_groups(work) {
                arguments.extend(["--set".to_owned(), format!("hosts.{group}.nat=none")]);
            }
        }
        Ok((variables(offered), arguments))
    }

    /// Runs a command of this program in the comparison's folder; none where the end came meanwhile.
    pub(super) fn run(
        &self,
        variables: &Variables,
        arguments: &[String],
        limit: Duration,
    ) -> Result<Option<Ended>, Fault> {
        let mut command = Command::new(&self.e3);
        command.args(arguments).current_dir(&self.folder);
        command.envs(variables.iter().map(|(name, value)| (*name, value)));
        let ran = self.clock.run(&mut command, limit);
        ran.map_err(|error| Fault::user(format!("cannot start {}: {error}", self.e3.display())))
    }

    /// What this machine has for a way.
    pub(super) fn offered(&self, way: &str) -> Result<&Offered, Fault> {
        let offered = self.offered.iter().find(|one| one.offer.overlay == way);
        offered.ok_or_else(|| {
            Fault::user(format!("this machine has no way `{way}`"))
                .hint("a comparison goes on where it was begun, with the same overlays")
        })
    }

    /// The groups of a work's hosts that are behind home routers.
    fn routed_groups(&self, work: &Work) -> Vec<&str> {
        match &self.own {
            Some(own) if work.is_own() => own.routed_groups(),
            _ if work.network == "nat" => {
                let regions = places::regions(work).into_iter();
                regions.map(|(group, _)| group).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether nothing that its parties say passes the wide-area router.
    fn is_one_switch(&self, work: &Work) -> bool {
        match &self.own {
            Some(own) if work.is_own() => own.is_one_site(),
            _ => work.network == "lan",
        }
    }

    /// The run that was begun last, relative to the comparison's folder.
    fn newest_run(&self) -> Option<String> {
        let latest = fs::read_link(self.folder.join(RUNS).join("latest")).ok()?;
        let name = latest.file_name()?.to_str()?;
        Some(format!("{RUNS}/{name}"))
    }
}

/// What a record tells becomes what was measured.
fn take(measurement: &mut Measurement, record: &RunRecord, is_routed: bool) {
    measurement.paths = figures::paths(record);
    measurement.distrust.clone_from(&record.distrust);
    if let Some(failure) = &record.failure {
        measurement.failure = Some(failure.to_string());
        return;
    }
    measurement.figures = figures::of(record, is_routed);
    match record.probe.as_ref().map(figures::round_trips) {
        Some(Ok(trips)) => measurement.round_trips = trips,
        Some(Err(why)) => measurement.distrust.push(why),
        None => {}
    }
}

/// Variables that a way's commands have.
pub(super) fn variables(offered: &Offered) -> Variables {
    let variables = offered.stock.as_deref().map(stock_variable);
    variables.into_iter().collect()
}

/// The record that a command printed, or why there is none.
fn told(ended: &Ended, limit: Duration) -> Result<RunRecord, String> {
    if ended.was_stopped {
        return Err(format!("it did not end within {} s", limit.as_secs()));
    }
    let said = String::from_utf8_lossy(&ended.printed);
    let document: Value = serde_json::from_str(&said).unwrap_or_default();
    let schema = document.get("schema").and_then(Value::as_str);
    if schema.is_some_and(|schema| schema.starts_with("e3/run/")) {
        return serde_json::from_value(document)
            .map_err(|error| format!("its record cannot be read: {error}"));
    }
    if let Some(message) = document.get("message").and_then(Value::as_str) {
        return Err(message.to_owned());
    }
    Err(format!(
        "it ended with {} and without a record: {}",
        ended.status,
        last_words(ended)
    ))
}

/// The last line that a command said on standard error.
pub(super) fn last_words(ended: &Ended) -> String {
    let errors = String::from_utf8_lossy(&ended.errors);
    let last = errors.lines().rfind(|line| !line.trim().is_empty());
    last.unwrap_or("it said nothing").to_owned()
}

/// The command as it can be typed, in the comparison's folder.
pub(super) fn shown(variables: &[(&'static str, OsString)], arguments: &[String]) -> Vec<String> {
    let mut words = Vec::new();
    if !variables.is_empty() {
        words.push("env".to_owned());
    }
    for (name, value) in variables {
        words.push(format!("{name}={}", value.to_string_lossy()));
    }
    words.push("e3".to_owned());
    words.extend_from_slice(arguments);
    words
}
