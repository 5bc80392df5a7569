//! `e3 profile`: records what a program does on the network, for the probe `mesh`.

use std::path::Path;
use std::process::ExitCode;

use e3_holder::clock::Moment;
use e3_holder::launch::Consent;
use e3_holder::wire::{Event, RunAsk, RunRecord};
use e3_program::mpyc::{NOTES, Notes, profile, recorded};
use e3_program::probe::Profile;
use e3_spec::{
    Command, Dialling, Environment, EnvironmentName, Nat, Pair, Ports, ProgramKind, SiteName,
};

use super::run::in_environment;
use crate::cli::{Global, ProfileArgs};
use crate::environment::{self, interrupt::Interrupt};
use crate::fault::Fault;
use crate::load::Loaded;
use crate::record::RunFolder;
use crate::view::View;
use crate::{json, load, out, prepare};

/// The delay between every two parties while a program is recorded: much longer than they compute in a round, so
/// that rounds are told apart, and the same for all, so that no party is late.
const RTT_MS: f64 = 40.0;
/// A party that has been idle for so long was waiting for a message.
const GAP_S: f64 = 0.005;

/// Runs the program with the recorder, and writes the profile.
///
/// # Errors
/// The user's: the program is of another kind, it fails, or the profile cannot be written.
pub fn main(args: &ProfileArgs, global: &Global) -> Result<ExitCode, Fault> {
    let began = Moment::now();
    let Loaded { environment, .. } = load::environment(&args.environment, &args.args)?;
    let loaded = Loaded {
        environment: laboratory(environment)?,
        file: None,
        notes: Vec::new(),
    };
    let mut view = View::new(global);
    let interrupt = Interrupt::listen(view.speaker())?;
    let prepared = prepare::prepare(&loaded.environment, &mut view)?;
    let folder = environment::folder(&loaded)?;
    let runs = RunFolder::create(&args.runs, loaded.environment.name.as_str())?;
    let ask = prepared.ask(
        loaded.environment.clone(),
        None,
        runs.path().to_owned(),
        began,
    );
    let (program, arguments) = (ask.entry.clone(), arguments(&ask));
    let ask = recording(ask)?;

    let done = in_environment(
        &loaded.environment,
        &folder,
        ask,
        &Consent::default(),
        &interrupt,
        |event| {
            if !matches!(event.event, Event::Failed(_)) {
                runs.begin();
            }
            let notes =
                matches!(&event.event, Event::Output { text, .. } if text.starts_with(NOTES));
            if !notes {
                view.event(event);
            }
        },
    );
    view.finish();
    let record = done
        .map_err(|fault| interrupt.explain(fault))
        .inspect_err(|fault| runs.failed(fault))?;
    runs.finish(&record)?;
    if let Some(failure) = &record.failure {
        return Err(Fault::program(failure.exit, failure.to_string()));
    }
    let profile = read(&record, runs.path(), &program, &arguments)?;
    write(&args.out, &profile)?;
    if global.json {
        json::print("profile", &profile)?;
    } else {
        out::line(&told(&profile, &args.out))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The same parties in the network in which programs are recorded.
fn laboratory(mut environment: Environment) -> Result<Environment, Fault> {
    let ours = |_| Fault::ours("the network for recording cannot be described");
    let Some(region) = environment.hosts.first().map(|host| host.region.clone()) else {
        return Err(Fault::ours("an environment without hosts"));
    };
    for host in &mut environment.hosts {
        host.region = region.clone();
        host.site = SiteName::from(&host.name);
        host.nat = Nat::NONE;
        host.access.rate = None;
        host.access.loss = "0 %".parse().map_err(ours)?;
        host.access.jitter = "0 s".parse().map_err(ours)?;
    }
    // What is recorded is what the program sends, whatever carries it.
    environment.overlay = "direct".parse().map_err(ours)?;
    environment.options.clear();
    environment.services.clear();
    environment.service_hosts.clear();
    let delay: e3_spec::Time = format!("{} ms", RTT_MS / 2.0).parse().map_err(ours)?;
    environment.network.pairs = vec![Pair {
        between: [region.clone(), region],
        there: delay,
        back: delay,
    }];
    let name = format!("{}-profile", environment.name);
    environment.name = EnvironmentName::from_folder(&name);
    Ok(environment)
}

fn arguments(ask: &RunAsk) -> Vec<String> {
    let program = ask.environment.program.as_ref();
    program
        .map(|program| program.args.clone())
        .unwrap_or_default()
}

/// The same run, with the recorder around the program.
fn recording(mut ask: RunAsk) -> Result<RunAsk, Fault> {
    let Some(program) = &mut ask.environment.program else {
        return Err(Fault::ours("a run without a program"));
    };
    let ProgramKind::Mpyc(mpyc) = &program.kind else {
        return Err(Fault::user(format!("{} does not use MPyC", program.name()))
            .hint("only programs of kind `mpyc` can be recorded"));
    };
    let line = recorded(&ask.entry, &program.args, mpyc.threshold.get(), GAP_S);
    ask.entry = line.first().cloned().unwrap_or_default();
    program.kind = ProgramKind::Command(Command {
        line,
        folder: None,
        env: std::collections::BTreeMap::new(),
        ports: Ports::One,
        dial: Dialling::LowerToHigher,
        requirements: None,
        python: None,
        input_as: None,
    });
    program.args = Vec::new();
    Ok(ask)
}

/// What the parties have printed of their rounds.
fn read(
    record: &RunRecord,
    folder: &Path,
    program: &str,
    arguments: &[String],
) -> Result<Profile, Fault> {
    let mut parties = Vec::with_capacity(record.parties.len());
    for party in &record.parties {
        let path = folder.join(format!("party-{}.out", party.index));
        let printed = std::fs::read(&path)
            .map_err(|error| Fault::user(format!("cannot read {}: {error}", path.display())))?;
        let notes = Notes::read(&String::from_utf8_lossy(&printed)).ok_or_else(|| {
            Fault::user(format!("{} tells of no rounds", path.display()))
                .hint("the program must start and stop MPyC's runtime, and not leave by os._exit")
        })?;
        parties.push(notes);
    }
    Ok(profile(program, arguments, &parties, RTT_MS))
}

fn write(path: &Path, profile: &Profile) -> Result<(), Fault> {
    let text = serde_json::to_string_pretty(profile)
        .map_err(|error| Fault::ours(format!("the profile cannot be written as JSON: {error}")))?;
    std::fs::write(path, text + "\n")
        .map_err(|error| Fault::user(format!("cannot write {}: {error}", path.display())))
}

fn told(profile: &Profile, path: &Path) -> String {
    let bytes: u64 = profile
        .rounds
        .iter()
        .map(|round| u64::from(round.bytes))
        .sum();
    let computing: f64 = profile.rounds.iter().map(|round| round.compute_ms).sum();
    format!(
        "{}: {} rounds, {bytes} bytes to each other party and {:.3} s of computing; {:.3} s at a round trip of \
         {} ms among {} parties",
        path.display(),
        profile.rounds.len(),
        computing / 1e3,
        profile.elapsed_s,
        profile.rtt_ms,
        profile.parties
    )
}
