//! Packets are recorded, and sent again into the same session: as they were, while the programs talk on; and what was in
//! them in the place of what later ones carry, with checksums and numbers that are right.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use e3_conformance::traffic;
use e3_lab::{Fate, Passing};

use super::bytes_changed::spoken;
use crate::{
    outcome::Notes,
    recording::Recording,
    stage::{between, connected},
};

/// So many later packets get what was in earlier ones.
const REPLACED: usize = 12;

/// Shorter ones say nothing but that something has come.
const SHORTEST: usize = 200;

/// So many packets are sent again as they were.
const AGAIN: usize = 200;

/// What an adversary remembers: of each length the first.
type Before = BTreeMap<usize, Vec<u8>>;

pub(super) async fn attempt(notes: &mut Notes) -> anyhow::Result<()> {
    let field = connected(2, None).await?;
    let mut talk = traffic::connect(&field, 0, 1).await?;
    let recording = Recording::default();
    let switched = Arc::new(AtomicBool::new(false));
    let replaced = Arc::new(AtomicUsize::new(0));
    let mut before = Before::new();
    let (kept, switch, count) = (
        recording.clone(),
        Arc::clone(&switched),
        Arc::clone(&replaced),
    );
    let adversaries = between(&field, move |passing| {
        if switch.load(Ordering::Relaxed) {
            replace(passing, &before, &count);
        } else {
            kept.keep(passing);
            remember(passing, &mut before);
        }
        Fate::Pass
    })?;
    talk.exchange(100_000, 1000).await?;

    let packets = recording.packets();
    let mut sent = 0;
    for packet in packets.iter().take(AGAIN) {
        for adversary in &adversaries {
            adversary.send(packet)?;
        }
        sent += 1;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    if sent > 0 {
        notes.did(format!(
            "{sent} packets that had carried what one party said were sent again as they were."
        ));
        spoken(&mut talk).await.note(notes, "what was sent again");
    }

    switched.store(true, Ordering::Relaxed);
    let ending = spoken(&mut talk).await;
    let replaced = replaced.load(Ordering::Relaxed);
    notes.did(format!(
        "What {replaced} packets carried was replaced by what earlier ones of the same length had carried."
    ));
    if replaced > 0 {
        ending.note(notes, "what was said before, said again");
    }
    Ok(())
}

fn remember(passing: &Passing<'_>, before: &mut Before) {
    let payload = passing.payload();
    if payload.len() >= SHORTEST {
        before
            .entry(payload.len())
            .or_insert_with(|| payload.to_vec());
    }
}

fn replace(passing: &mut Passing<'_>, before: &Before, count: &AtomicUsize) {
    if count.load(Ordering::Relaxed) >= REPLACED {
        return;
    }
    if let Some(earlier) = before.get(&passing.payload().len()) {
        passing.put(earlier);
        count.fetch_add(1, Ordering::Relaxed);
    }
}
