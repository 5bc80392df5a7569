//! `e3 exec`: runs a command on a host of an environment that is up.

use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::thread;

use e3_holder::client::Client;
use e3_holder::state::StateFolder;
use e3_holder::wire::{self, Ask, Event};
use e3_session::types::Ending;
use serde::{Serialize, Serializer};

use crate::cli::{Exec, Global};
use crate::environment;
use crate::fault::Fault;
use crate::{json, load};

/// Bytes of standard input that are sent at once.
const PIECE: usize = 32 * 1024;

/// The exit code of a command whose reader has gone: as a shell says of one that SIGPIPE has ended.
const UNREAD: u8 = 128 + 13;

/// What the command printed and how it ended.
#[derive(Default, Serialize)]
struct Document {
    host: String,
    command: Vec<String>,
    #[serde(serialize_with = "text")]
    stdout: Vec<u8>,
    #[serde(serialize_with = "text")]
    stderr: Vec<u8>,
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
    on_host(&folder, &args.host, &args.command, "exec", global)
}

/// Runs a command on a host of what is up there, and ends with its exit code.
///
/// # Errors
/// What the holder says, or that the command could not be started.
pub(super) fn on_host(
    folder: &StateFolder,
    host: &str,
    argv: &[String],
    verb: &str,
    global: &Global,
) -> Result<ExitCode, Fault> {
    let ask = Ask::Exec {
        host: host.to_owned(),
        argv: argv.to_vec(),
    };
    let failed =
        |error: io::Error| Fault::user(format!("cannot reach the environment's holder: {error}"));
    let mut client = Client::ask(folder, &ask).map_err(failed)?;
    let speaker = client.speaker().map_err(failed)?;
    let connection = client.speaker().map_err(failed)?;
    thread::Builder::new()
        .spawn(move || feed(speaker))
        .map_err(|error| Fault::user(format!("cannot start a thread: {error}")))?;

    let mut document = Document {
        host: host.to_owned(),
        command: argv.to_vec(),
        ..Document::default()
    };
    let mut unwritten = None;
    let end = environment::answers(&mut client, |answer| {
        let Event::Printed { stderr, data } = &answer.event else {
            return;
        };
        let written = match (global.json, stderr) {
            (true, false) => document.stdout.write_all(data),
            (true, true) => document.stderr.write_all(data),
            (false, false) => pass(&mut io::stdout(), data),
            (false, true) => pass(&mut io::stderr(), data),
        };
        if let (Err(error), None) = (written, &unwritten) {
            unwritten = Some(error);
            // Without a reader the command is of no use: the holder ends it when this connection is closed.
            let _ = connection.shutdown(Shutdown::Both);
        }
    });
    if let Some(error) = unwritten {
        return match error.kind() {
            ErrorKind::BrokenPipe => Ok(ExitCode::from(UNREAD)),
            _ => Err(Fault::user(format!(
                "what the command prints cannot be written: {error}"
            ))),
        };
    }
    let end = end?;
    let Event::Exited { ending } = end else {
        return Err(Fault::ours(format!("the holder answered with {end:?}")));
    };
    if global.json {
        document.ending = Some(ending.clone());
        json::print(verb, &document)?;
    }
    match ending {
        Ending::NotStarted(why) if !global.json => Err(Fault::user(format!(
            "`{}` could not be started on {host}: {why}",
            argv.join(" ")
        ))),
        other => Ok(ExitCode::from(code(&other))),
    }
}

/// Writes a piece, to be seen at once.
fn pass(out: &mut impl Write, piece: &[u8]) -> io::Result<()> {
    out.write_all(piece)?;
    out.flush()
}

/// Bytes as text, once they are whole; what is not UTF-8 is replaced.
fn text<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&String::from_utf8_lossy(bytes))
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
