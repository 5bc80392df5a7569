//! Recorded traffic is opened later, with all private keys that somebody could have got hold of: those of identities, of the
//! authority, of services, whatever an overlay has kept in files, and those that it has introduced its parties with, even
//! where no file has ever had them. What is left out is what a session is to be safe by: keys that were made for one
//! handshake and thrown away.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use anyhow::Context as _;
use e3_conformance::{field::Field, subject::overlay};
use e3_lab::{CaptureOptions, Carries, Fate, Passing, Point, testing::MemoryFile};
use e3_unseal::{Conversation, Keys, Protocol, Recorded, conversations};

use crate::{
    memory,
    outcome::{Notes, reason},
    readable::readable,
    recording::Recording,
    stage::{all_around, both_ways, introduced, recorded},
    stolen::Stolen,
};

/// Where keys may be left: in the folders of identities and of agents, which are those of all hosts.
const FOLDERS: [&str; 2] = ["identities", "agents"];

/// So many datagrams are tried as letters: the first, among which handshakes are, and many that carry words.
const DATAGRAMS: usize = 300;

/// Bytes that are said in the session that is recorded.
const SAID: usize = 200_000;

pub(super) async fn attempt(notes: &mut Notes) -> anyhow::Result<()> {
    let found = one_session(notes, None).await?;
    if found.contains(&Protocol::Tls) {
        // What rides on TCP may ride on datagrams, too.
        notes.did("Then TCP between the parties was taken, so that they look for another way.");
        if let Err(error) = one_session(notes, Some(Carries::Tcp)).await {
            notes.did(format!("They did not talk: {}.", reason(&error)));
        }
    }
    Ok(())
}

/// Records a session, from which whatever is carried like that is taken on the direct way, and tries to open it. Gives what
/// the parties spoke with one another.
async fn one_session(
    notes: &mut Notes,
    taken: Option<Carries>,
) -> anyhow::Result<BTreeSet<Protocol>> {
    let mut field = introduced(2, None).await?;
    let recording = Recording::default();
    let keeps = recording.clone();
    let mut on_paths = all_around(&field, move |passing| {
        keeps.keep(passing);
        Fate::Pass
    })?;
    if taken.is_some() {
        on_paths.extend(both_ways(&field.lab, &move |passing: &mut Passing<'_>| {
            if passing.carries() == taken {
                Fate::Take
            } else {
                Fate::Pass
            }
        })?);
    }
    let file = MemoryFile::default();
    let points = [Point::WideArea];
    let capture = field
        .lab
        .capture(&points, CaptureOptions::default(), file.clone())?;
    recorded(&mut field, on_paths, SAID).await?;
    let introduced = introductions(&field)?;
    let mut seized = in_files(&field);
    let held = in_memory(&field, &introduced)?;
    notes.did(format!(
        "While the parties talked, {} private keys stood in the files of all hosts; the memory of the parties' processes had {} with which the overlay had introduced them.",
        seized.count(),
        held.len()
    ));
    field.leave().await?;
    capture.finish()?;
    let (found, pieces) = readable(&file.take());
    if found > 0 {
        notes.broke(format!(
            "Of {pieces} pieces of what two parties said, {found} could be read without any key."
        ));
        return Ok(BTreeSet::new());
    }

    let left = in_files(&field);
    tell_of_left(notes, &field, &left, &introduced);
    seized.merge(left);
    let kept = recording.recorded();
    letters(notes, &seized, &kept);
    let keys = Keys::new(seized.secrets().chain(held));
    let conversations = conversations(&kept, &keys);
    handshakes(notes, &conversations, keys.count());
    let services = field.services().iter().flat_map(|one| &one.addresses);
    let services: Vec<_> = services.copied().collect();
    let direct = conversations.iter().filter(|one| {
        let ends = [one.from.ip(), one.to.ip()];
        !ends.iter().any(|end| services.contains(end))
    });
    Ok(direct.map(|one| one.protocol).collect())
}

/// The public bytes with which the overlay has introduced each party.
fn introductions(field: &Field) -> anyhow::Result<Vec<Vec<u8>>> {
    let name = overlay()?.name();
    let public = field.roster.parties.iter().map(|entry| {
        let public = entry.introduction.overlays.get(name);
        let public = public.context("a party has introduced itself without the overlay")?;
        Ok(public.to_vec())
    });
    public.collect()
}

