//! Whether as many packets are lost as declared.

use std::time::Duration;

use serde::Serialize;

use super::{PATIENCE, UNBELIEVABLE};
use crate::error::{During, LabError};
use crate::expect::Expected;
use crate::host::Host;
use crate::lab::Lab;
use crate::ping::{Pace, Probe, measure};
use crate::reach::probe;

/// Up to this many lossy pairs are measured, with this many pings each.
const MOST_PAIRS: usize = 20;
const PINGS: u16 = 400;
/// How long sending may take; on slow lines fewer are sent.
const LONGEST: Duration = Duration::from_secs(3);

/// The loss between two hosts, measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LossCheck {
    /// One host.
    pub a: String,
    /// The other.
    pub b: String,
    /// The declared chance that a ping is not answered: that it is lost, or its answer.
    pub expected: f64,
    /// How many pings were sent.
    pub sent: usize,
    /// How many were answered.
    pub answered: usize,
}

impl LossCheck {
    /// Whether the answers are as many as declared, as far as so many pings can tell: whether it was likelier than one
    /// in a million that chance makes them as few or as many.
    pub fn is_ok(&self) -> bool {
        likelihood(self.sent, self.answered, 1.0 - self.expected) > UNBELIEVABLE
    }
}

/// An upper bound of how likely it is that of so many, each answered with this chance, as few or as many are answered:
/// Chernoff's, by the relative entropy between the share that was and the one that should have been.
fn likelihood(sent: usize, answered: usize, chance: f64) -> f64 {
    if sent == 0 {
        return 1.0;
    }
    // Both are far below 2⁵³.
    #[allow(clippy::cast_precision_loss)]
    let (sent, answered) = (sent as f64, answered as f64);
    let share = answered / sent;
    let part = |is: f64, should: f64| {
        if is > 0.0 {
            is * (is / should).ln()
        } else {
            0.0
        }
    };
    let entropy = part(share, chance) + part(1.0 - share, 1.0 - chance);
    2.0 * (-sent * entropy).exp()
}

/// Measures the pairs on whose way packets get lost.
pub(super) fn check(
    lab: &Lab,
    pairs: &[(&Host, &Host)],
    expected: &[Expected],
    spacing: Duration,
) -> Result<Vec<LossCheck>, LabError> {
    let is_lossy = |expected: &Expected| expected.unanswered > 0.0 && expected.unanswered < 1.0;
    let lossy = pairs
        .iter()
        .zip(expected)
        .filter(|(_, expected)| is_lossy(expected));
    let lossy: Vec<_> = lossy.take(MOST_PAIRS).collect();
    if lossy.is_empty() {
        return Ok(Vec::new());
    }
    let probes = lossy.iter().map(|((a, b), _)| probe(lab, a, b));
    let probes: Vec<Probe<'_>> = probes.collect::<Result<_, _>>()?;
    let longest = lossy.iter().map(|(_, expected)| expected.longest());
    let pace = Pace {
        rounds: rounds(spacing, lossy.len()),
        spacing,
        patience: longest.max().unwrap_or_default() + PATIENCE,
    };
    let measured = measure(&probes, pace).during("measure the loss", "lab")?;
    let measured = lossy.iter().zip(measured);
    let checks = measured.map(|(((a, b), expected), times)| LossCheck {
        a: a.name().to_owned(),
        b: b.name().to_owned(),
        expected: expected.unanswered,
        sent: pace.rounds.into(),
        answered: times.len(),
    });
    Ok(checks.collect())
}

/// How many pings each of so many pairs gets in time.
fn rounds(spacing: Duration, pairs: usize) -> u16 {
    let each = spacing * u32::try_from(pairs).unwrap_or(u32::MAX);
    let in_time = LONGEST.as_nanos() / each.as_nanos().max(1);
    u16::try_from(in_time).map_or(PINGS, |rounds| rounds.clamp(1, PINGS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: f64, sent: usize, answered: usize) -> LossCheck {
        let (a, b) = ("a".into(), "b".into());
        LossCheck {
            a,
            b,
            expected,
            sent,
            answered,
        }
    }

    #[test]
    fn what_chance_explains_is_as_declared() {
        assert!(check(0.02, 400, 392).is_ok() && check(0.02, 400, 385).is_ok());
        assert!(check(0.5, 400, 200).is_ok() && check(0.5, 400, 250).is_ok());
        assert!(check(0.02, 400, 400).is_ok(), "8 of 400 may well be none");
    }

    #[test]
    fn what_chance_does_not_explain_is_not() {
        assert!(!check(0.02, 400, 360).is_ok());
        assert!(!check(0.5, 400, 280).is_ok() && !check(0.5, 400, 120).is_ok());
        assert!(!check(0.1, 400, 400).is_ok(), "nothing was lost at all");
    }

    #[test]
    fn slow_lines_get_fewer_pings() {
        assert_eq!(rounds(Duration::from_micros(200), 20), PINGS);
        assert_eq!(rounds(Duration::from_millis(10), 10), 30);
        assert_eq!(rounds(Duration::from_mins(1), 1), 1);
    }
}
