//! Watches what the coordinator hands out, for as long as a party is joined.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

use crate::{
    filter::too_much,
    introduced::NodeKey,
    local_api::LocalApi,
    netmap::{Difference, Expected, Netmap, Seen},
    ports::Open,
};

/// How often `tailscaled` is asked.
const EVERY: Duration = Duration::from_millis(500);

/// For how long, in sum, it may differ from one roster: rosters change at the coordinator a moment before or after they
/// change here. With what it takes to see it and to stop a program, less than five seconds.
const GRACE: Duration = Duration::from_secs(3);

/// For how long somebody may be there who was a party of the roster before: programs' networks lead to such a node no more,
/// whatever the coordinator says, and a tailscaled whose connection with it has silently broken hears after two minutes
/// that the node was forgotten.
const LEAVING: Duration = Duration::from_secs(150);

/// What one look counts for at most: whoever did not look for longer, since its machine had much to do, has not seen it.
const MOST: Duration = Duration::from_secs(1);

/// Silence is forgiven so many times more slowly than it grows: a busy machine falls silent now and then, in a long run, and
/// no coordinator gains by it.
const FORGIVING: u32 = 20;

/// What is expected, and what was seen.
#[derive(Debug)]
pub(crate) struct Watched {
    api: LocalApi,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    expected: Expected,
    /// At which ports others may be let in, if that is known.
    open: Option<Open>,
    /// Parties that were there, and this one, with the addresses that they had then.
    seen: Seen,
    latest: Option<Netmap>,
    /// When it was looked last.
    looked: Instant,
    /// For how long there were differences since the roster changed. However they look, and in however many pieces they
    /// come, they add up: what a coordinator chooses does not begin it anew.
    lied: Duration,
    /// For how long somebody was there who had been a party.
    stayed: Duration,
    /// Whether silence counts: many daemons that start at once on a busy machine fall silent, and no program runs yet.
    is_settled: bool,
    /// For how long nothing could be learned.
    silent: Duration,
    /// What was wrong for too long.
    verdict: Option<String>,
}

impl Watched {
    /// Parties that were seen have these addresses already.
    pub(crate) fn new(
        api: LocalApi,
        expected: Expected,
        (open, seen): (Option<Open>, Seen),
    ) -> Self {
        let state = State {
            expected,
            open,
            seen,
            latest: None,
            looked: Instant::now(),
            lied: Duration::ZERO,
            stayed: Duration::ZERO,
            is_settled: false,
            silent: Duration::ZERO,
            verdict: None,
        };
        Self {
            api,
            state: Mutex::new(state),
        }
    }

    /// From now on these are the parties. What was wrong before is looked at anew; who stays has the addresses that it had.
    pub(crate) fn expect(&self, mut expected: Expected, open: Option<Open>) {
        let mut state = self.state();
        let mut former = std::mem::take(&mut state.expected.former);
        former.append(&mut state.expected.peers);
        former.retain(|key, _| !expected.peers.contains_key(key));
        expected.former = former;
        let is_party =
            |key: &NodeKey| expected.own == Some(*key) || expected.peers.contains_key(key);
        state.seen.retain(|key, _| is_party(key));
        state.expected = expected;
        state.open = open;
        state.lied = Duration::ZERO;
        state.stayed = Duration::ZERO;
    }

    /// The party has joined: from now on, silence counts.
    pub(crate) fn settled(&self) {
        self.state().is_settled = true;
    }

    /// What has been wrong for too long.
    pub(crate) fn verdict(&self) -> Option<String> {
        self.state().verdict.clone()
    }

    /// What was seen last.
    pub(crate) fn latest(&self) -> Option<Netmap> {
        self.state().latest.clone()
    }

    /// The addresses that parties have, and that no coordinator changes any more.
    pub(crate) fn addresses(&self) -> Seen {
        self.state().seen.clone()
    }

    pub(crate) fn api(&self) -> &LocalApi {
        &self.api
    }

