//! Security: what became of an attack.

use serde::{Deserialize, Serialize};

/// What an adversary does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attack {
    /// Somebody who takes no part connects to a party's port.
    OutsiderConnects,
    /// Somebody who takes no part joins with an identity of its own making.
    OutsiderJoins,
    /// A member takes another's index.
    MemberImpersonates,
    /// The organizer shows different rosters to different parties.
    SplitRoster,
    /// Bytes are changed on their way.
    BytesChanged,
    /// Packets are recorded, and sent again into the same session.
    ReplayedNow,
    /// Packets are recorded, and sent again into a later session.
    ReplayedLater,
    /// A member that was put out comes back.
    RevokedReturns,
    /// The authority's key, or that of one of its holders, is stolen and used.
    AuthorityStolen,
    /// The coordinator or relay adds a node, swaps a key, reads, drops.
    HostileCoordinator,
    /// Recorded traffic is opened later with all long-term keys.
    OpenedLater,
    /// Somebody on the path makes both ends use a weaker mode.
    Downgrade,
}

impl Attack {
    /// All, in the order of tables.
    pub const ALL: [Self; 12] = [
        Self::OutsiderConnects,
        Self::OutsiderJoins,
        Self::MemberImpersonates,
        Self::SplitRoster,
        Self::BytesChanged,
        Self::ReplayedNow,
        Self::ReplayedLater,
        Self::RevokedReturns,
        Self::AuthorityStolen,
        Self::HostileCoordinator,
        Self::OpenedLater,
        Self::Downgrade,
    ];

    /// Its name, as documents have it: `bytes-changed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::OutsiderConnects => "outsider-connects",
            Self::OutsiderJoins => "outsider-joins",
            Self::MemberImpersonates => "member-impersonates",
            Self::SplitRoster => "split-roster",
            Self::BytesChanged => "bytes-changed",
            Self::ReplayedNow => "replayed-now",
            Self::ReplayedLater => "replayed-later",
            Self::RevokedReturns => "revoked-returns",
            Self::AuthorityStolen => "authority-stolen",
            Self::HostileCoordinator => "hostile-coordinator",
            Self::OpenedLater => "opened-later",
            Self::Downgrade => "downgrade",
        }
    }
}

/// One attack on one overlay with one identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Experiment {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: String,
    /// What the adversary did.
    pub attack: Attack,
    /// The overlay, or one of its variants.
    pub overlay: String,
    /// How parties are believed.
    pub identity: String,
    /// What the overlay promises of it.
    pub promised: Promised,
    /// What became of it.
    pub verdict: Verdict,
    /// What was done, and what was seen that shows it: one sentence each.
    pub evidence: Vec<String>,
    /// When, RFC 3339.
    pub time: String,
    /// The command that does it again.
    pub command: Vec<String>,
}

/// What an overlay says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "promise", content = "why")]
pub enum Promised {
    /// It withstands.
    Yes,
    /// It withstands, but for what is said.
    But(String),
    /// It does not, for that reason.
    No(String),
}

/// What became of an attack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verdict", content = "why")]
pub enum Verdict {
    /// It failed.
    Held,
    /// It was not prevented, and was told to the parties before anything was believed of it.
    Detected,
    /// It succeeded.
    Broken,
    /// There is nothing of the kind to attack, for that reason.
    NotApplicable(String),
    /// The experiment itself failed, for that reason: nothing is known.
    Unknown(String),
}

impl Experiment {
    /// Whether what was promised is not so. An exception is something that is told to the parties: what is not even detected
    /// is none.
    pub fn breaks_promise(&self) -> bool {
        let promised = matches!(self.promised, Promised::Yes | Promised::But(_));
        promised && self.verdict == Verdict::Broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attacks_have_the_names_that_documents_have() {
        for attack in Attack::ALL {
            assert_eq!(serde_json::to_value(attack).unwrap(), attack.name());
        }
    }
}
