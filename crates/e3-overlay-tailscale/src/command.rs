//! A program of others that is run once, for what it prints.

use std::{ffi::OsStr, process::Stdio, time::Duration};

use e3_stock::Found;
use tokio::{process::Command, time::timeout};

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
    let mut command = Command::new(&found.path);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let failed = |why: String| TailscaleError::Program {
        program: found.name,
        doing: doing.to_owned(),
        why,
    };
    let output = match timeout(within, command.output()).await {
        Ok(output) => output.map_err(|error| failed(error.to_string()))?,
        Err(_) => {
            return Err(TailscaleError::Late {
                program: found.name,
                doing: doing.to_owned(),
                seconds: within.as_secs(),
            });
        }
    };
    if output.status.success() {
        return Ok(output.stdout);
    }
    let both = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&both);
    let said: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
    Err(failed(said.chars().take(REPEATED).collect()))
}
