//! What Ctrl-C does: once it ends what goes on and cleans up, twice it ends this command at once.

use std::{
    io,
    os::unix::net::UnixStream,
    process,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use e3_holder::wire::{self, Ask};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

use crate::fault::Fault;

/// How long an environment may take to end by itself before its processes are killed.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// The exit code of a command that was ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// What goes on, so that Ctrl-C can end it.
#[derive(Clone)]
pub struct Interrupt {
    going: Arc<Mutex<Going>>,
    say: Arc<dyn Fn(&str) + Send + Sync>,
}

#[derive(Default)]
enum Going {
    /// Nothing that needs to be ended.
    #[default]
    Nothing,
    /// A holder of ours comes up.
    Setup(u32),
    /// A run, or whatever it is called, on this connection.
    Asked(&'static str, UnixStream),
    /// Ctrl-C was pressed once.
    Ending,
}

impl Interrupt {
    /// Listens from now on; what there is to say is said by `say`.
    ///
    /// # Errors
    /// The system does not let us.
    pub fn listen(say: impl Fn(&str) + Send + Sync + 'static) -> Result<Self, Fault> {
        let failed = |error: io::Error| Fault::ours(format!("cannot listen for Ctrl-C: {error}"));
        let interrupt = Self {
            going: Arc::default(),
            say: Arc::new(say),
        };
        let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(failed)?;
        let theirs = interrupt.clone();
        let listening = move || {
            for _ in signals.forever() {
                theirs.pressed();
            }
        };
        thread::Builder::new()
            .spawn(listening)
            .map_err(|error| Fault::user(format!("cannot start a thread: {error}")))?;
        Ok(interrupt)
    }

    /// A holder comes up.
    pub fn during_setup(&self, pid: u32) {
        self.set(Going::Setup(pid));
    }

    /// Something goes on that a holder was asked for, such as `the run`.
    pub fn during(&self, what: &'static str, connection: UnixStream) {
        self.set(Going::Asked(what, connection));
    }

    /// Whether Ctrl-C was pressed.
    pub fn was_pressed(&self) -> bool {
        matches!(*self.lock(), Going::Ending)
    }

    /// Nothing goes on that needs to be ended.
    pub fn nothing(&self) {
        self.set(Going::Nothing);
    }

    /// Why something failed: because of Ctrl-C if that was pressed, whatever else went wrong in consequence.
    pub fn explain(&self, fault: Fault) -> Fault {
        match *self.lock() {
            Going::Ending => Fault::interrupted(),
            _ => fault,
        }
    }

    fn set(&self, going: Going) {
        let mut now = self.lock();
        if !matches!(*now, Going::Ending) {
            *now = going;
        }
    }

    fn pressed(&self) {
        let mut now = self.lock();
        match std::mem::replace(&mut *now, Going::Ending) {
            // What it made, it cleans up by itself, since its lifeline ends with this command.
            Going::Nothing | Going::Ending => process::exit(INTERRUPTED),
            Going::Setup(pid) => {
                (self.say)("ending; Ctrl-C once more ends at once, and `e3 down` cleans up later");
                if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
                    // It is our child and was not waited for, so the number is still its own.
                    let _ = kill_process(pid, Signal::TERM);
                }
            }
            Going::Asked(what, mut connection) => {
                (self.say)(&format!("ending {what}; Ctrl-C once more ends at once"));
                let _ = wire::write_line(&mut connection, &Ask::Cancel);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Going> {
        self.going.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
