//! Which overlay under which circumstances: by rules that are told beside what follows from them ([`RULES`]), so that
//! whoever disagrees with a rule can see what would follow without it.

mod fast;
mod fit;
mod private;
mod simple;

use e3_evaluate::finding::Question;

use crate::page::Prose;
use crate::read::Findings;
use crate::sums::Sum;

pub(crate) use fast::{Circumstance, Compared};
pub(crate) use fit::{Fitness, State};
pub(crate) use private::Privacy;
pub(crate) use simple::{Simple, Taken};

/// How answers come about, in the order in which the rules are used.
pub(crate) const RULES: [&str; 8] = [
    "An overlay that broke a promise is recommended nowhere.",
    "An overlay is fit for networks that are not trusted with those identities with which all attacks were tried that this \
     comparison knows, and none succeeded. An attack of which nothing is known counts as one that succeeded. Where the \
     folder has no security findings at all, this rule cannot be used, and the answer says so.",
    "A circumstance is a network and a program. In it, an overlay takes part that is fit and has finished every work (size \
     and number of parties) that another one has, with fewer than one failure in twenty runs.",
    "Where the interval of the control, direct against itself, misses 1, the machine made a difference of its own: all \
     intervals of that work are widened by the factor at the far end of the control’s.",
    "Of one work, the best overlay is the one with the best median ratio to direct; those whose interval has something \
     in common with its own are as good, and so are those of fewer than six rounds, of which no interval of 95 % can be had.",
    "The answer to a circumstance is the overlay that is best, or as good, in the most works. Of several, the one over which \
     less is seen (rule 7), then the one with the better geometric mean of ratios; the others are named beside it.",
    "The least is seen over the fit overlay with the fewest questions answered, over all observers; an answer in part \
     counts one half. Overlays of which different questions were asked are not compared.",
    "The least effort is the fewest steps for the first session; of several, the fewest secrets, then programs, then lines.",
];

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) file: &'static str,
    pub(crate) line: usize,
}

impl At {
    /// The file as a link, and the line.
    pub(crate) fn prose(&self) -> Prose {
        Prose::new().file(self.file, format!("{}:{}", self.file, self.line))
    }
}

/// All answers.
#[derive(Debug)]
pub(crate) struct Answers {
    /// Every overlay, whether it is fit, and why not.
    pub(crate) fitness: Vec<Fitness>,
    /// In the order of networks and programs.
    pub(crate) circumstances: Vec<Circumstance>,
    pub(crate) privacy: Option<Privacy>,
    pub(crate) simple: Option<Simple>,
}

impl Answers {
    /// What follows from all findings.
    pub(crate) fn of(findings: &Findings, sums: &[Sum]) -> Self {
        let fitness = fit::all(findings, sums);
        let privacy = private::least(&findings.privacy, &fitness);
        let circumstances = fast::all(sums, &fitness, privacy.as_ref());
        let simple = Simple::of(&findings.effort, &fitness);
        Self {
            fitness,
            circumstances,
            privacy,
            simple,
        }
    }

    /// How often each overlay is an answer, and how often alone; the most often first.
    pub(crate) fn tally(&self) -> Vec<(&str, usize, usize)> {
        let mut tally: Vec<(&str, usize, usize)> = Vec::new();
        for one in &self.circumstances {
            let Some(choice) = one.choice.as_deref() else {
                continue;
            };
            let alone = usize::from(one.as_good.is_empty());
            match tally.iter_mut().find(|(overlay, ..)| *overlay == choice) {
                Some((_, times, times_alone)) => {
                    *times += 1;
                    *times_alone += alone;
                }
                None => tally.push((choice, 1, alone)),
            }
        }
        tally.sort_by_key(|(_, times, alone)| std::cmp::Reverse((*times, *alone)));
        tally
    }

    /// What is known of an overlay's fitness.
    pub(crate) fn fitness_of(&self, overlay: &str) -> Option<&Fitness> {
        self.fitness.iter().find(|one| one.overlay == overlay)
    }
}

/// What a question is worth that an observer could answer.
fn worth(seen: &e3_evaluate::finding::Seen) -> f64 {
    use e3_evaluate::finding::Seen;
    match seen {
        Seen::Yes => 1.0,
        Seen::Partly(_) => 0.5,
        Seen::No | Seen::NotApplicable(_) => 0.0,
    }
}

/// What is asked of all observers alike.
type Asked = (e3_evaluate::finding::Observer, Question);

#[cfg(test)]
mod tests;
