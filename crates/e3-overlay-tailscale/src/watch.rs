//! Watches what the coordinator hands out, for as long as a party is joined.

use std::{
    collections::BTreeMap,
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
    netmap::{Expected, Netmap},
    ports::Open,
};

/// How often `tailscaled` is asked.
const EVERY: Duration = Duration::from_millis(500);

/// How long a difference may last: rosters change at the coordinator a moment before or after they change here. With what
/// it takes to see it and to stop a program, less than five seconds.
const GRACE: Duration = Duration::from_secs(3);

/// What is expected, and what was seen.
#[derive(Debug)]
pub(crate) struct Watched {
    api: LocalApi,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    expected: Expected,
    /// At which ports others may be let in, if that is known.
    open: Option<Open>,
    /// Parties that were there.
    seen: Vec<NodeKey>,
    latest: Option<Netmap>,
    /// What is wrong, and since when.
    wrong: BTreeMap<String, Instant>,
}

impl Watched {
    pub(crate) fn new(api: LocalApi, expected: Expected, open: Option<Open>) -> Self {
        let state = State {
            expected,
            open,
            ..State::default()
        };
        Self {
            api,
            state: Mutex::new(state),
        }
    }

    /// From now on these are the parties. What was wrong before is looked at anew.
    pub(crate) fn expect(&self, expected: Expected, open: Option<Open>) {
        let mut state = self.state();
        state.seen.retain(|key| expected.peers.contains_key(key));
        state.expected = expected;
        state.open = open;
        state.wrong.clear();
    }

    /// What was seen last.
    pub(crate) fn latest(&self) -> Option<Netmap> {
        self.state().latest.clone()
    }

    pub(crate) fn api(&self) -> &LocalApi {
        &self.api
    }

    /// Looks once. The error says what has been wrong for too long.
    pub(crate) async fn look(&self) -> Result<(), String> {
        let netmap = self.api.netmap().await;
        let too_much = self.too_much().await;
        let mut state = self.state();
        let mut now = match netmap {
            Ok(netmap) => {
                let now = differences(&netmap, &state);
                let there = netmap
                    .peers
                    .keys()
                    .filter(|key| state.expected.peers.contains_key(key));
                let new: Vec<_> = there
                    .filter(|key| !state.seen.contains(key))
                    .copied()
                    .collect();
                state.seen.extend(new);
                state.latest = Some(netmap);
                now
            }
            Err(silent) => vec![silent.to_string()],
        };
        now.extend(too_much);
        let at = Instant::now();
        state.wrong.retain(|what, _| now.contains(what));
        for what in now {
            let since = *state.wrong.entry(what.clone()).or_insert(at);
            if at.duration_since(since) >= GRACE {
                return Err(what);
            }
        }
        Ok(())
    }

    /// What others are let in for beyond what programs listen for.
    async fn too_much(&self) -> Option<String> {
        let open = self.state().open.clone()?;
        let rules = self.api.rules().await.ok()?;
        too_much(&rules, &open)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn differences(netmap: &Netmap, state: &State) -> Vec<String> {
    // Without a connection with the coordinator it goes on with what it was told before.
    if netmap.state == "NeedsLogin" || netmap.state == "NeedsMachineAuth" {
        return vec!["the coordinator has logged this party out".to_owned()];
    }
    let differences = netmap.differences(&state.expected, &state.seen);
    differences.iter().map(ToString::to_string).collect()
}

/// Looks again and again, until something has been wrong for too long or the daemon has ended, and says so.
pub(crate) async fn watch(
    watched: Arc<Watched>,
    ended: impl Future<Output = String> + Send,
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
        why = looking => why,
        why = ended => why,
    };
    // Whoever listened may have left meanwhile.
    let _ = severed.send(why);
}

#[cfg(test)]
mod tests;
