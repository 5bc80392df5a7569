//! What MPyC programs need of this machine.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::distribution::{Distribution, Package};
use super::{Finding, Wrong};

/// How long a program may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

/// Prints its version, and fails where an environment cannot be made.
const SCRIPT: &str = "import sys; print('.'.join(map(str, sys.version_info[:3]))); sys.exit(sys.version_info < (3, 10))";

pub(super) fn findings(distribution: &Distribution) -> Vec<Finding> {
    let install = || distribution.install(Package::Python);
    let uv = answer("uv", &["--version"]);
    let python = match answer("python3", &["-c", SCRIPT]) {
        Some((true, version)) => Ok(version),
        Some((false, version)) => Err(Wrong {
            detail: format!("{version} is older than 3.10"),
            mend: install(),
        }),
        None => Err(Wrong {
            detail: "there is no python3".to_owned(),
            mend: install(),
        }),
    };
    let venv = match answer("python3", &["-c", "import venv, ensurepip"]) {
        Some((true, _)) => Ok("venv and ensurepip can be imported".to_owned()),
        _ => Err(Wrong {
            detail: "python3 cannot make environments: venv or ensurepip is missing".to_owned(),
            mend: install(),
        }),
    };
    let venv = Finding::new("venv", "E³'s own Python environment", venv);
    // Either of the two makes an environment.
    let venv = if uv.is_some() { venv.optional() } else { venv };
    let uv = uv.map(|(_, version)| version).ok_or_else(|| Wrong {
        detail: "is not installed".to_owned(),
        mend: distribution.install(Package::Uv),
    });
    vec![
        Finding::new("python3", "MPyC programs", python),
        venv,
        Finding::new("uv", "making that environment faster", uv).optional(),
    ]
}

/// Whether a program succeeded and what it printed; `None` when it is not there, or does not end in time.
fn answer(program: &str, args: &[&str]) -> Option<(bool, String)> {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let begun = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if begun.elapsed() > ANSWER {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    // It has ended, and printed less than a pipe holds.
    let output = child.wait_with_output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Some((output.status.success(), text.trim().to_owned()))
}
