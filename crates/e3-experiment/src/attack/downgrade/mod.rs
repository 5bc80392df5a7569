//! Both ends are made to use a weaker mode: somebody on the path takes their datagrams, or their TCP, so that they look for
//! another way, and hides that they speak the newest TLS; the organizer ([`organizer`]) tells one of them to use an overlay
//! that protects nothing, or another mode than the other.

mod organizer;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use e3_conformance::{field::Field, traffic};
use e3_lab::{CaptureOptions, Carries, Fate, Passing, Point, testing::MemoryFile};

use super::bytes_changed::{Ending, spoken};
use crate::{
    outcome::{Notes, reason},
    readable::readable,
    stage::{both_ways, connect, introduced},
};

pub(super) async fn attempt(notes: &mut Notes) -> anyhow::Result<()> {
    let begun = Instant::now();
    taken(notes, "UDP", Carries::Udp).await?;
    taken(notes, "TCP", Carries::Tcp).await?;
    let hidden = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&hidden);
    on_the_path(
        notes,
        "it was hidden that they speak TLS 1.3",
        move |passing| {
            if let Some(older) = without_newest(passing.payload()) {
                passing.put(&older);
                count.fetch_add(1, Ordering::Relaxed);
            }
            Fate::Pass
        },
    )
    .await?;
    let hidden = hidden.load(Ordering::Relaxed);
    notes.did(format!(
        "{hidden} offers of TLS 1.3 were changed into offers of TLS 1.2."
    ));

    organizer::attempt(notes, begun).await
}

/// Nothing that is carried like that gets from one party to the other.
async fn taken(notes: &mut Notes, what: &str, carries: Carries) -> anyhow::Result<()> {
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    on_the_path(notes, &format!("their {what} was taken"), move |passing| {
        if passing.carries() != Some(carries) {
            return Fate::Pass;
        }
        count.fetch_add(1, Ordering::Relaxed);
        Fate::Take
    })
    .await?;
    notes.did(format!(
        "{} packets were taken.",
        taken.load(Ordering::Relaxed)
    ));
    Ok(())
}

/// Somebody stands between two parties while they connect and talk, and reads what they say.
async fn on_the_path(
    notes: &mut Notes,
    what: &str,
    deed: impl FnMut(&mut Passing<'_>) -> Fate + Clone + Send + 'static,
) -> anyhow::Result<()> {
    let mut field = introduced(2, None).await?;
    let adversaries = both_ways(&field.lab, &deed)?;
    seen(notes, &mut field, &format!("Where {what}")).await?;
    drop(adversaries);
    Ok(())
}

/// The parties connect and talk, if they do, and somebody reads what passes between them.
async fn seen(notes: &mut Notes, field: &mut Field, what: &str) -> anyhow::Result<()> {
    let file = MemoryFile::default();
    let points = [Point::WideArea];
    let capture = field
        .lab
        .capture(&points, CaptureOptions::default(), file.clone())?;
    let talked = talked(field).await;
    capture.finish()?;
    let (found, pieces) = readable(&file.take());
    let whether = match &talked {
        Ok(()) => "the parties talked".to_owned(),
        Err(error) => format!("the parties did not talk ({})", reason(error)),
    };
    if found > 0 {
        notes.broke(format!(
            "{what}, {whether}, and {found} of {pieces} pieces of what they would say could be read between them."
        ));
    } else {
        notes.held(format!(
            "{what}, {whether}, and none of {pieces} pieces of what they would say could be read between them."
        ));
    }
    Ok(())
}

/// Connects the parties, who say something to one another.
async fn talked(field: &mut Field) -> anyhow::Result<()> {
    connect(field).await?;
    let mut talk = traffic::connect(field, 0, 1).await?;
    match spoken(&mut talk).await {
        Ending::Whole => Ok(()),
        Ending::Ended(why) | Ending::Wrong(why) => anyhow::bail!("{why}"),
    }
}

/// The beginning of a TLS connection, with the highest version offered that is below 1.3 (RFC 8446, section 4.2.1:
/// extension 43, a list of versions); none of anything else.
fn without_newest(payload: &[u8]) -> Option<Vec<u8>> {
    const HANDSHAKE: u8 = 22;
    const EXTENSION: [u8; 2] = [0, 43];
    const NEWEST: [u8; 2] = [3, 4];
    if *payload.first()? != HANDSHAKE {
        return None;
    }
    let places = payload.windows(2).enumerate();
    let extensions = places.filter(|(_, pair)| *pair == EXTENSION);
    let mut newest = extensions.filter_map(|(at, _)| {
        // Length of the extension and of the list, then the versions.
        let versions = at + 5;
        let list = usize::from(*payload.get(at + 4)?);
        let all = payload.get(versions..versions + list)?;
        let place = all.chunks(2).position(|version| version == NEWEST)?;
        Some(versions + place * 2 + 1)
    });
    let at = newest.next()?;
    let mut older = payload.to_vec();
    *older.get_mut(at)? = 3;
    Some(older)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_hidden_and_nothing_else() {
        let hello = [22, 3, 1, 0, 20, 9, 9, 0, 43, 0, 5, 4, 3, 4, 3, 3, 8];
        let mut older = hello;
        older[13] = 3;
        assert_eq!(without_newest(&hello), Some(older.to_vec()));
        assert_eq!(without_newest(&older), None);
        assert_eq!(without_newest(&[23, 0, 43, 0, 3, 2, 3, 4]), None);
        assert_eq!(without_newest(&[22, 0, 43, 0, 3, 9, 3, 4]), None);
    }
}
