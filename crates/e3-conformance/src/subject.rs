//! The overlay that is held to the checks.

use std::{env, sync::OnceLock, time::Duration};

use anyhow::Context as _;
use e3_lab::testing::{Test, run};
use e3_overlay::{Promise, Properties, Registry};

use crate::checks::{CHECKS, Condition};

/// The overlay that this process is about. Checks are started as processes of their own by a plain `fn()`, so they
/// find it here.
static SUBJECT: OnceLock<Subject> = OnceLock::new();

/// The helper that is an agent.
pub(crate) const AGENT: &str = "agent";

/// An overlay, and the registry that it is found in.
pub(crate) struct Subject {
    pub(crate) overlay: &'static str,
    registry: fn() -> Registry,
}

/// Holds the overlay of that name to all checks that it has to pass, and ends the process with their outcome. To be
/// called first thing in `main` of a test binary without Rust's own runner.
pub fn hold(overlay: &'static str, registry: fn() -> Registry) -> ! {
    let Some(made) = registry().make(overlay) else {
        eprintln!("the registry has no overlay `{overlay}`");
        std::process::exit(2);
    };
    let _ = SUBJECT.set(Subject { overlay, registry });
    let properties = made.properties();
    // A process that runs one check prints nothing of the others.
    let tells = !env::args().any(|argument| argument == "--list" || argument.starts_with("--e3"));
    let mut tests = vec![Test::helper(AGENT, agent).within(Duration::from_hours(1))];
    for check in CHECKS {
        match check.condition.unmet(&properties) {
            None => tests.push(Test::inside(check.name, check.body).within(check.limit)),
            Some(why) if tells => println!("test {} ... skipped: {overlay} {why}", check.name),
            Some(_) => {}
        }
    }
    run(&tests)
}

/// The subject of this process.
pub(crate) fn subject() -> anyhow::Result<&'static Subject> {
    SUBJECT.get().context("`hold` has not been called")
}

impl Condition {
    /// Why an overlay of these properties is not held to the check.
    fn unmet(self, properties: &Properties) -> Option<String> {
        let Properties {
            traverses_nat,
            changes_roster,
            ..
        } = properties;
        let not_promised = |what: &str, promise: &Promise| match promise {
            Promise::Yes => None,
            Promise::No(why) => Some(format!("does not promise that {what} ({why})")),
        };
        match self {
            Self::Always => None,
            Self::TraversesNat => {
                not_promised("parties behind NATs reach one another", traverses_nat)
            }
            Self::StopsAtNat => traverses_nat
                .is_given()
                .then(|| "promises that parties behind NATs reach one another".to_owned()),
            Self::ChangesRoster => not_promised("members can be added and removed", changes_roster),
        }
    }
}

/// An agent on its standard input and output.
fn agent() {
    let served = subject().and_then(|subject| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(runtime.block_on(e3_agent::serve_stdio((subject.registry)()))?)
    });
    if let Err(error) = served {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}
