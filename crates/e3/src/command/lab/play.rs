//! `e3 lab play`: a scenario, from now on.

use std::process::ExitCode;

use e3_holder::client::Client;
use e3_holder::wire::{Ask, Event, LabAnswer, LabAsk};

use super::played;
use super::which::{unexpected, which};
use crate::cli::{Global, LabPlay};
use crate::environment::{self, interrupt::Interrupt};
use crate::fault::Fault;
use crate::view::words;
use crate::{out, scenario};

/// Plays to the end; Ctrl-C ends it before, and leaves what has happened as it is.
///
/// # Errors
/// The lab is not up; everything that is wrong with the scenario; Ctrl-C.
pub fn main(args: &LabPlay, global: &Global) -> Result<ExitCode, Fault> {
    let which = which(args.lab.env.as_deref())?;
    let scenario = scenario::read(&args.file, &which.environment()?)?;
    let interrupt = Interrupt::listen(|text| out::aside(&format!("{text}\n")))?;
    let failed =
        |error: std::io::Error| Fault::user(format!("cannot reach the lab's holder: {error}"));
    let ask = Ask::Lab(LabAsk::Play(Box::new(scenario)));
    let mut client = Client::ask(&which.folder, &ask).map_err(failed)?;
    interrupt.during("the scenario", client.speaker().map_err(failed)?);
    let answered = environment::answers(&mut client, |event| {
        // On standard output they stand in the document of `--json`, or as they happen.
        if let (Event::Played { done }, false) = (&event.event, global.json) {
            let _ = out::line(&words::played(done));
        }
    });
    let done = match answered? {
        Event::Lab { answer } => match *answer {
            LabAnswer::Played(done) => done,
            other => return Err(unexpected(&other)),
        },
        other => return Err(unexpected(&other)),
    };
    let told = if global.json {
        played::tell("lab-play", &done, global)?
    } else {
        played::code(&done)
    };
    match (interrupt.was_pressed(), global.json) {
        (false, _) => Ok(told),
        (true, false) => Err(Fault::interrupted()),
        // The one document has been printed.
        (true, true) => Ok(ExitCode::from(Fault::interrupted().code())),
    }
}
