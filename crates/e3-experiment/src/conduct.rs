//! One experiment, from its beginning to what was found.

use anyhow::Context as _;
use e3_conformance::{
    subject::{About, begin},
    trust::Scheme,
};
use e3_evaluate::finding::{Attack, Experiment, SCHEMA, Verdict};
use jiff::Timestamp;

use crate::{
    attack::{Falsehood, attempt},
    promise::promised,
};

/// An experiment that is to be conducted.
#[derive(Clone, Copy)]
pub struct Order {
    /// What is attacked, and how its agents are started.
    pub about: About,
    /// What the adversary does.
    pub attack: Attack,
    /// Whether those parts of E³ that an overlay cannot weaken are weakened, as a control: it is how an experiment about
    /// them is shown to be able to fail.
    pub credulous: bool,
    /// What a coordinator of this overlay can be made to say; nothing where parties believe it nothing.
    pub falsehoods: &'static [Falsehood],
}

impl Order {
    /// An attack as it is tried for a report.
    pub fn new(about: About, attack: Attack) -> Self {
        Self {
            about,
            attack,
            credulous: false,
            falsehoods: &[],
        }
    }
}

/// Tries an attack, with the agents and the lab of this process: it has to be inside namespaces of its own
/// ([`e3_lab::enter()`]), and is about this one overlay from then on. The finding names no command yet.
///
/// An experiment that fails is a finding, too: [`Verdict::Unknown`].
///
/// # Errors
/// The registry lacks the overlay; no runtime can be made.
pub fn conduct(order: &Order) -> anyhow::Result<Experiment> {
    let Order { about, attack, .. } = *order;
    let overlay = begin(about)?;
    let usual = overlay.identities().first().copied();
    let usual = usual.and_then(Scheme::of_word).unwrap_or(Scheme::Pinned);
    let scheme = about.scheme.unwrap_or(usual);
    let time = Timestamp::now().to_string();
    let suits = overlay.identities();
    let (verdict, evidence) = if !suits.is_empty() && !suits.contains(&scheme.as_str()) {
        let why = format!(
            "{} does not work with identity {}",
            overlay.name(),
            scheme.as_str()
        );
        (Verdict::NotApplicable(why), Vec::new())
    } else {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot begin an experiment")?;
        match runtime.block_on(attempt(order)) {
            Ok(outcome) => (outcome.verdict, outcome.evidence),
            Err(error) => (Verdict::Unknown(format!("{error:#}")), Vec::new()),
        }
    };
    Ok(Experiment {
        schema: SCHEMA.to_owned(),
        attack,
        overlay: overlay.name().to_owned(),
        identity: scheme.as_str().to_owned(),
        promised: promised(attack, &*overlay, scheme),
        verdict,
        evidence,
        time,
        command: Vec::new(),
    })
}
