//! Who may use the relay: whoever shows its token and has the key of a party.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use iroh::PublicKey;
use iroh_relay::server::{Access, AccessControl, ClientRequest, ConnectionId};

/// Who may use a relay, of those who have its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callers {
    /// All of them.
    Any,
    /// Those who prove that they have one of these keys.
    With(BTreeSet<PublicKey>),
}

impl Callers {
    fn include(&self, key: &PublicKey) -> bool {
        match self {
            Self::Any => true,
            Self::With(keys) => keys.contains(key),
        }
    }
}

/// Lets in who may come, and knows who is there; it tells nobody what was wrong with a token.
pub(super) struct Door {
    token: String,
    state: Mutex<State>,
}

struct State {
    callers: Callers,
    /// How many connections each has that was let in.
    present: BTreeMap<PublicKey, usize>,
}

impl Door {
    pub(super) fn new(token: String, callers: Callers) -> Self {
        let present = BTreeMap::new();
        Self {
            token,
            state: Mutex::new(State { callers, present }),
        }
    }

    /// From now on these are let in, and nobody else.
    pub(super) fn admit(&self, callers: Callers) {
        self.lock().callers = callers;
    }

    /// Those who are there and would not be let in any more.
    pub(super) fn strangers(&self) -> Vec<PublicKey> {
        let state = self.lock();
        let present = state.present.keys().copied();
        present.filter(|key| !state.callers.include(key)).collect()
    }

    /// Whether somebody who has proved to have this key is let in; who is counts as being there.
    fn enter(&self, key: PublicKey, shown: Option<&str>) -> Result<(), &'static str> {
        if !shown.is_some_and(|shown| same(self.token.as_bytes(), shown.as_bytes())) {
            return Err("this relay is for those who have its token");
        }
        let mut state = self.lock();
        if !state.callers.include(&key) {
            return Err("this relay is for the parties that the roster names");
        }
        *state.present.entry(key).or_default() += 1;
        Ok(())
    }

    /// One of the connections has ended of whoever has this key.
    fn leave(&self, key: &PublicKey) {
        let mut state = self.lock();
        if let Some(connections) = state.present.get_mut(key) {
            *connections = connections.saturating_sub(1);
            if *connections == 0 {
                state.present.remove(key);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether both are the same; how long it takes says nothing of where they differ.
fn same(wanted: &[u8], shown: &[u8]) -> bool {
    let differences = wanted
        .iter()
        .zip(shown)
        .fold(0, |all, (a, b)| all | (a ^ b));
    wanted.len() == shown.len() && differences == 0
}

impl AccessControl for Door {
    async fn on_connect(&self, request: &ClientRequest) -> Access {
        let shown = request.auth_token();
        match self.enter(request.endpoint_id(), shown.as_deref()) {
            Ok(()) => Access::Allow,
            Err(why) => Access::Deny {
                reason: Some(why.to_owned()),
            },
        }
    }

    fn on_disconnect(&self, key: PublicKey, _: ConnectionId) {
        self.leave(&key);
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SessionKey;

    const TOKEN: Option<&str> = Some("0123");

    fn keys() -> [PublicKey; 2] {
        [(); 2].map(|()| SessionKey::generate().unwrap().public())
    }

    #[test]
    fn only_the_whole_token_is_right() {
        let door = Door::new("0123".to_owned(), Callers::Any);
        let [one, _] = keys();
        assert_eq!(door.enter(one, TOKEN), Ok(()));
        for wrong in ["", "012", "01234", "0124", "1123"] {
            assert!(door.enter(one, Some(wrong)).is_err(), "{wrong}");
        }
        assert!(door.enter(one, None).is_err());
    }

    #[test]
    fn only_whom_the_roster_names_is_let_in_and_who_it_was_before_is_a_stranger() {
        let [one, two] = keys();
        let door = Door::new("0123".to_owned(), Callers::With(BTreeSet::new()));
        assert!(door.enter(one, TOKEN).is_err(), "there is no roster yet");
        door.admit(Callers::With([one, two].into()));
        for key in [one, two, two] {
            assert_eq!(door.enter(key, TOKEN), Ok(()));
        }
        assert!(door.enter(one, Some("0124")).is_err(), "a key is no token");
        assert_eq!(door.strangers(), []);

        door.admit(Callers::With([one].into()));
        assert!(door.enter(two, TOKEN).is_err(), "it was removed");
        for _ in 0..2 {
            assert_eq!(door.strangers(), [two]);
            door.leave(&two);
        }
        assert_eq!(door.strangers(), []);
    }
}
