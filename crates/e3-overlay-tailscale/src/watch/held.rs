//! What is held against a coordinator, and when it is enough.
//!
//! Rosters change at the coordinator a moment before or after they change at a party, so what it hands out may differ from one
//! for [`GRACE`]. But a node that no roster names, addresses that are another's and ports that nobody listens on are held against
//! it from the first look that shows them: if no roster explains them in time, the computation ends, even where they have
//! gone again. Of whoever is only not there, what counts is for how long, in sum.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use tokio::{sync::mpsc, time::Instant};

use crate::{
    filter::too_much,
    introduced::NodeKey,
    netmap::{Difference, Expected},
    ports::Open,
};

/// For how long what is handed out may differ from the roster.
pub(super) const GRACE: Duration = Duration::from_secs(3);

/// From the last look that was answered until a lie that has begun right after it ends the computation, however late it was
/// seen; what is not answered for so long does, too. With what it takes to stop a program, less than five seconds.
pub(super) const LIMIT: Duration = Duration::from_millis(4500);

/// What of the time between two answers a lie counts for that was seen at the second of them.
const BETWEEN: Duration = Duration::from_secs(1);

/// For how long a party may be missing before that is told: whoever leaves is, for a moment.
const AWAY: Duration = Duration::from_secs(1);

/// For how long somebody may be there who was a party of the roster before: programs' networks lead to such a node no more,
/// whatever the coordinator says, and a tailscaled whose connection with it has silently broken hears after two minutes
/// that the node was forgotten.
pub(super) const LEAVING: Duration = Duration::from_secs(150);

/// An answer that is later than this is silence.
const LATE: Duration = Duration::from_millis(1500);

/// How much silence there may be, in sum.
const SILENCE: Duration = Duration::from_secs(6);

/// Silence is forgiven so many times more slowly than it grows: a busy machine falls silent now and then, in a long run, and
/// no coordinator gains by it.
const FORGIVING: u32 = 20;

/// What one step of the clock counts for at most: whoever was not awake for longer, since its machine had much to do, has
/// not waited.
const STEP: Duration = Duration::from_millis(500);

/// Lies that are held at once; a single one is enough.
const MOST: usize = 256;

/// How often something is told for one roster.
const TELLINGS: u32 = 8;

/// What is wrong at one look.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    /// What no coordinator does that means well, unless a roster changes.
    pub(super) lies: Vec<Difference>,
    /// Rules that let others in where no program listens, and what is wrong with them.
    pub(super) open: Option<(String, Bytes)>,
    /// Somebody is not there, in a sentence.
    pub(super) missing: Option<String>,
    /// Somebody is there who was a party, in a sentence.
    pub(super) stay: Option<String>,
}

/// What is held against a coordinator.
#[derive(Debug)]
pub(super) struct Held {
    /// Time as it is counted here, and when it was counted last.
    clock: Duration,
    counted: Instant,
    /// When the last look began that was answered.
    answered: Duration,
    /// Whether silence counts: many daemons that start at once on a busy machine fall silent, and no program runs yet.
    is_settled: bool,
    /// Why there was no answer last, if there was none.
    silence: Option<String>,
    lies: BTreeMap<Difference, Lie>,
    open: Option<(Lie, Bytes)>,
    /// What is wrong now, if something is that may pass.
    missing: Option<String>,
    stay: Option<String>,
    /// For how long it was, in sum.
    pub(super) missed: Duration,
    pub(super) stayed: Duration,
    silent: Duration,
    tell: mpsc::Sender<String>,
    tellings: u32,
    /// Whether it was told who is missing.
    is_told: bool,
    verdict: Option<String>,
}

#[derive(Debug)]
struct Lie {
    /// When it has begun, as it is counted.
    since: Duration,
    said: String,
}

impl Held {
    /// Nothing yet. What is told goes that way.
    pub(super) fn nothing(tell: mpsc::Sender<String>) -> Self {
        Self {
            clock: Duration::ZERO,
            counted: Instant::now(),
            answered: Duration::ZERO,
            is_settled: false,
            silence: None,
            lies: BTreeMap::new(),
            open: None,
            missing: None,
            stay: None,
            missed: Duration::ZERO,
            stayed: Duration::ZERO,
            silent: Duration::ZERO,
            tell,
            tellings: TELLINGS,
            is_told: false,
            verdict: None,
        }
    }

    /// From now on, silence counts.
    pub(super) fn settled(&mut self) {
        self.is_settled = true;
        self.answered = self.clock;
    }

    /// What was enough.
    pub(super) fn verdict(&self) -> Option<String> {
        self.verdict.clone()
    }

    /// A look begins.
    pub(super) fn clock(&mut self) -> Duration {
        self.count();
        self.clock
    }

    /// What a look has shown that began then, all of which was answered.
    pub(super) fn seen(&mut self, begun: Duration, wrong: Wrong) {
        self.shown(wrong);
        self.answered = self.answered.max(begun);
        self.silence = None;
    }

