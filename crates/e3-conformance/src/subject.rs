//! The overlay that is held to the checks.

use std::{
    env,
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::Context as _;
use e3_lab::testing::{Test, run};
use e3_overlay::{Overlay, Registry};
use e3_session::types::PlaceKind;

use crate::{
    checks::{CHECKS, Check},
    liar::perhaps_lying,
    tap::Tapping,
};

/// The overlay that this process is about. Checks are started as processes of their own by a plain `fn()`, so they
/// find it here.
static SUBJECT: OnceLock<Subject> = OnceLock::new();

/// The helper that is an agent.
pub(crate) const AGENT: &str = "agent";

/// An overlay, and the registry that it is found in.
pub(crate) struct Subject {
    pub(crate) overlay: &'static str,
    /// Whether some of what it promises holds only in a namespace, so that programs have to be in one here.
    pub(crate) in_namespaces: bool,
    registry: fn() -> Registry,
    tapping: Option<Tapping>,
    refusals: Refusals,
}

/// Words with which an overlay tells whoever lies that it does not let it join. Most let anybody join, and nobody speaks with
/// who is not meant.
type Refusals = &'static [&'static str];

impl Subject {
    /// Whether this is what it tells whoever lies.
    pub(crate) fn refuses(&self, told: &str) -> bool {
        self.refusals.iter().any(|words| told.contains(words))
    }

    /// Whether there is a way to see what its services see.
    pub(crate) fn is_tapped(&self) -> bool {
        self.tapping.is_some()
    }
}

/// Holds the overlay of that name to all checks that it has to pass, and ends the process with their outcome. To be
/// called first thing in `main` of a test binary without Rust's own runner.
pub fn hold(overlay: &'static str, registry: fn() -> Registry) -> ! {
    hold_all(overlay, registry, None, &[])
}

/// The same, of an overlay that does not let strangers join: it has to tell them so in one of these words.
pub fn hold_refusing(overlay: &'static str, registry: fn() -> Registry, words: Refusals) -> ! {
    hold_all(overlay, registry, None, words)
}

/// The same, of an overlay with a relay: this is how to see what the relay sees.
pub fn hold_tapped(overlay: &'static str, registry: fn() -> Registry, tapping: Tapping) -> ! {
    hold_all(overlay, registry, Some(tapping), &[])
}

fn hold_all(
    overlay: &'static str,
    registry: fn() -> Registry,
    tapping: Option<Tapping>,
    refusals: Refusals,
) -> ! {
    let properties = begin(overlay, registry, tapping, refusals).properties();
    // A process that runs one check prints nothing of the others.
    let tells = !env::args().any(|argument| argument == "--list" || argument.starts_with("--e3"));
    let mut tests = vec![helper()];
    for check in CHECKS {
        let test = Test::inside(check.name, check.body).within(check.limit);
        match check.condition.unmet(&properties, PlaceKind::Namespace) {
            None if check.waits => tests.push(test.waiting()),
            None => tests.push(test),
            Some(why) if tells => println!("test {} ... skipped: {overlay} {why}", check.name),
            Some(_) => {}
        }
    }
    run(&tests)
}

/// Makes the overlay of that name the subject of this process; one that the registry lacks ends it.
pub(crate) fn begin(
    overlay: &'static str,
    registry: fn() -> Registry,
    tapping: Option<Tapping>,
    refusals: Refusals,
) -> Arc<dyn Overlay> {
    let Some(made) = registry().make(overlay) else {
        eprintln!("the registry has no overlay `{overlay}`");
        std::process::exit(2);
    };
    let properties = made.properties();
    let rests = |check: &Check| check.condition.rests_on_namespace(&properties);
    let _ = SUBJECT.set(Subject {
        overlay,
        in_namespaces: CHECKS.iter().any(rests),
        registry,
        tapping,
        refusals,
    });
    made
}

/// What lets tests start agents.
pub(crate) fn helper() -> Test {
    Test::helper(AGENT, agent).within(Duration::from_hours(1))
}

/// The names of all checks.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|check| check.name)
}

/// The subject of this process.
pub(crate) fn subject() -> anyhow::Result<&'static Subject> {
    SUBJECT.get().context("`hold` has not been called")
}

/// A fresh overlay that is the subject of this process.
pub(crate) fn overlay() -> anyhow::Result<Arc<dyn Overlay>> {
    let Subject {
        overlay, registry, ..
    } = subject()?;
    registry()
        .make(overlay)
        .context("the registry has lost the overlay")
}

/// An agent on its standard input and output.
fn agent() {
    let served = subject().and_then(|subject| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let mut registry = (subject.registry)();
        let overlay = perhaps_lying(overlay()?, subject.tapping);
        // An agent has one conversation, and so one overlay.
        registry.add(move || Arc::clone(&overlay));
        Ok(runtime.block_on(e3_agent::serve_stdio(registry))?)
    });
    if let Err(error) = served {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}
