//! `e3 ca`: authorities. One file per verb.

mod init;
mod issue;
mod revoke;
mod show;

use std::process::ExitCode;

use e3_holder::authority::AuthorityFault;

use crate::cli::{Ca, CaVerb, Global};
use crate::fault::Fault;

/// Does what was asked for.
///
/// # Errors
/// Each verb's own.
pub fn main(args: &Ca, global: &Global) -> Result<ExitCode, Fault> {
    match &args.verb {
        CaVerb::Init(args) => init::main(args, global),
        CaVerb::Issue(args) => issue::main(args, global),
        CaVerb::Revoke(args) => revoke::main(args, global),
        CaVerb::Show(args) => show::main(args, global),
    }
}

impl From<AuthorityFault> for Fault {
    fn from(fault: AuthorityFault) -> Self {
        Self::user(fault.to_string())
    }
}

/// Whole days as seconds.
fn seconds(days: u32) -> u64 {
    u64::from(days) * 24 * 60 * 60
}

/// A time for people: `2026-11-22 16:05:00Z`.
fn time(unix: u64) -> String {
    let stamp = i64::try_from(unix).ok();
    stamp
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map_or_else(
            || unix.to_string(),
            |stamp| stamp.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        )
}
