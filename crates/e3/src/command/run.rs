//! `e3 run`: runs the program; on an environment that is not up, makes it first and takes it down afterwards.

use std::process::ExitCode;
use std::time::Instant;

use e3_holder::beforehand;
use e3_holder::client::Client;
use e3_holder::clock::Moment;
use e3_holder::launch::{Consent, Keep};
use e3_holder::state::StateFolder;
use e3_holder::wire::{Ask, Event, RunAsk, RunRecord, Stamped, Step, rounded};
use e3_spec::{Environment, ProgramKind};

use crate::cli::{Global, Run};
use crate::environment::{self, interrupt::Interrupt};
use crate::fault::Fault;
use crate::record::RunFolder;
use crate::view::{View, summary};
use crate::{load, out, prepare, scenario};

/// Runs the program.
///
/// # Errors
/// What is wrong with the environment; what a party's program ended with.
pub fn main(args: &Run, global: &Global) -> Result<ExitCode, Fault> {
    let began = Instant::now();
    let began_at = Moment::now();
    let loaded = load::environment(&args.environment, &args.args)?;
    loaded.tell_notes();
    beforehand::check(&loaded.environment, &args.accept).map_err(environment::from_fault)?;
    let scenario = args.scenario.as_deref();
    let scenario = scenario
        .map(|file| scenario::read(file, &loaded.environment))
        .transpose()?;
    let mut view = View::new(global);
    let interrupt = Interrupt::listen(view.speaker())?;
    let prepared = prepare::prepare(&loaded.environment, &mut view)?;
    let folder = environment::folder(&loaded)?;
    let runs = RunFolder::create(&args.runs, loaded.environment.name.as_str())?;
    let ask = prepared.ask(
        loaded.environment.clone(),
        scenario,
        runs.path().to_owned(),
        began_at,
    );

    // What a probe prints is for the record; people are shown a table of it.
    let program = loaded.environment.program.as_ref();
    let measures = program.is_some_and(|program| matches!(program.kind, ProgramKind::Probe(_)));
    let consent = Consent {
        insecure: args.insecure,
        accept: args.accept.clone(),
        readmit: args.readmit.clone(),
    };
    let wanted = &loaded.environment;
    let done = in_environment(wanted, &folder, ask, &consent, &interrupt, |event| {
        // A refusal is no beginning: `latest` stays with the run that goes on, perhaps.
        if !matches!(event.event, Event::Failed(_)) {
            runs.begin();
        }
        if !(measures && matches!(event.event, Event::Output { stderr: false, .. })) {
            view.event(event);
        }
    });
    view.finish();
    let mut record = done
        .map_err(|fault| interrupt.explain(fault))
        .inspect_err(|fault| runs.failed(fault))?;
    record.total_s = Some(rounded(began.elapsed().as_secs_f64()));
    // What was computed is told, even if it cannot be kept.
    let kept = runs.finish(&record);
    let told = tell(&record, &runs, global);
    match kept {
        Ok(()) => told,
        // A program's failure is the greater one.
        Err(unkept) if record.failure.is_some() => {
            out::aside(&format!("warning: {}\n", unkept.message));
            told
        }
        Err(unkept) if global.json => {
            out::aside(&format!("error: {}\n", unkept.message));
            Ok(ExitCode::from(unkept.code()))
        }
        Err(unkept) => Err(unkept),
    }
}

/// Runs it on the environment if that is up, else on one that lives as long as the run, in which the parties of some
/// hosts may be others than they were.
///
/// # Errors
/// The environment does not come up, or the holder's own.
pub fn in_environment(
    wanted: &Environment,
    folder: &StateFolder,
    ask: RunAsk,
    consent: &Consent,
    interrupt: &Interrupt,
    mut each: impl FnMut(&Stamped),
) -> Result<RunRecord, Fault> {
    let (launched, steps) = loop {
        if let Some(held) = environment::settled(folder)? {
            usable(&held, wanted, &consent.readmit)?;
            return run(folder, ask, interrupt, each);
        }
        if let Some(started) = environment::start(
            wanted,
            folder,
            Keep::Parties,
            "run",
            consent,
            interrupt,
            &mut each,
        )? {
            break started;
        }
    };
    let record = run(folder, ask, interrupt, each);
    let begin = Instant::now();
    environment::end(launched, folder)?;
    let mut record = record?;
    record.steps.extend(steps);
    record
        .steps
        .insert(Step::Leave, rounded(begin.elapsed().as_secs_f64()));
    Ok(record)
}

fn run(
    folder: &StateFolder,
    ask: RunAsk,
    interrupt: &Interrupt,
    each: impl FnMut(&Stamped),
) -> Result<RunRecord, Fault> {
    let failed =
        |error: std::io::Error| Fault::ours(format!("cannot speak with the holder: {error}"));
    let mut client = Client::ask(folder, &Ask::Run(Box::new(ask))).map_err(failed)?;
    interrupt.during("the run", client.speaker().map_err(failed)?);
    let answered = environment::answers(&mut client, each);
    interrupt.nothing();
    match answered? {
        Event::Finished { record } => Ok(*record),
        other => Err(Fault::ours(format!(
            "the holder answered a run with {other:?}"
        ))),
    }
}

/// What is up must be what is asked for, but for the program.
fn usable(held: &environment::Held, wanted: &Environment, readmit: &[String]) -> Result<(), Fault> {
    if held.is_passing() {
        let owner = held
            .owner
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        return Err(Fault::user(format!("this environment is in use: {owner}"))
            .hint("wait for it to end, or end it by `e3 down`; `e3 up` makes one that several commands may use"));
    }
    if held.is_network() {
        return Err(
            Fault::user("only the network of this environment is up, without parties")
                .hint("`e3 up` makes the whole of it anew; `e3 lab down` takes the network away"),
        );
    }
    if let Some(name) = held.put_out().iter().find(|name| readmit.contains(name)) {
        return Err(Fault::user(format!(
            "the environment is up without {name}, which `e3 remove` has put out"
        ))
        .hint(format!(
            "`e3 up --readmit {name}` makes it anew, with {name}"
        )));
    }
    let differences = held.differences(wanted);
    if differences.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = differences
        .iter()
        .map(|change| format!("  {change}"))
        .collect();
    Err(
        Fault::user("the environment that is up is not the one that is asked for")
            .detail(lines.join("\n"))
            .hint("give the overrides that it came up with, or let `e3 up` change it first"),
    )
}

fn tell(record: &RunRecord, runs: &RunFolder, global: &Global) -> Result<ExitCode, Fault> {
    if global.json {
        out::line(&runs.document(record)?)?;
    } else if record.failure.is_none() {
        for line in summary::lines(record, runs.shown()) {
            out::line(&line)?;
        }
        if let Some(outcome) = runs.outcome() {
            let signed = summary::signed(&outcome, record.parties.len(), runs.shown());
            out::line(&signed)?;
        }
    }
    let Some(failure) = &record.failure else {
        return Ok(ExitCode::SUCCESS);
    };
    if global.json {
        return Ok(ExitCode::from(failure.exit));
    }
    let mut fault = match failure.exit {
        1 => Fault::user(failure.to_string()),
        code => Fault::program(code, failure.to_string()),
    };
    if !failure.last_lines.is_empty() {
        let lines: Vec<_> = failure
            .last_lines
            .iter()
            .map(|line| format!("  | {line}"))
            .collect();
        fault = fault.detail(lines.join("\n"));
    }
    Err(match &failure.hint {
        Some(hint) => fault.hint(hint),
        None => fault,
    })
}
