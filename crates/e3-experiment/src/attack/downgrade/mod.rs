//! Both ends are made to use a weaker mode: somebody on the path takes their datagrams, so that they look for another way,
//! and hides that they speak the newest TLS; the organizer tells one of them to use an overlay that protects nothing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Context as _;
use e3_conformance::{
    field::{Field, unendorsed},
    party::Party,
    subject::subject,
    traffic,
};
use e3_identity::introduction::LIFETIME;
use e3_lab::{Adversary, CaptureOptions, Carries, Fate, Lab, Passing, Point, testing::MemoryFile};
use e3_session::message::{Reply, Request, Settings};

use super::bytes_changed::{Ending, spoken};
use crate::{
    outcome::{Notes, reason},
    readable::readable,
    stage::{connect, introduced},
};

/// The overlay that protects nothing.
const WEAKEST: &str = "direct";

/// Both parties' hosts, in both directions.
const WAYS: [(&str, &str); 2] = [("p0", "p1"), ("p1", "p0")];

pub(super) async fn attempt(notes: &mut Notes) -> anyhow::Result<()> {
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    on_the_path(notes, "their datagrams were taken", move |passing| {
        if passing.carries() != Some(Carries::Udp) {
            return Fate::Pass;
        }
        count.fetch_add(1, Ordering::Relaxed);
        Fate::Take
    })
    .await?;
    notes.did(format!(
        "{} datagrams were taken.",
        taken.load(Ordering::Relaxed)
    ));

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

    by_the_organizer(notes).await
}

/// Somebody stands between two parties while they connect and talk, and reads what they say.
async fn on_the_path(
    notes: &mut Notes,
    what: &str,
    deed: impl FnMut(&mut Passing<'_>) -> Fate + Clone + Send + 'static,
) -> anyhow::Result<()> {
    let mut field = introduced(2, None).await?;
    let _adversaries = both_ways(&field.lab, &deed)?;
    let file = MemoryFile::default();
    let points = [Point::WideArea];
    let capture = field
        .lab
        .capture(&points, CaptureOptions::default(), file.clone())?;
    if let Err(error) = talked(&mut field).await {
        notes.held(format!(
            "Where {what}, the parties did not talk: {}.",
            reason(&error)
        ));
        return Ok(());
    }
    drop(field);
    capture.finish()?;
    read(notes, &file.take(), &format!("Where {what}"));
    Ok(())
}

fn both_ways(
    lab: &Lab,
    deed: &(impl FnMut(&mut Passing<'_>) -> Fate + Clone + Send + 'static),
) -> anyhow::Result<Vec<Adversary>> {
    let ways = WAYS.into_iter();
    ways.map(|(from, to)| Ok(lab.adversary(from, to, deed.clone())?))
        .collect()
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

/// Whether what two parties said can be read in what was captured.
fn read(notes: &mut Notes, captured: &[u8], what: &str) {
    let (found, pieces) = readable(captured);
    if found > 0 {
        notes.broke(format!(
            "{what}, the parties talked, and {found} of {pieces} pieces of what they said could be read between them."
        ));
    } else {
        notes.held(format!(
            "{what}, the parties talked, and none of {pieces} pieces of what they said could be read between them."
        ));
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

/// One party is told to use an overlay that protects nothing, and the other the one that was agreed upon.
async fn by_the_organizer(notes: &mut Notes) -> anyhow::Result<()> {
    let overlay = subject()?.overlay;
    if overlay == WEAKEST {
        notes.did("There is no weaker overlay that a party could be told to use.");
        return Ok(());
    }
    let mut field = introduced(2, None).await?;
    let what = format!("Where one party was told to use {WEAKEST} instead of {overlay}");
    let file = MemoryFile::default();
    let points = [Point::WideArea];
    let capture = field
        .lab
        .capture(&points, CaptureOptions::default(), file.clone())?;
    let weakened = weaken(&mut field).await;
    let done = match weakened {
        Ok(()) => talked(&mut field).await,
        Err(error) => Err(error),
    };
    if let Err(error) = done {
        notes.held(format!(
            "{what}, the parties did not talk: {}.",
            reason(&error)
        ));
        return Ok(());
    }
    drop(field);
    capture.finish()?;
    read(notes, &file.take(), &what);
    Ok(())
}

/// The second party has another agent, which is told to use the other overlay.
async fn weaken(field: &mut Field) -> anyhow::Result<()> {
    let old = field.party_mut(1)?;
    old.kill()?;
    let (host, name) = (old.host.clone(), old.name.clone());
    let mut party = Party::start(&host, &name, None)?;
    let folder = field.folder("weakened");
    party.greet(field.roster.session, &folder).await?;
    let settings = Settings {
        overlay: WEAKEST.to_owned(),
        options: field.given().1.clone(),
        policy: field.trust.policy(),
        services: Vec::new(),
    };
    party.request(Request::Prepare(settings)).await?;
    let introduce = Request::Introduce {
        lifetime_s: LIFETIME,
        identity: Some(field.trust.folder(&name).display().to_string()),
        addresses: Vec::new(),
        network: Vec::new(),
    };
    let introduction = match party.request(introduce).await? {
        Reply::Introduced { introduction } => introduction,
        other => anyhow::bail!("{name} has not introduced itself: {other:?}"),
    };
    let place = field.roster.parties.get_mut(1);
    *place.context("no second party")? = unendorsed(&name, introduction)?;
    *field.party_mut(1)? = party;
    Ok(())
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
