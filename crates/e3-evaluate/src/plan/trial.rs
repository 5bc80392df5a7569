//! Attacks that are to be tried.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Way;
use crate::finding::{Attack, Experiment, Verdict};

/// One attack by one way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Trial {
    /// What is attacked.
    #[serde(flatten)]
    pub way: Way,
    /// What the adversary does.
    pub attack: Attack,
}

/// So often an experiment that fails itself is begun: whatever hindered it the first time may have gone.
const TRIES: usize = 2;

impl Trial {
    /// What was found so far of this.
    pub fn found<'a>(&self, experiments: &'a [Experiment]) -> impl Iterator<Item = &'a Experiment> {
        experiments.iter().filter(move |one| {
            one.attack == self.attack
                && one.overlay == self.way.overlay
                && one.identity == self.way.identity
        })
    }

    /// Whether it need not be tried (again).
    pub fn is_done(&self, experiments: &[Experiment]) -> bool {
        let known = |one: &Experiment| !matches!(one.verdict, Verdict::Unknown(_));
        self.found(experiments).any(known) || self.found(experiments).count() >= TRIES
    }

    /// About how long it takes on a machine of two processors, in seconds.
    pub fn usual_s(&self) -> f64 {
        let attack = match self.attack {
            Attack::SplitRoster | Attack::AuthorityStolen => 1.0,
            Attack::BytesChanged | Attack::ReplayedNow => 2.0,
            Attack::OutsiderConnects | Attack::ReplayedLater => 6.0,
            Attack::OpenedLater | Attack::RevokedReturns => 12.0,
            Attack::HostileCoordinator | Attack::Downgrade => 18.0,
            Attack::OutsiderJoins => 32.0,
            Attack::MemberImpersonates => 41.0,
        };
        let way = match self.way.overlay.as_str() {
            "headscale" => 2.0,
            _ => 1.0,
        };
        attack * way
    }
}

/// `bytes-changed on quic.pinned`.
impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.attack.name(), self.way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tried;

    #[test]
    fn what_failed_by_itself_is_tried_once_more() {
        let trial = Trial {
            way: Way::new("quic", "ca"),
            attack: Attack::Downgrade,
        };
        assert_eq!(trial.to_string(), "downgrade on quic.ca");
        let unknown = tried(&trial, Verdict::Unknown("no namespaces".to_owned()));
        let held = tried(&trial, Verdict::Held);
        assert!(!trial.is_done(&[]));
        assert!(!trial.is_done(std::slice::from_ref(&unknown)));
        assert!(trial.is_done(&[unknown.clone(), unknown.clone()]));
        assert!(trial.is_done(&[unknown, held.clone()]));
        let other = Experiment {
            identity: "pinned".to_owned(),
            ..held
        };
        assert!(!trial.is_done(&[other]));
    }
}
