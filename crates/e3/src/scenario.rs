//! Scenario files.

use std::path::Path;

use e3_spec::{Environment, Places, Scenario};

use crate::fault::Fault;

/// Reads one for an environment.
///
/// # Errors
/// The user's: it cannot be read, or everything that is wrong with it.
pub fn read(file: &Path, environment: &Environment) -> Result<Scenario, Fault> {
    let shown = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        Fault::user(format!("cannot read {shown}: {error}")).hint(
            "a scenario is a text in UTF-8, a line an event: `at 10s: ams3–sgp1 down for 60s`",
        )
    })?;
    parse(&shown, &text, environment)
}

/// What one line says, now.
///
/// # Errors
/// The user's: everything that is wrong with it.
pub fn now(words: &str, environment: &Environment) -> Result<Scenario, Fault> {
    parse("command line", &format!("at 0s: {words}"), environment)
}

fn parse(name: &str, text: &str, environment: &Environment) -> Result<Scenario, Fault> {
    let places = Places::from(environment);
    Scenario::parse(name, text, &places).map_err(|wrong| {
        let count = match wrong.iter().count() {
            1 => "an error".to_owned(),
            count => format!("{count} errors"),
        };
        Fault::user(format!("{name} has {count}")).diagnostics(wrong)
    })
}
