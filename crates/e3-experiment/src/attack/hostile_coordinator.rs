//! The coordinator or relay turns hostile: it reads and changes what it carries, ends, and hands out what no roster says.

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicUsize, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use e3_conformance::{
    field::Field,
    infrastructure::Infrastructure,
    sites::{cities, name_of, site},
    subject::overlay,
    traffic::{self, Connection},
};
use e3_lab::{CaptureOptions, Fate, Nat, Point, Site, testing::MemoryFile};
use e3_overlay::ServiceKind;
use e3_session::types::{Dial, Path as LinkPath};

use super::bytes_changed::{Ending, change, spoken};
use crate::{
    outcome::{Notes, Outcome, reason},
    readable::readable,
    stage::{connect, connected},
};

/// Something untrue that whoever runs a coordinator can make it say to parties that have to believe it.
#[derive(Debug, Clone, Copy)]
pub struct Falsehood {
    /// What it does, as in `adds a node`.
    pub what: &'static str,
    /// Makes the coordinator whose files are in this folder, or below it, say it.
    pub tell: fn(&Path) -> anyhow::Result<()>,
}

/// How soon parties must be told.
const SOON: Duration = Duration::from_secs(8);

pub(super) async fn attempt(mut notes: Notes, falsehoods: &[Falsehood]) -> anyhow::Result<Outcome> {
    let overlay = overlay()?;
    if overlay.services().is_empty() {
        return Ok(Outcome::not_applicable(
            "nobody but the parties takes part in it",
        ));
    }
    let traverses = overlay.properties().traverses_nat.is_given();
    carries(&mut notes, traverses).await?;
    for falsehood in falsehoods {
        says(&mut notes, falsehood).await?;
    }
    if falsehoods.is_empty() && overlay.services().contains(&ServiceKind::Coordinator) {
        anyhow::bail!("it is not known how to make this coordinator say what is untrue");
    }
    Ok(notes.conclude())
}

/// Two parties that reach one another by the relay alone, where the overlay looks for other ways.
fn apart(traverses: bool) -> Vec<Site> {
    if !traverses {
        return cities(2);
    }
    vec![
        site("ams3", "ams3", Nat::port_restricted(), vec![name_of(0)]),
        site("nyc3", "nyc3", Nat::symmetric(), vec![name_of(1)]),
    ]
}

/// What it carries, it reads, changes, and carries no more.
async fn carries(notes: &mut Notes, traverses: bool) -> anyhow::Result<()> {
    let mut field = Field::lay_out(apart(traverses), Dial::LowerToHigher).await?;
    let hub = field.services().first().context("no service is up")?;
    let hub = hub.host.clone();
    let file = MemoryFile::default();
    let points = [Point::Outside(hub.clone())];
    let capture = field
        .lab
        .capture(&points, CaptureOptions::default(), file.clone())?;
    connect(&mut field).await?;
    let relayed = |path: &LinkPath| matches!(path, LinkPath::Relayed { .. });
    let mut links = field.parties.iter().flat_map(|party| &party.links);
    if !links.all(|link| relayed(&link.path)) {
        notes.did("The parties say that they reach one another past it.");
    }
    let mut talk = traffic::connect(&field, 0, 1).await?;
    if let Ending::Ended(why) | Ending::Wrong(why) = spoken(&mut talk).await {
        anyhow::bail!("the parties do not talk before anybody attacks: {why}");
    }
    let tapped = field.is_tapped().then(|| Infrastructure::seen(&field));
    capture.finish()?;
    let seen = file.take();
    let (found, pieces) = readable(&seen);
    let passed = seen.len();
    if found > 0 {
        notes.broke(format!("Of {pieces} pieces of what two parties said, it could read {found} in {passed} bytes that passed its host."));
    } else {
        notes.held(format!("Of {pieces} pieces of what two parties said, none could be read in {passed} bytes that passed its host."));
    }
    if tapped.is_none() {
        notes.did("What it reads behind encryption of its own was not looked into.");
    }
    if let Some(tapped) = tapped.transpose()? {
        let (found, pieces) = readable(&tapped);
        if found > 0 {
            notes.broke(format!(
                "Behind its own encryption it could read {found} of {pieces} pieces."
            ));
        } else {
            notes.held(format!(
                "Behind its own encryption it could read none of {pieces} pieces."
            ));
        }
    }

    changes(notes, &field, &hub, &mut talk).await?;

    let mut talk = traffic::connect(&field, 0, 1).await?;
    let Some(infrastructure) = &mut field.infrastructure else {
        return Ok(());
    };
    infrastructure.kill()?;
    let ended = "Then it ended without a word";
    match spoken(&mut talk).await {
        Ending::Whole => notes.held(format!("{ended}, and the programs talked on.")),
        Ending::Ended(why) => notes.held(format!(
            "{ended}, and the programs heard nothing that was not said: {why}."
        )),
        Ending::Wrong(heard) => notes.broke(format!(
            "{ended}, and a program heard what was not said: {heard}."
        )),
    }
    Ok(())
}

/// It changes what it carries.
async fn changes(
    notes: &mut Notes,
    field: &Field,
    hub: &str,
    talk: &mut Connection,
) -> anyhow::Result<()> {
    let changed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&changed);
    let _changing = field.lab.adversary(hub, "p1", move |passing| {
        change(passing, &count);
        Fate::Pass
    })?;
    let ending = spoken(talk).await;
    let changed = changed.load(Ordering::Relaxed);
    notes.did(format!(
        "One bit was changed in each of {changed} packets that came from it."
    ));
    if changed > 0 {
        ending.note(notes, "what it changed");
    }
    Ok(())
}

/// Parties that are connected hear what no roster says.
async fn says(notes: &mut Notes, falsehood: &Falsehood) -> anyhow::Result<()> {
    let Falsehood { what, tell } = falsehood;
    let mut field = connected(2, None).await?;
    tell(&field.folder("agents"))?;
    let told = Instant::now();
    // A program that is begun anew is how a party is asked whether it would go on.
    while told.elapsed() < SOON {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let Err(error) = field.look_around().await {
            notes.detected(format!(
                "Where it {what}, the parties were told within {} s, and begin no program any more: {}.",
                told.elapsed().as_secs() + 1,
                reason(&error)
            ));
            return Ok(());
        }
    }
    notes.broke(format!(
        "Where it {what}, the parties still began programs {} s later, as if nothing had happened.",
        SOON.as_secs()
    ));
    Ok(())
}
