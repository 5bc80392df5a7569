//! The overlay that is held to the checks.

use std::{
    env,
    process::Command,
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::Context as _;
use e3_lab::testing::{Test, helper as start_helper, run};
use e3_overlay::{Overlay, Registry};
use e3_session::types::PlaceKind;

use crate::{
    checks::{CHECKS, Check},
    liar::perhaps_lying,
    tap::Tapping,
    trust::Scheme,
};

/// The overlay that this process is about. Checks are started as processes of their own by a plain `fn()`, so they
/// find it here.
static SUBJECT: OnceLock<Subject> = OnceLock::new();

/// The helper that is an agent.
const AGENT: &str = "agent";

/// An overlay, and the registry that it is found in.
pub struct Subject {
    /// Its name.
    pub overlay: &'static str,
    /// Whether some of what it promises holds only in a namespace, so that programs have to be in one here.
    pub in_namespaces: bool,
    about: About,
}

/// What a process is about.
#[derive(Clone, Copy)]
pub struct About {
    /// The overlay's name.
    pub overlay: &'static str,
    /// The registry that it is found in.
    pub registry: fn() -> Registry,
    /// How to see what its services see.
    pub tapping: Option<Tapping>,
    /// With which words it refuses whoever lies.
    pub refusals: Refusals,
    /// How parties are believed; as the overlay is used where nothing is said.
    pub scheme: Option<Scheme>,
    /// What starts an agent of this subject: a process that calls [`serve`] of the same subject, and ends at the latest with
    /// the thread that starts it.
    pub agent: fn() -> Command,
}

impl About {
    /// An overlay as it is used where nothing is said, in a test binary.
    pub fn overlay(overlay: &'static str, registry: fn() -> Registry) -> Self {
        Self {
            overlay,
            registry,
            tapping: None,
            refusals: &[],
            scheme: None,
            agent: || start_helper(AGENT),
        }
    }
}

/// Words with which an overlay tells whoever lies that it does not let it join. Most let anybody join, and nobody speaks with
/// who is not meant.
pub type Refusals = &'static [&'static str];

impl Subject {
    /// Whether this is what it tells whoever lies.
    pub fn refuses(&self, told: &str) -> bool {
        self.about.refusals.iter().any(|words| told.contains(words))
    }

    /// Whether there is a way to see what its services see.
    pub fn is_tapped(&self) -> bool {
        self.about.tapping.is_some()
    }

    /// How parties are believed, if not as the overlay is used where nothing is said.
    pub fn scheme(&self) -> Option<Scheme> {
        self.about.scheme
    }

    /// What starts an agent.
    pub fn agent(&self) -> Command {
        (self.about.agent)()
    }
}

/// Holds the overlay of that name to all checks that it has to pass, and ends the process with their outcome. To be
/// called first thing in `main` of a test binary without Rust's own runner.
pub fn hold(overlay: &'static str, registry: fn() -> Registry) -> ! {
    hold_all(About::overlay(overlay, registry))
}

/// The same, of an overlay that does not let strangers join: it has to tell them so in one of these words.
pub fn hold_refusing(overlay: &'static str, registry: fn() -> Registry, words: Refusals) -> ! {
    hold_all(About {
        refusals: words,
        ..About::overlay(overlay, registry)
    })
}

/// The same, of an overlay with a relay: this is how to see what the relay sees.
pub fn hold_tapped(overlay: &'static str, registry: fn() -> Registry, tapping: Tapping) -> ! {
    hold_all(About {
        tapping: Some(tapping),
        ..About::overlay(overlay, registry)
    })
}

fn hold_all(about: About) -> ! {
    let overlay = about.overlay;
    let properties = begin_or_exit(about).properties();
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

/// Makes that overlay the subject of this process; one that the registry lacks ends it.
pub(crate) fn begin_or_exit(about: About) -> Arc<dyn Overlay> {
    begin(about).unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(2)
    })
}

/// Makes an overlay the subject of this process, once and for all: what is laid out here is laid out for it.
///
/// # Errors
/// The registry lacks it.
pub fn begin(about: About) -> anyhow::Result<Arc<dyn Overlay>> {
    let overlay = about.overlay;
    let made = (about.registry)().make(overlay);
    let made = made.with_context(|| format!("the registry has no overlay `{overlay}`"))?;
    let properties = made.properties();
    let rests = |check: &Check| check.condition.rests_on_namespace(&properties);
    let _ = SUBJECT.set(Subject {
        overlay,
        in_namespaces: CHECKS.iter().any(rests),
        about,
    });
    Ok(made)
}

/// What lets tests start agents.
pub fn helper() -> Test {
    Test::helper(AGENT, agent).within(Duration::from_hours(1))
}

/// The names of all checks.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|check| check.name)
}

/// The subject of this process.
pub fn subject() -> anyhow::Result<&'static Subject> {
    SUBJECT.get().context("`hold` has not been called")
}

/// A fresh overlay that is the subject of this process.
pub fn overlay() -> anyhow::Result<Arc<dyn Overlay>> {
    let subject = subject()?;
    (subject.about.registry)()
        .make(subject.overlay)
        .context("the registry has lost the overlay")
}

/// An agent on its standard input and output.
fn agent() {
    if let Err(error) = serve() {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}

/// Is an agent of this subject, on standard input and output, until it is told to leave.
///
/// # Errors
/// There is no subject, or the conversation fails.
pub fn serve() -> anyhow::Result<()> {
    let subject = subject()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut registry = (subject.about.registry)();
    let overlay = perhaps_lying(overlay()?, subject.about.tapping);
    // An agent has one conversation, and so one overlay.
    registry.add(move || Arc::clone(&overlay));
    runtime.block_on(e3_agent::serve_stdio(registry))?;
    Ok(())
}
