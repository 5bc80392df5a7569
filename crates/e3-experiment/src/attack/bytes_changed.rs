//! Bytes are changed on their way: somebody on the path changes one bit in each of some packets while two programs talk,
//! and makes their checksums right again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use e3_conformance::traffic::{self, Connection};
use e3_lab::{Fate, Passing};
use tokio::time::timeout;

use crate::{
    outcome::Notes,
    stage::{between, connected},
};

/// So many packets are changed: enough to hit whatever a stream is made of.
const CHANGED: usize = 12;

/// Shorter ones say nothing but that something has come.
const SHORTEST: usize = 200;

/// Bytes that are said before, and while packets are changed.
const SAID: (usize, usize) = (10_000, 200_000);

/// How long the parties may take to get over it.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn attempt(notes: &mut Notes) -> anyhow::Result<()> {
    let field = connected(2, None).await?;
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(SAID.0, 1000).await?;
    let changed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&changed);
    let _adversaries = between(&field, move |passing| {
        change(passing, &count);
        Fate::Pass
    })?;
    let ending = spoken(&mut talk).await;
    let changed = changed.load(Ordering::Relaxed);
    notes.did(format!(
        "One bit was changed in each of {changed} packets that carried what one party said, with checksums that were right."
    ));
    if changed > 0 {
        ending.note(notes, "what was changed");
    }
    Ok(())
}

/// Changes one bit of a packet, if it is long enough and few have been changed.
pub(super) fn change(passing: &mut Passing<'_>, count: &AtomicUsize) {
    let payload = passing.payload();
    if payload.len() < SHORTEST || count.load(Ordering::Relaxed) >= CHANGED {
        return;
    }
    let mut payload = payload.to_vec();
    let middle = payload.len() / 2;
    if let Some(byte) = payload.get_mut(middle) {
        *byte ^= 1;
    }
    passing.put(&payload);
    count.fetch_add(1, Ordering::Relaxed);
}

/// How a conversation ended that somebody interfered with.
pub(super) enum Ending {
    /// All was heard as it was said.
    Whole,
    /// It ended, or came to a halt, and nothing wrong was heard.
    Ended(String),
    /// A program heard what was not said.
    Wrong(String),
}

/// Lets both ends speak.
pub(super) async fn spoken(talk: &mut Connection) -> Ending {
    match timeout(PATIENCE, talk.exchange(SAID.1, 1000)).await {
        Ok(Ok(())) => Ending::Whole,
        Err(_) => Ending::Ended(format!("it came to a halt for {} s", PATIENCE.as_secs())),
        Ok(Err(error)) => {
            let text = format!("{error:#}");
            if text.contains("is not the one that was sent") {
                Ending::Wrong(text)
            } else {
                Ending::Ended(text)
            }
        }
    }
}

impl Ending {
    pub(super) fn note(self, notes: &mut Notes, what: &str) {
        match self {
            Self::Whole => notes.held(format!(
                "The programs heard {} bytes as they were said, and nothing of {what}.",
                2 * SAID.1
            )),
            Self::Ended(why) => notes.held(format!(
                "No program heard anything of {what}; the connection ended: {why}."
            )),
            Self::Wrong(heard) => {
                notes.broke(format!("A program heard {what}: {heard}."));
            }
        }
    }
}
