//! The parts of a comparison.

use serde::{Deserialize, Serialize};

/// What a comparison looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What is measured: round after round of the same work over each way.
    Performance,
    /// What is attacked.
    Security,
    /// What is observed.
    Privacy,
    /// What is counted.
    Effort,
}

impl Part {
    /// All, in the order of the report.
    pub const ALL: [Self; 4] = [
        Self::Performance,
        Self::Security,
        Self::Privacy,
        Self::Effort,
    ];

    /// Its name, as documents have it: `security`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Performance => "performance",
            Self::Security => "security",
            Self::Privacy => "privacy",
            Self::Effort => "effort",
        }
    }

    /// That of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_the_names_that_documents_have() {
        for part in Part::ALL {
            assert_eq!(serde_json::to_value(part).unwrap(), part.name());
            assert_eq!(Part::named(part.name()), Some(part));
        }
        assert_eq!(Part::named("beauty"), None);
    }
}
