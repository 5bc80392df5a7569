//! What a program of others finds in its environment.

use std::{env, process::Command};

/// Variables of this process that are handed on. Many programs read all of their settings from variables (`HEADSCALE_…`,
/// `TS_…`, `HTTPS_PROXY` in either case), where a user may have put those of another instance, and its secrets.
const KEPT: [&str; 8] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// Leaves the command nothing of this process's environment but what every program needs.
pub(crate) fn clear(command: &mut Command) {
    let kept = KEPT
        .iter()
        .filter_map(|name| Some((name, env::var_os(name)?)));
    command.env_clear().envs(kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_finds_little_of_this_environment() {
        let mut command = Command::new("/usr/bin/env");
        command.env("HEADSCALE_CLI_ADDRESS", "elsewhere");
        clear(&mut command);
        let said = command.env("OWN", "1").output().unwrap().stdout;
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("OWN=1") && said.contains("PATH="), "{said}");
        for line in said.lines() {
            let name = line.split('=').next().unwrap();
            assert!(name == "OWN" || KEPT.contains(&name), "{line}");
        }
    }
}
