//! What is seen while an attack is tried.

use e3_evaluate::finding::Verdict;

/// What became of an attack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    /// One sentence each.
    pub(crate) evidence: Vec<String>,
}

impl Outcome {
    /// There is nothing of the kind to attack.
    pub(crate) fn not_applicable(why: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::NotApplicable(why.into()),
            evidence: Vec::new(),
        }
    }
}

/// How one attempt ended, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    Held,
    Detected,
    Broke,
}

/// What an error says, without what it advises to do.
pub(crate) fn reason(error: &anyhow::Error) -> String {
    let text = format!("{error:#}");
    let first = text.split_once(". ").map(|(first, _)| first.to_owned());
    first.unwrap_or(text)
}

/// What is written down meanwhile. An attack is as successful as the most successful of its attempts.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    evidence: Vec<String>,
    worst: Option<Ending>,
}

impl Notes {
    /// Something that was done, and says nothing of the outcome.
    pub(crate) fn did(&mut self, text: impl Into<String>) {
        self.evidence.push(text.into());
    }

    /// An attempt failed, as this shows.
    pub(crate) fn held(&mut self, text: impl Into<String>) {
        self.end(Ending::Held, text.into());
    }

    /// An attempt was not prevented, and the parties were told and went no further.
    pub(crate) fn detected(&mut self, text: impl Into<String>) {
        self.end(Ending::Detected, text.into());
    }

    /// An attempt succeeded, as this shows.
    pub(crate) fn broke(&mut self, text: impl Into<String>) {
        self.end(Ending::Broke, text.into());
    }

    fn end(&mut self, ending: Ending, text: String) {
        self.worst = self.worst.max(Some(ending));
        self.evidence.push(text);
    }

    /// What became of it all.
    pub(crate) fn conclude(self) -> Outcome {
        let verdict = match self.worst {
            Some(Ending::Held) => Verdict::Held,
            Some(Ending::Detected) => Verdict::Detected,
            Some(Ending::Broke) => Verdict::Broken,
            None => Verdict::Unknown("nothing was tried that could have succeeded".to_owned()),
        };
        Outcome {
            verdict,
            evidence: self.evidence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_attempt_that_succeeds_is_enough() {
        let mut notes = Notes::default();
        notes.held("one");
        notes.broke("two");
        notes.held("three");
        let outcome = notes.conclude();
        assert_eq!(outcome.verdict, Verdict::Broken);
        assert_eq!(outcome.evidence, ["one", "two", "three"]);
    }

    #[test]
    fn where_nothing_was_tried_nothing_is_known() {
        let mut notes = Notes::default();
        notes.did("waited");
        assert!(matches!(notes.conclude().verdict, Verdict::Unknown(_)));
    }
}