    /// Looks once. The error says what has been wrong for too long; it stays.
    pub(crate) async fn look(&self) -> Result<(), String> {
        let (netmap, too_much) = tokio::join!(self.api.netmap(), self.too_much());
        let mut state = self.state();
        let mut wrong = Wrong::default();
        match netmap {
            Ok(netmap) => {
                wrong = differences(&netmap, &state);
                let State { expected, seen, .. } = &mut *state;
                netmap.remember(expected, seen);
                state.latest = Some(netmap);
            }
            Err(silent) => wrong.silence = Some(silent.to_string()),
        }
        match too_much {
            Ok(too_much) => wrong.lie = wrong.lie.or(too_much),
            Err(silent) => wrong.silence = wrong.silence.or(Some(silent)),
        }
        state.count(wrong)
    }

    /// What others are let in for beyond what programs listen for.
    async fn too_much(&self) -> Result<Option<String>, String> {
        let open = self.state().open.clone();
        let Some(open) = open else {
            return Ok(None);
        };
        let rules = self.api.rules().await;
        let rules = rules.map_err(|silent| format!("whom it lets in cannot be seen: {silent}"))?;
        Ok(too_much(&rules, &open))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is wrong at one look: of each kind the worst, in a sentence or two.
#[derive(Debug, Default)]
struct Wrong {
    lie: Option<String>,
    /// Somebody is there who was a party.
    stay: Option<String>,
    silence: Option<String>,
}

impl State {
    /// Counts the time since the last look for what was seen now.
    fn count(&mut self, mut wrong: Wrong) -> Result<(), String> {
        let now = Instant::now();
        let passed = now.duration_since(self.looked).min(MOST);
        self.looked = now;
        wrong.silence = wrong.silence.filter(|_| self.is_settled);
        if wrong.silence.is_none() {
            self.silent = self.silent.saturating_sub(passed / FORGIVING);
        }
        for (wrong, lasted, most) in [
            (wrong.lie, &mut self.lied, GRACE),
            (wrong.stay, &mut self.stayed, LEAVING),
            (wrong.silence, &mut self.silent, GRACE),
        ] {
            if let Some(wrong) = wrong {
                *lasted += passed;
                if *lasted >= most {
                    self.verdict.get_or_insert(wrong);
                }
            }
        }
        self.verdict.clone().map_or(Ok(()), Err)
    }
}

fn differences(netmap: &Netmap, state: &State) -> Wrong {
    // Without a connection with the coordinator it goes on with what it was told before.
    if netmap.state == "NeedsLogin" || netmap.state == "NeedsMachineAuth" {
        return Wrong {
            lie: Some("the coordinator has logged this party out".to_owned()),
            ..Wrong::default()
        };
    }
    let differences = netmap.differences(&state.expected, &state.seen);
    let is_stay = |one: &Difference| matches!(one, Difference::Former { .. });
    let (stays, lies): (Vec<_>, Vec<_>) = differences.into_iter().partition(is_stay);
    // Where a key is swapped, one is there that must not be, and another is not that must.
    let said = |all: &[Difference]| {
        let said: Vec<_> = all.iter().take(2).map(ToString::to_string).collect();
        (!said.is_empty()).then(|| said.join("; "))
    };
    Wrong {
        lie: said(&lies),
        stay: said(&stays),
        silence: None,
    }
}

/// Looks again and again, until something has been wrong for too long or the daemon has ended, and says so. In the first case
/// the daemon is killed before: until its program is stopped, nothing more may go to the wrong one, and nothing come from it.
pub(crate) async fn watch(
    watched: Arc<Watched>,
    ended: impl Future<Output = String> + Send,
    kill: impl FnOnce() + Send,
    severed: oneshot::Sender<String>,
) {
    let looking = async {
        loop {
            if let Err(why) = watched.look().await {
                return why;
            }
            sleep(EVERY).await;
        }
    };
    let why = tokio::select! {
        why = looking => {
            kill();
            why
        }
        why = ended => why,
    };
    // Whoever listened may have left meanwhile.
    let _ = severed.send(why);
}

#[cfg(test)]
mod tests;
