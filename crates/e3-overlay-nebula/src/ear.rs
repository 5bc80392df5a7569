//! Hears what nebula says, line by line as it comes, and logs what is not too much.

use std::time::Instant;

use serde_json::Value;
use tokio::sync::mpsc;

use crate::{
    chatter::{Chatter, Heard},
    log::Event,
    watch::Watch,
};

/// Words that may wait: one that it is up, and one alarm, after which nothing more matters.
const WORDS: usize = 4;

/// What whoever has started nebula has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// It is up.
    Active,
    /// Programs must not go on, for this reason.
    Alarm(String),
}

/// What hears every line of a daemon, and what it tells.
pub(crate) fn ear(
    source: &'static str,
    watch: Watch,
) -> (
    impl FnMut(&str) -> bool + Send + 'static,
    mpsc::Receiver<Word>,
) {
    let (teller, words) = mpsc::channel(WORDS);
    let mut chatter = Chatter::default();
    let hear = move |line: &str| {
        let word = match Event::read(line) {
            Some(Event::Active) => Some(Word::Active),
            Some(event) => watch.heed(event).map(Word::Alarm),
            None => None,
        };
        if let Some(word) = word {
            // Where there is no room, there has been an alarm.
            let _ = teller.try_send(word);
        }
        match chatter.hear(&kind(line), Instant::now()) {
            Heard::Hidden => false,
            Heard::Logged { hidden: 0 } => true,
            Heard::Logged { hidden } => {
                tracing::info!("{source}: {hidden} lines like the next one were not logged");
                true
            }
        }
    };
    (hear, words)
}

/// What kind of line it is: lines of a kind differ in what they tell of whom.
pub(crate) fn kind(line: &str) -> String {
    let line: Option<Value> = serde_json::from_str(line).ok();
    let said = line.as_ref().and_then(|line| line.get("msg")?.as_str());
    said.unwrap_or_default().to_owned()
}
