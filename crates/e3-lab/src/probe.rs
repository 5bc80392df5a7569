//! What this machine gives a lab and what it lacks, found without changing anything.

use std::io::{Read, Write};

use e3_sys::process::{self, Side};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{WaitOptions, waitpid};

use crate::enter::{EnterOptions, Role, enter};
use crate::tun;

/// One thing that a lab needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub what: &'static str,
    /// Whether it is there.
    pub ok: bool,
    /// What was found, or what is wrong and how to mend it.
    pub detail: String,
    /// What works without it.
    pub needed_for: &'static str,
}

/// Tries all that a lab needs. Starts short-lived processes, and leaves nothing.
///
/// Must be called before the process starts any thread; afterwards namespaces cannot be tried, and the finding says
/// so.
pub fn probe() -> Vec<Finding> {
    let namespaces = finding("namespaces", "every lab", try_namespaces());
    let tun = tun::check()
        .map(|()| "can be opened".to_owned())
        .map_err(|error| error.to_string());
    let tun = finding("TUN", "labs of more than one site", tun);
    vec![namespaces, tun]
}

fn finding(what: &'static str, needed_for: &'static str, tried: Result<String, String>) -> Finding {
    let ok = tried.is_ok();
    Finding {
        what,
        ok,
        detail: tried.unwrap_or_else(|wrong| wrong),
        needed_for,
    }
}

/// Enters in a child process, which tells what went wrong.
fn try_namespaces() -> Result<String, String> {
    let failed = |error: &dyn std::fmt::Display| format!("could not be tried: {error}");
    let (mut wrong, tell) = match pipe_with(PipeFlags::CLOEXEC) {
        Ok((wrong, tell)) => (std::fs::File::from(wrong), std::fs::File::from(tell)),
        Err(error) => return Err(failed(&error)),
    };
    match process::fork().map_err(|error| failed(&error))? {
        Side::Child => try_and_tell(tell),
        Side::Parent(child) => {
            drop(tell);
            let mut said = String::new();
            let _ = wrong.read_to_string(&mut said);
            let _ = waitpid(Some(child), WaitOptions::empty());
            if said.is_empty() {
                Ok("can be made".to_owned())
            } else {
                Err(said)
            }
        }
    }
}

fn try_and_tell(mut tell: std::fs::File) -> ! {
    match enter(EnterOptions::default()) {
        Ok(Role::Inside) => {}
        Ok(Role::Guardian(guardian)) => {
            let _ = guardian.wait();
        }
        Err(error) => {
            let _ = write!(tell, "{error}");
        }
    }
    process::exit_now(0)
}
