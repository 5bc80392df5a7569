//! Ease of use, by counting.

use serde::{Deserialize, Serialize};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// The first session.
    First,
    /// The next one with the same parties.
    SameParties,
    /// The next one with others.
    OtherParties,
    /// A party is added.
    Add,
    /// A party is removed.
    Remove,
    /// Everything is taken away.
    CleanUp,
}

/// How it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// By the overlay's own documentation.
    ByHand,
    /// By E³.
    E3,
}

/// What one occasion took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: String,
    /// The overlay, or one of its variants.
    pub overlay: String,
    /// How it was done.
    pub means: Means,
    /// What was done.
    pub occasion: Occasion,
    /// Among how many parties.
    pub parties: u16,
    /// What was counted while it was done; none where it cannot be done, for the reason in `why`.
    pub counts: Option<Counts>,
    /// Why it cannot be done, or what should be known of the counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The documentation that was followed.
    pub source: String,
    /// By what it was counted, of which version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<String>,
    /// When, RFC 3339.
    pub time: String,
    /// The command that does it again.
    pub command: Vec<String>,
}

/// What is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Commands typed, on all machines.
    pub steps: u32,
    /// Files written by a person.
    pub files: u32,
    /// Lines of configuration in them.
    pub lines: u32,
    /// Secrets passed from machine to machine by a person.
    pub secrets: u32,
    /// Accounts with somebody else.
    pub accounts: u32,
    /// Ports that have to be reachable from outside.
    pub ports: u32,
    /// Rights beyond a user's on a party's host.
    pub rights: u32,
    /// Programs beside the computation's own, on all kinds of machines.
    pub programs: u32,
}
