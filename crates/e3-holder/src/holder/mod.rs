//! The process itself.
//!
//! ```text
//! guardian    holds the lock; when everything inside has ended, removes what was made and ends
//! └─ init     first process of the lab's PID namespace
//!    └─ inside: the lab, the agents, the socket
//! ```

mod addresses;
mod admit;
mod agents;
mod bring_up;
mod capture;
mod check;
mod conclude;
mod connect;
pub(crate) mod declared;
mod early;
mod examine;
mod exec;
mod fault;
mod follow;
mod halt;
mod hearsay;
mod inside;
mod kept;
mod lab;
mod lasting;
mod link;
mod look;
mod machine;
mod network;
mod on_demand;
pub(crate) mod order;
mod pairs;
mod party;
mod quiet;
mod record;
mod remove;
mod routes;
mod run;
mod serve;
pub(crate) mod services;
mod stage;
mod tell;
mod traffic;
mod trust;
mod up;
mod witness;

pub(crate) use bring_up::overlay;
pub use machine::describe as describe_machine;

use std::{
    fs::OpenOptions,
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
};

use e3_lab::{EnterOptions, Role};
use e3_overlay::Registry;
use rustix::{process::setsid, stdio::dup2_stderr};

use crate::{
    clock::now_ms,
    launch::Charge,
    state::{Created, Journal, LOG, Lock, LockError, Owner, StateError, StateFolder, sweep},
    wire::{self, Event, Fault, FaultKind, Stamped},
};

/// The greatest charge that is read: an environment of 256 parties is far smaller.
const MAX_CHARGE: usize = 16 * 1024 * 1024;

/// `e3 holder`: keeps the environment that standard input names, over one of these overlays. Must be called before any thread is started.
/// Returns the process's exit code.
pub fn main(registry: &Registry) -> u8 {
    match guard(registry) {
        Ok(code) => code,
        Err(fault) => {
            tell_failure(fault);
            1
        }
    }
}

/// Tells the command that started this what went wrong, before anybody else can.
fn tell_failure(fault: Fault) {
    let failed = Stamped {
        at_ms: now_ms(),
        event: Event::Failed(fault),
    };
    // If nobody listens any more, nobody needs to know.
    let _ = wire::write_line(&mut io::stdout(), &failed);
}

fn guard(registry: &Registry) -> Result<u8, Fault> {
    e3_sys::process::close_inherited();
    let charge = read_charge().map_err(|error| {
        Fault::ours(format!("the holder was started without a charge: {error}"))
    })?;
    // A terminal's Ctrl-C is for the command, which then tells the holder what to do.
    let _ = setsid();
    let folder = StateFolder::at(charge.state.clone(), charge.hosts.clone());
    let lock = take(&folder, &charge.verb)?;
    redirect_stderr(&folder).map_err(Fault::from)?;
    let entered = match begin_journal(&folder) {
        Ok(()) => e3_lab::enter(EnterOptions::default()).map_err(|error| {
            Fault::user(error.to_string()).hint("`e3 doctor` says what this machine lacks")
        }),
        Err(error) => Err(error.into()),
    };
    let code = match entered {
        Ok(Role::Inside) => return Ok(inside::main(&charge, &folder, registry)),
        Ok(Role::Guardian(guardian)) => guardian
            .wait()
            .map_err(|error| Fault::ours(error.to_string())),
        Err(fault) => Err(fault),
    };
    let removed = sweep::remove(&folder).map_err(Fault::from);
    drop(lock);
    let code = code?;
    removed?;
    Ok(u8::try_from(code).unwrap_or(1))
}

/// Takes the environment; what a holder that died has left is removed first.
fn take(folder: &StateFolder, verb: &str) -> Result<Lock, Fault> {
    let refused = |error: LockError| match error {
        LockError::Held { .. } => Fault {
            kind: FaultKind::Held,
            ..Fault::user(error.to_string()).hint("`e3 down` ends it")
        },
        LockError::State(error) => error.into(),
    };
    let mut lock = Lock::take(folder).map_err(refused)?;
    if !Journal::read(folder).map_err(Fault::from)?.is_empty() {
        sweep::remove(folder).map_err(Fault::from)?;
        drop(lock);
        lock = Lock::take(folder).map_err(refused)?;
    }
    lock.sign(&Owner::this_process(verb)).map_err(Fault::from)?;
    Ok(lock)
}

fn begin_journal(folder: &StateFolder) -> Result<(), StateError> {
    let mut journal = Journal::open(folder)?;
    let written = journal.write(&Created::Lab).and_then(|()| {
        journal.write(&Created::HostFolders {
            path: folder.hosts().to_owned(),
        })
    });
    written.map_err(StateError::io("write", &folder.file("journal.jsonl")))
}

/// One line, and not a byte more: what follows on standard input is for [`inside`].
fn read_charge() -> io::Result<Charge> {
    let mut line = Vec::new();
    let mut byte = [0];
    let mut input = io::stdin().lock();
    while line.len() < MAX_CHARGE {
        input.read_exact(&mut byte)?;
        if byte == *b"\n" {
            return Ok(serde_json::from_slice(&line)?);
        }
        line.extend_from_slice(&byte);
    }
    Err(io::Error::other("it is too long"))
}

fn redirect_stderr(folder: &StateFolder) -> Result<(), StateError> {
    let path = folder.file(LOG);
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path);
    let file = file.map_err(StateError::io("open", &path))?;
    dup2_stderr(&file)
        .map_err(io::Error::from)
        .map_err(StateError::io("write", &path))
}

impl From<StateError> for Fault {
    fn from(error: StateError) -> Self {
        Self::user(error.to_string())
    }
}
