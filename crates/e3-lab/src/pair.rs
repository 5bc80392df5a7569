//! Pings between two hosts of a lab, from whichever side can reach the other.

use std::time::Duration;

use crate::Lab;
use crate::error::{During, LabError};
use crate::expect::Expected;
use crate::ping::{Pace, measure};
use crate::reach::probe;

/// Between one ping and the next.
const SPACING: Duration = Duration::from_millis(1);
/// How long after its due time an answer may come before it counts as lost.
const PATIENCE: Duration = Duration::from_millis(250);
/// For this long answers are waited for at most, whatever is declared.
const LONGEST: Duration = Duration::from_secs(10);

/// Pings between two hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinged {
    /// The host that sent them.
    pub from: String,
    /// The host that they were meant for.
    pub to: String,
    /// Whether the router in front of that host answered, because it lets no ping in.
    pub by_router: bool,
    /// The round trip that is declared, and how long lines of limited rate are busy with the pings.
    pub declared: Duration,
    /// The round trips of those that were answered, in the order of sending.
    pub times: Vec<Duration>,
}

impl Lab {
    /// Pings between two hosts this many times: from the first to the second where the second can be reached, else
    /// the other way round; where neither can, as far as the second's router. Answers are waited for 10 s at most, whatever is declared.
    /// None if there is no such host.
    ///
    /// # Errors
    /// One speaks IPv4 alone and the other IPv6 alone; the kernel refuses a socket.
    pub fn ping(&self, a: &str, b: &str, count: u16) -> Result<Option<Pinged>, LabError> {
        let (Some(a), Some(b)) = (self.host(a), self.host(b)) else {
            return Ok(None);
        };
        let probe = probe(self, a, b)?;
        let expected = Expected::of_pairs(self, &[(a, b)]);
        let expected = expected.first().copied().unwrap_or_default();
        let pace = Pace {
            rounds: count,
            spacing: SPACING,
            patience: (expected.longest() + PATIENCE).min(LONGEST),
        };
        let from = probe.from.name();
        let target = if from == a.name() { b } else { a };
        let by_router = !target.addresses().contains(&probe.to);
        let answers = measure(&[probe], pace).during("ping", from)?;
        Ok(Some(Pinged {
            from: from.to_owned(),
            to: target.name().to_owned(),
            by_router,
            declared: expected.rtt,
            times: answers.into_iter().flatten().collect(),
        }))
    }
}
