//! What becomes different on a path or a line, in words.

use super::reader::{Reader, place_of};
use super::words::Word;
use super::{LineChange, Outage, PathChange, RateChange, Reorder};
use crate::near::{nearest, one_of};
use crate::quantity::{Probability, Rate, Time};
use crate::report::{Checked, Reported};

const TIME: &str = "a time, such as 80 ms";
const CHANCE: &str = "a probability, such as 1 %";

impl PathChange {
    /// What can be said of a path.
    pub(super) const WORDS: &[&str] = &[
        "down",
        "up",
        "restore",
        "delay",
        "jitter",
        "loss",
        "rate",
        "reorder",
        "duplicate",
    ];
}

impl LineChange {
    /// What can be said of a line.
    const WORDS: &[&str] = &["restore", "jitter", "loss", "rate"];
}

impl Reader<'_, '_> {
    /// Reads to the end of the line what becomes different on a path.
    pub(super) fn path_change(&mut self) -> Checked<PathChange> {
        let mut change = PathChange::default();
        self.each_word(PathChange::WORDS, |reader, word| {
            let fresh = match word {
                "down" => {
                    let outage = reader.duration()?.map_or(Outage::Endless, Outage::For);
                    change.outage.replace(outage).is_none()
                }
                "up" => change.outage.replace(Outage::Over).is_none(),
                "restore" => !std::mem::replace(&mut change.restore, true),
                "delay" => change.delay.replace(reader.time("the delay")?).is_none(),
                "jitter" => change.jitter.replace(reader.time("the jitter")?).is_none(),
                "loss" => change.loss.replace(reader.chance("the loss")?).is_none(),
                "rate" => change.rate.replace(reader.rate()?).is_none(),
                "reorder" => change.reorder.replace(reader.reorder()?).is_none(),
                _ => change
                    .duplicate
                    .replace(reader.chance("the chance of duplication")?)
                    .is_none(),
            };
            Ok(fresh)
        })?;
        Ok(change)
    }

    /// Reads to the end of the line what becomes different on a site's line.
    pub(super) fn line_change(&mut self) -> Checked<LineChange> {
        let mut change = LineChange::default();
        self.each_word(LineChange::WORDS, |reader, word| {
            let fresh = match word {
                "restore" => !std::mem::replace(&mut change.restore, true),
                "jitter" => change.jitter.replace(reader.time("the jitter")?).is_none(),
                "loss" => change.loss.replace(reader.chance("the loss")?).is_none(),
                _ => change.rate.replace(reader.rate()?).is_none(),
            };
            Ok(fresh)
        })?;
        Ok(change)
    }

    /// Reads at least one of these words, each with what belongs to it, by `take`, which says whether it came for the
    /// first time.
    fn each_word(
        &mut self,
        known: &[&str],
        mut take: impl FnMut(&mut Self, &str) -> Checked<bool>,
    ) -> Checked<()> {
        let mut word = self.plain("what becomes different", &one_of(known.iter().copied()))?;
        loop {
            if !known.contains(&word.text) {
                return Err(self.unknown_change(&word, known));
            }
            if !take(self, word.text)? {
                let message = format!(
                    "`{}` is said twice, or against what is said before",
                    word.text
                );
                return Err(self.wrong(&word, message, "it once"));
            }
            let Some(next) = self.next() else {
                return Ok(());
            };
            word = next;
        }
    }

    fn unknown_change(&mut self, word: &Word<'_>, known: &[&str]) -> Reported {
        let message = format!("`{}` cannot become different here", word.text);
        self.report
            .wrong(place_of(word), message)
            .expected(one_of(known.iter().copied()))
            .suggest(nearest(word.text, known.iter().copied()));
        Reported
    }

    fn time(&mut self, what: &str) -> Checked<Time> {
        self.quantity(what, TIME).map(|(time, _)| time)
    }

    fn chance(&mut self, what: &str) -> Checked<Probability> {
        self.quantity(what, CHANCE).map(|(chance, _)| chance)
    }

    /// A rate, or `unlimited`.
    fn rate(&mut self) -> Checked<RateChange> {
        if self.takes("unlimited") {
            return Ok(RateChange::Unlimited);
        }
        let expected = "a rate, such as 10 Mbit/s, or `unlimited`";
        let (rate, _) = self.quantity::<Rate>("the rate", expected)?;
        Ok(RateChange::To(rate))
    }

    /// `5 % by 20 ms`.
    fn reorder(&mut self) -> Checked<Reorder> {
        let chance = self.chance("the chance of being held back")?;
        if !self.takes("by") {
            return Err(self.lacks(
                "for how long packets are held back",
                "for example `reorder 5% by 20ms`",
            ));
        }
        Ok(Reorder {
            chance,
            by: self.time("for how long packets are held back")?,
        })
    }
}