fn folders(field: &Field) -> impl Iterator<Item = PathBuf> {
    FOLDERS.into_iter().map(|name| field.folder(name))
}

fn in_files(field: &Field) -> Stolen {
    let mut stolen = Stolen::default();
    for folder in folders(field) {
        stolen.merge(Stolen::below(&folder));
    }
    stolen
}

/// The private halves of what the overlay has introduced, which may never have stood in a file.
fn in_memory(field: &Field, introduced: &[Vec<u8>]) -> anyhow::Result<BTreeSet<[u8; 32]>> {
    let mut found = BTreeSet::new();
    for (party, public) in field.parties.iter().zip(introduced) {
        for process in memory::family(party.process()) {
            found.extend(memory::private_halves(process, public)?);
        }
    }
    Ok(found)
}

/// What of it was still there once the parties had left.
fn tell_of_left(notes: &mut Notes, field: &Field, left: &Stolen, introduced: &[Vec<u8>]) {
    let used = left.belonging_to(&introduced.concat());
    for path in &used {
        let mut folders = folders(field);
        let short = folders.find_map(|folder| path.strip_prefix(folder).ok());
        notes.did(format!(
            "A private key that the overlay had used was left after the session, in {}.",
            short.unwrap_or(path).display()
        ));
    }
    if used.is_empty() {
        notes.did(format!(
            "Of {} that were left in files once the parties had left, none is one that the overlay had introduced them with.",
            left.count()
        ));
    }
}

/// Each key as the one that something was sealed to, which takes no handshake.
fn letters(notes: &mut Notes, keys: &Stolen, recorded: &Recorded) {
    let streams = recorded.streams.iter().map(|said| keys.opens(&said.bytes));
    let letters = recorded.datagrams.iter().take(DATAGRAMS);
    let letters = letters.filter_map(|letter| keys.opens_datagram(&letter.bytes));
    let opened: Vec<u8> = streams.chain(letters).flatten().collect();
    let tried = format!(
        "Each key was tried on {} recorded streams and {} datagrams as the one that they were sealed to",
        recorded.streams.len(),
        recorded.datagrams.len().min(DATAGRAMS)
    );
    match readable(&opened) {
        (0, _) => notes.did(format!("{tried}: nothing could be read.")),
        (found, pieces) => notes.broke(format!(
            "{tried}: {found} of {pieces} pieces of what two parties had said could be read."
        )),
    }
}

/// Each key in the place of each that was agreed with in a handshake.
fn handshakes(notes: &mut Notes, conversations: &[Conversation], keys: usize) {
    let mut by_protocol: BTreeMap<Protocol, Vec<&Conversation>> = BTreeMap::new();
    for conversation in conversations {
        let those = by_protocol.entry(conversation.protocol).or_default();
        those.push(conversation);
    }
    if by_protocol.is_empty() {
        notes.did("No handshake was recorded that could be taken apart.");
    }
    for (protocol, those) in by_protocol {
        let opened = those.iter().flat_map(|one| &one.opened).copied();
        let (found, pieces) = readable(&opened.collect::<Vec<_>>());
        let tried: usize = those.iter().map(|one| one.tried).sum();
        let told: BTreeSet<_> = those
            .iter()
            .flat_map(|one| &one.handshake)
            .copied()
            .collect();
        let told: Vec<_> = told.into_iter().collect();
        let what = format!(
            "Of {} conversations by {protocol}, with {keys} keys, each in the place of each that was agreed with ({tried} secrets)",
            those.len()
        );
        if found > 0 {
            notes.broke(format!(
                "{what}, {found} of {pieces} pieces of what two parties had said could be read."
            ));
        } else if tried > 0 {
            notes.held(format!("{what}, nothing of what was said could be read."));
        }
        if !told.is_empty() {
            notes.did(format!(
                "Of their handshakes was opened: {}.",
                told.join("; ")
            ));
        }
        let barred: BTreeSet<_> = those.iter().filter_map(|one| one.barred).collect();
        for why in barred {
            notes.did(format!(
                "Of one by {protocol} nothing could be derived: {why}."
            ));
        }
    }
}
