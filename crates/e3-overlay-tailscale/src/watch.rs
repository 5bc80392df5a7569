//! Watches what the coordinator hands out, for as long as a party is joined.

mod held;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

use crate::{
    filter::too_much,
    introduced::NodeKey,
    local_api::LocalApi,
    netmap::{Difference, Expected, Netmap, Seen},
    ports::Open,
};

use held::{Held, Wrong};

/// How often `tailscaled` is asked.
const EVERY: Duration = Duration::from_millis(500);

/// Pause after a look that was not answered.
const AGAIN: Duration = Duration::from_millis(100);

/// How often the time is counted.
const TICK: Duration = Duration::from_millis(250);

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
    held: Held,
}

impl Watched {
    /// Parties that were seen have these addresses already. What a person should hear goes to `tell`.
    pub(crate) fn new(
        api: LocalApi,
        expected: Expected,
        (open, seen): (Option<Open>, Seen),
        tell: mpsc::Sender<String>,
    ) -> Self {
        let state = State {
            expected,
            open,
            seen,
            latest: None,
            held: Held::nothing(tell),
        };
        Self {
            api,
            state: Mutex::new(state),
        }
    }

    /// From now on these are the parties. What was wrong before and they explain is forgotten; who stays has the addresses that
    /// it had.
    pub(crate) fn expect(&self, mut expected: Expected, open: Option<Open>) {
        let mut state = self.state();
        let mut former = std::mem::take(&mut state.expected.former);
        former.append(&mut state.expected.peers);
        former.retain(|key, _| !expected.peers.contains_key(key));
        expected.former = former;
        let is_party =
            |key: &NodeKey| expected.own == Some(*key) || expected.peers.contains_key(key);
        state.seen.retain(|key, _| is_party(key));
        state.held.expect(&expected, open.as_ref());
        state.expected = expected;
        state.open = open;
    }

    /// The party has joined: from now on, silence counts.
    pub(crate) fn settled(&self) {
        self.state().held.settled();
    }

    /// What has been wrong for too long.
    pub(crate) fn verdict(&self) -> Option<String> {
        self.state().held.verdict()
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

    /// Looks once; whether that was answered.
    pub(crate) async fn look(&self) -> bool {
        let begun = self.state().held.clock();
        let (netmap, rules) = tokio::join!(self.api.netmap(), self.rules());
        let mut state = self.state();
        let state = &mut *state;
        let netmap = match netmap {
            Ok(netmap) => netmap,
            Err(silent) => {
                state.held.unanswered(silent.to_string());
                return false;
            }
        };
        let mut wrong = differences(&netmap, state);
        let State { expected, seen, .. } = &mut *state;
        netmap.remember(expected, seen);
        state.latest = Some(netmap);
        match rules {
            Ok(rules) => {
                let open = rules.zip(state.open.as_ref());
                wrong.open = open.and_then(|(rules, open)| Some((too_much(&rules, open)?, rules)));
                state.held.seen(begun, wrong);
                true
            }
            Err(silent) => {
                state.held.shown(wrong);
                state.held.unanswered(silent);
                false
            }
        }
    }

    /// Whom it lets in, where that is looked at.
    async fn rules(&self) -> Result<Option<Bytes>, String> {
        if self.state().open.is_none() {
            return Ok(None);
        }
        let rules = self.api.rules().await;
        let rules = rules.map_err(|silent| format!("whom it lets in cannot be seen: {silent}"))?;
        Ok(Some(rules))
    }

    /// Counts the time, and says what has been wrong for too long; it stays.
    fn tick(&self) -> Option<String> {
        self.state().held.tick()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn differences(netmap: &Netmap, state: &State) -> Wrong {
    // Without a connection with the coordinator it goes on with what it was told before.
    if netmap.state == "NeedsLogin" || netmap.state == "NeedsMachineAuth" {
        return Wrong {
            missing: Some("the coordinator has logged this party out".to_owned()),
            ..Wrong::default()
        };
    }
    let mut wrong = Wrong::default();
    let (mut missing, mut stays) = (Vec::new(), Vec::new());
    for difference in netmap.differences(&state.expected, &state.seen) {
        match difference {
            Difference::Former { .. } => stays.push(difference.to_string()),
            Difference::Missing { .. } => missing.push(difference.to_string()),
            lie => wrong.lies.push(lie),
        }
    }
    let said = |mut all: Vec<String>| {
        all.truncate(2);
        (!all.is_empty()).then(|| all.join("; "))
    };
    wrong.missing = said(missing);
    wrong.stay = said(stays);
    wrong
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
            let is_answered = watched.look().await;
            sleep(if is_answered { EVERY } else { AGAIN }).await;
        }
    };
    let counting = async {
        loop {
            if let Some(why) = watched.tick() {
                return why;
            }
            sleep(TICK).await;
        }
    };
    let why = tokio::select! {
        () = looking => return,
        why = counting => {
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