    /// What a look has shown.
    pub(super) fn shown(&mut self, wrong: Wrong) {
        self.count();
        let since = self.since();
        let Wrong {
            lies,
            open,
            missing,
            stay,
        } = wrong;
        // Where a key is swapped, one is there that must not be, and another is not that must.
        let each = lies.iter().map(ToString::to_string);
        let said: Vec<String> = each.chain(missing.clone()).take(2).collect();
        let said = said.join("; ");
        self.is_told &= missing.is_some();
        for lie in lies {
            let lie = lie.without_words();
            if self.lies.len() < MOST && !self.lies.contains_key(&lie) {
                self.tell(&said);
                self.is_told = missing.is_some();
                let said = said.clone();
                self.lies.insert(lie, Lie { since, said });
            }
        }
        if let (None, Some((said, rules))) = (&self.open, open) {
            self.tell(&said);
            self.open = Some((Lie { since, said }, rules));
        }
        if self.missing.is_none() && missing.is_some() {
            self.missed += self.clock.saturating_sub(since);
        }
        self.missing = missing;
        self.stay = stay;
        self.judge();
    }

    /// When what is seen now for the first time has begun.
    fn since(&self) -> Duration {
        if !self.is_settled {
            return self.clock;
        }
        let between = self.clock.saturating_sub(BETWEEN).max(self.answered);
        between.min((self.answered + LIMIT).saturating_sub(GRACE))
    }

    /// There was no answer, or none that can be understood.
    pub(super) fn unanswered(&mut self, why: String) {
        self.count();
        self.silence = Some(why);
        self.judge();
    }

    /// From now on these are the parties, and these their ports. What the new roster explains is not held any more.
    pub(super) fn expect(&mut self, expected: &Expected, open: Option<&Open>) {
        self.count();
        self.lies.retain(|lie, _| !is_explained(lie, expected));
        let is_still = |rules: &Bytes| open.is_some_and(|open| too_much(rules, open).is_some());
        self.open.take_if(|(_, rules)| !is_still(rules));
        self.missing = None;
        self.stay = None;
        self.missed = Duration::ZERO;
        self.stayed = Duration::ZERO;
        self.tellings = TELLINGS;
        self.is_told = false;
    }

    /// Counts the time, and says what is enough.
    pub(super) fn tick(&mut self) -> Option<String> {
        self.count();
        self.judge();
        self.verdict()
    }

    fn count(&mut self) {
        let now = Instant::now();
        let passed = now.saturating_duration_since(self.counted).min(STEP);
        self.counted = now;
        self.clock += passed;
        if self.missing.is_some() {
            self.missed += passed;
        }
        if self.stay.is_some() {
            self.stayed += passed;
        }
        if !self.is_settled {
            return;
        }
        if self.clock.saturating_sub(self.answered) > LATE {
            self.silent += passed;
        } else {
            self.silent = self.silent.saturating_sub(passed / FORGIVING);
        }
    }

    fn judge(&mut self) {
        if let Some(missing) = self.missing.clone()
            && self.missed >= AWAY
            && !self.is_told
        {
            self.is_told = true;
            self.tell(&missing);
        }
        let lies = self.lies.values();
        let mut lies = lies.chain(self.open.iter().map(|(lie, _)| lie));
        let lie = lies.find(|lie| self.clock.saturating_sub(lie.since) >= GRACE);
        let silent = self.clock.saturating_sub(self.answered) >= LIMIT || self.silent >= SILENCE;
        let enough = lie
            .map(|lie| lie.said.clone())
            .or_else(|| self.missing.clone().filter(|_| self.missed >= GRACE))
            .or_else(|| self.stay.clone().filter(|_| self.stayed >= LEAVING))
            .or_else(|| {
                let why = || "tailscaled does not answer".to_owned();
                (self.is_settled && silent).then(|| self.silence.clone().unwrap_or_else(why))
            });
        if let Some(enough) = enough {
            self.verdict.get_or_insert(enough);
        }
    }

    /// Tells it at once, though a roster may still explain it.
    fn tell(&mut self, what: &str) {
        if self.tellings == 0 || self.verdict.is_some() {
            return;
        }
        self.tellings -= 1;
        tracing::warn!("{what}");
        let text = format!(
            "{what}; the program is stopped unless the roster changes accordingly within three seconds"
        );
        // Where nobody listens, the log has it.
        let _ = self.tell.try_send(text);
    }
}

impl Difference {
    /// Itself, but for what a coordinator can call it from look to look.
    fn without_words(self) -> Self {
        match self {
            Self::Stranger { key, .. } => Self::Stranger {
                key,
                name: String::new(),
            },
            other => other,
        }
    }
}

/// Whether a roster of these parties explains it.
fn is_explained(lie: &Difference, expected: &Expected) -> bool {
    let is_party = |key: &NodeKey| expected.own == Some(*key) || expected.peers.contains_key(key);
    let is_named = |name: &String| expected.peers.values().any(|known| known == name);
    match lie {
        Difference::Stranger { key, .. } => is_party(key),
        Difference::Routes { name }
        | Difference::Shared { name, .. }
        | Difference::Moved { name: Some(name) } => !is_named(name),
        Difference::Moved { name: None } | Difference::Own { .. } => false,
        Difference::Former { .. } | Difference::Missing { .. } => true,
    }
}
