//! A program of others that is run once, for what it prints.

use std::{ffi::OsStr, time::Duration};

use e3_stock::Found;

use crate::TailscaleError;

/// Characters of what it says when it fails that are repeated.
const REPEATED: usize = 400;

/// Runs it, and gives what it prints. `doing` says what for; it is killed where it takes longer than `within`.
pub(crate) async fn run(
    found: &Found,
    arguments: &[&OsStr],
    doing: &str,
    within: Duration,
) -> Result<Vec<u8>, TailscaleError> {
    let failed = |why: String| TailscaleError::Program {
        program: found.name,
        doing: doing.to_owned(),
        why,
    };
    let said = found.run(arguments, within).await;
    let said = said.map_err(|error| failed(error.to_string()))?;
    let said = said.ok_or_else(|| TailscaleError::Late {
        program: found.name,
        doing: doing.to_owned(),
        seconds: within.as_secs(),
    })?;
    if said.is_well {
        return Ok(said.output);
    }
    let both = [said.errors, said.output].concat();
    let said = String::from_utf8_lossy(&both);
    let said: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
    Err(failed(said.chars().take(REPEATED).collect()))
}
