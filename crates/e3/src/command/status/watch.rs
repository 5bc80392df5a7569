//! `e3 status --watch`: the same again and again, until Ctrl-C.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use e3_holder::state::StateFolder;
use e3_holder::wire::{Ask, Status};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::{Document, lines, look};
use crate::cli::Global;
use crate::fault::Fault;
use crate::view::screen::Screen;
use crate::{json, out};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);
/// How long an environment may take to come up or to end.
const CHANGING: Duration = Duration::from_secs(20);
/// Between two looks at whether Ctrl-C was pressed.
const SHORT: Duration = Duration::from_millis(50);

/// Shows until Ctrl-C is pressed, or the environment is not up any more.
pub(super) fn main(name: &str, folder: &StateFolder, global: &Global) -> Result<ExitCode, Fault> {
    let ended = listen()?;
    let mut show = Show::new(global);
    let mut answered = Instant::now();
    while !ended.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let status = match look(folder, &Ask::Look) {
            // It is coming up or ending, or has just ended; Ctrl-C may have ended the run that kept it.
            Err(_) if ended.load(Ordering::Relaxed) => break,
            Err(_) if answered.elapsed() < CHANGING => {
                thread::sleep(SHORT);
                continue;
            }
            status => status?,
        };
        answered = begun;
        show.status(name, status.as_deref())?;
        if status.is_none() {
            break;
        }
        while begun.elapsed() < EVERY && !ended.load(Ordering::Relaxed) {
            thread::sleep(SHORT);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// True once Ctrl-C was pressed; pressed again, it ends this command at once.
fn listen() -> Result<Arc<AtomicBool>, Fault> {
    let pressed = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 130, Arc::clone(&pressed))
            .and_then(|_| flag::register(signal, Arc::clone(&pressed)))
            .map_err(|error| Fault::ours(format!("cannot listen for Ctrl-C: {error}")))?;
    }
    Ok(pressed)
}

/// How it is shown.
enum Show {
    /// A document a line.
    Json,
    /// In place, on a terminal.
    Live(Screen),
    /// One below the other.
    Plain,
}

impl Show {
    fn new(global: &Global) -> Self {
        if global.json {
            Self::Json
        } else if io::stdout().is_terminal() {
            Self::Live(Screen::default())
        } else {
            Self::Plain
        }
    }

    fn status(&mut self, name: &str, status: Option<&Status>) -> Result<(), Fault> {
        let text = match status {
            None => vec![format!("{name} is not up")],
            Some(status) => lines(status),
        };
        match self {
            Self::Json => json::line(
                "status",
                &Document {
                    up: status.is_some(),
                    status,
                },
            ),
            Self::Live(screen) => screen.draw(&text),
            Self::Plain => out::line(&(text.join("\n") + "\n")),
        }
    }
}
