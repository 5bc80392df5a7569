//! What a scenario, or a single change, has done.

use std::process::ExitCode;

use e3_holder::wire::PlayedRecord;
use serde::Serialize;

use crate::cli::Global;
use crate::fault::Fault;
use crate::view::words;
use crate::{json, out};

/// What was done.
#[derive(Serialize)]
struct Document<'a> {
    done: &'a [PlayedRecord],
}

/// Tells it; exit code 1 when something could not be done.
///
/// # Errors
/// Standard output cannot be written.
pub(super) fn tell(verb: &str, done: &[PlayedRecord], global: &Global) -> Result<ExitCode, Fault> {
    if global.json {
        json::print(verb, &Document { done })?;
    } else {
        for record in done {
            out::line(&words::played(record))?;
        }
    }
    Ok(code(done))
}

/// 1 when something could not be done.
pub(super) fn code(done: &[PlayedRecord]) -> ExitCode {
    if done.iter().all(|record| record.failed.is_none()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
