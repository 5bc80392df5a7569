//! `e3 exec`: runs a command on a host of an environment that is up.

use std::io::{self, IsTerminal, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::thread;

use e3_holder::client::Client;
use e3_holder::wire::{self, Ask, Event};
use e3_session::types::Ending;
use serde::Serialize;

use crate::cli::{Exec, Global};
use crate::environment;
use crate::fault::Fault;
use crate::{json, load};

/// Bytes of standard input that are sent at once.
const PIECE: usize = 32 * 1024;

/// What the command printed and how it ended.
#[derive(Default, Serialize)]
struct Document {
    host: String,
    command: Vec<String>,
    stdout: String,
    stderr: String,
    ending: Option<Ending>,
}

/// Runs it, and ends with its exit code.
///
/// # Errors
/// What is wrong with the environment, or that the command could not be started.
pub fn main(args: &Exec, global: &Global) -> Result<ExitCode, Fault> {
    let loaded = load::environment(&args.environment(), &[])?;
    let folder = environment::folder(&loaded)?;
    if environment::held(&folder)?.is_none() {
        return Err(Fault::user("this environment is not up").hint("`e3 up` brings it up"));
    }
    let ask = Ask::Exec {
        host: args.host.clone(),
        argv: args.command.clone(),
    };
    let failed =
        |error: io::Error| Fault::user(format!("cannot reach the environment's holder: {error}"));
    let mut client = Client::ask(&folder, &ask).map_err(failed)?;
    let speaker = client.speaker().map_err(failed)?;
    thread::spawn(move || feed(speaker));

    let mut document = Document {
        host: args.host.clone(),
        command: args.command.clone(),
        ..Document::default()
    };
    let end = environment::answers(&mut client, |answer| {
        if let Event::Output { stderr, text, .. } = &answer.event {
            match (global.json, stderr) {
                (true, false) => document.stdout.push_str(text),
                (true, true) => document.stderr.push_str(text),
                // Whoever reads may have gone; the command ends by itself.
                (false, false) => drop(
                    io::stdout()
                        .write_all(text.as_bytes())
                        .and_then(|()| io::stdout().flush()),
                ),
                (false, true) => drop(io::stderr().write_all(text.as_bytes())),
            }
        }
    })?;
    let Event::Exited { ending } = end else {
        return Err(Fault::ours(format!("the holder answered with {end:?}")));
    };
    if global.json {
        document.ending = Some(ending.clone());
        json::print("exec", &document)?;
    }
    match ending {
        Ending::NotStarted(why) if !global.json => Err(Fault::user(format!(
            "`{}` could not be started on {}: {why}",
            args.command.join(" "),
            args.host
        ))),
        other => Ok(ExitCode::from(code(&other))),
    }
}

/// As a shell would say it.
fn code(ending: &Ending) -> u8 {
    match ending {
        Ending::Exited(code) => u8::try_from(code & 0xff).unwrap_or(1),
        Ending::Signalled(signal) => u8::try_from(128 + (signal & 0x7f)).unwrap_or(1),
        _ => 1,
    }
}

/// Passes standard input on. A terminal's is not: the command has none, and would wait for nobody.
fn feed(mut speaker: UnixStream) {
    let mut input = io::stdin().lock();
    let mut piece = vec![0; PIECE];
    let terminal = input.is_terminal();
    loop {
        let length = if terminal {
            0
        } else {
            input.read(&mut piece).unwrap_or(0)
        };
        let data = piece.get(..length).unwrap_or_default().to_vec();
        if wire::write_line(&mut speaker, &Ask::Feed { data }).is_err() || length == 0 {
            return;
        }
    }
}
