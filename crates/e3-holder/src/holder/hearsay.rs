//! What agents say unasked: who is told of it, and how much.
//!
//! An agent may be a hostile member's: what it says is text of limited length that steers no terminal, said once to
//! whoever listens, and no more than a few of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use e3_session::message::Request;
use tokio::sync::mpsc;
use tracing::info;

use super::{link::Unasked, routes::Routes, tell::Tell};
use crate::wire::Tip;

/// Different notices of one host that one listener is told.
const MOST: usize = 16;

/// Characters of a notice; the rest is cut off.
const LONGEST: usize = 500;

/// Who is told what agents notice, if somebody is.
#[derive(Clone, Default)]
pub(crate) struct Hearsay(Arc<Mutex<Option<Listener>>>);

struct Listener {
    tell: Tell,
    /// What it was told, by host.
    told: BTreeMap<String, BTreeSet<String>>,
}

/// Somebody listens as long as this is there.
pub(crate) struct Listening<'a>(&'a Hearsay);

impl Hearsay {
    /// From now on this one is told what agents notice, and nobody else.
    pub(crate) fn tell_to(&self, tell: &Tell) -> Listening<'_> {
        *self.listener() = Some(Listener {
            tell: tell.clone(),
            told: BTreeMap::new(),
        });
        Listening(self)
    }

    /// Passes on what an agent has noticed.
    fn notice(&self, host: &str, text: &str) {
        let text = shown(text);
        info!("{host}: {text}");
        if let Some(listener) = &mut *self.listener() {
            listener.hear(host, &text);
        }
    }

    fn listener(&self) -> MutexGuard<'_, Option<Listener>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        self.0.listener().take();
    }
}

impl Listener {
    fn hear(&mut self, host: &str, text: &str) {
        let told = self.told.entry(host.to_owned()).or_default();
        if told.len() >= MOST || !told.insert(text.to_owned()) {
            return;
        }
        self.tell.notice(Tip::Warning, format!("{host}: {text}"));
        if told.len() == MOST {
            let text = format!("{host} has much to tell: nothing more of it is shown");
            self.tell.notice(Tip::Warning, text);
        }
    }
}

/// What an agent has said, without what could steer a terminal, or fill it.
pub(crate) fn shown(text: &str) -> String {
    let plain = |character: char| match character {
        other if other.is_control() => ' ',
        other => other,
    };
    let mut shown: String = text.chars().take(LONGEST).map(plain).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Delivers sealed messages between the agents, and passes on what they notice.
pub(crate) async fn route(
    mut unasked: mpsc::UnboundedReceiver<Unasked>,
    routes: Routes,
    hearsay: Hearsay,
) {
    while let Some(said) = unasked.recv().await {
        match said {
            Unasked::Notice { host, text } => hearsay.notice(&host, &text),
            Unasked::Carry { host, to, sealed } => {
                let Some((from, link)) = routes.find(&host, to) else {
                    continue;
                };
                if let Err(error) = link.stream(Request::Deliver { from, sealed }) {
                    info!("a message from {host} was not delivered: {error}");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_told_once_while_somebody_listens() {
        let hearsay = Hearsay::default();
        hearsay.notice("ams", "too early");
        let (tell, _events) = Tell::new();
        let listening = hearsay.tell_to(&tell);
        for _ in 0..3 {
            hearsay.notice("ams", "a connection was reset");
            hearsay.notice("home", "a connection was reset");
        }
        drop(listening);
        hearsay.notice("ams", "too late");
        let told = [
            "ams: a connection was reset",
            "home: a connection was reset",
        ];
        assert_eq!(tell.warnings(), told);
        // Another listener has heard nothing yet.
        let (tell, _events) = Tell::new();
        let _listening = hearsay.tell_to(&tell);
        hearsay.notice("ams", "a connection was reset");
        assert_eq!(tell.warnings(), told[..1]);
    }

    #[test]
    fn an_agent_that_floods_is_not_listened_to_for_long() {
        let hearsay = Hearsay::default();
        let (tell, _events) = Tell::new();
        let _listening = hearsay.tell_to(&tell);
        for number in 0..10_000 {
            hearsay.notice("ams", &format!("{number}"));
        }
        hearsay.notice("home", &format!("\u{1b}[2J{}", "x".repeat(10_000)));
        let told = tell.warnings();
        assert_eq!(told.len(), MOST + 2);
        assert!(told[MOST].contains("nothing more"), "{told:?}");
        let last = &told[MOST + 1];
        assert!(last.starts_with("home:  [2Jxxx"), "{last:?}");
        assert_eq!(last.chars().count(), "home: ".len() + LONGEST + 1);
    }
}
