//! How much of what a daemon says is logged: who knocks at a host can make it say the same again and again.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Lines of one kind that are logged without a pause: as many as a start of nebula's takes with hundreds of rules of the
/// firewall.
const AT_ONCE: u32 = 500;

/// After which one more may be.
const PAUSE: Duration = Duration::from_secs(10);

/// Kinds that are told apart; all others are one.
const KINDS: usize = 64;

/// Characters by which lines are of one kind that are no more than text.
const TOLD_APART: usize = 40;

/// The kind of a line of which nothing is known: how it begins, without digits, since lines of a kind differ in numbers.
pub fn kind(line: &str) -> String {
    let words = line.chars().filter(|one| !one.is_ascii_digit());
    words.take(TOLD_APART).collect()
}

/// Counts lines by kind.
#[derive(Debug, Default)]
pub(crate) struct Chatter(BTreeMap<String, Kind>);

#[derive(Debug)]
struct Kind {
    /// How many may still come.
    left: u32,
    /// When `left` was counted.
    at: Instant,
    /// How many were not logged.
    hidden: u64,
}

/// What is to be done with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// To be logged; so many of its kind were not before.
    Logged {
        hidden: u64,
    },
    Hidden,
}

impl Chatter {
    /// Takes a line of a kind.
    pub(crate) fn hear(&mut self, kind: &str, now: Instant) -> Heard {
        let known = self.0.contains_key(kind) || self.0.len() < KINDS;
        let kind = if known { kind } else { "" };
        let found = self.0.entry(kind.to_owned()).or_insert(Kind {
            left: AT_ONCE,
            at: now,
            hidden: 0,
        });
        let pauses = now.saturating_duration_since(found.at).as_secs() / PAUSE.as_secs();
        if pauses > 0 {
            let more = u32::try_from(pauses).unwrap_or(AT_ONCE);
            found.left = found.left.saturating_add(more).min(AT_ONCE);
            found.at = now;
        }
        if found.left == 0 {
            found.hidden += 1;
            return Heard::Hidden;
        }
        found.left -= 1;
        Heard::Logged {
            hidden: std::mem::take(&mut found.hidden),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[test]
    fn what_is_said_again_and_again_is_counted() {
        let mut chatter = Chatter::default();
        let start = Instant::now();
        let logged = (0..10_000).filter(|_| chatter.hear("refused", start) != Heard::Hidden);
        assert_eq!(logged.count(), usize::try_from(AT_ONCE).unwrap());
        let other = chatter.hear("another", start);
        assert_eq!(other, Heard::Logged { hidden: 0 });
        let hidden = 10_000 - u64::from(AT_ONCE);
        let later = chatter.hear("refused", start + PAUSE);
        assert_eq!(later, Heard::Logged { hidden });
        assert_eq!(chatter.hear("refused", start + PAUSE), Heard::Hidden);
    }

    #[test]
    fn lines_that_differ_in_numbers_alone_are_of_one_kind() {
        let request = |second: u8, path: &str| {
            format!(
                "2026-11-23T17:00:{second:02}Z INF http request bytes={second}0 method=GET path={path}"
            )
        };
        assert_eq!(kind(&request(1, "/key")), kind(&request(59, "/other")));
        assert_ne!(
            kind(&request(1, "/key")),
            kind("2026-11-23T17:00:00Z WRN key")
        );
    }

    proptest! {
        /// Whatever is said when: so many at once, and one more a pause, of each of so many kinds.
        #[test]
        fn no_more_is_logged_than_that(lines in vec(("[a-z]{1,3}", 0..5000_u64), 0..2000)) {
            let mut chatter = Chatter::default();
            let mut now = Instant::now();
            let (start, mut logged) = (now, 0_u64);
            for (kind, later) in &lines {
                now += Duration::from_millis(*later);
                logged += u64::from(chatter.hear(kind, now) != Heard::Hidden);
            }
            let pauses = (now - start).as_secs() / PAUSE.as_secs();
            let kinds = u64::try_from(chatter.0.len()).unwrap();
            prop_assert!(chatter.0.len() <= KINDS + 1);
            prop_assert!(logged <= kinds * (u64::from(AT_ONCE) + pauses));
        }
    }
}
