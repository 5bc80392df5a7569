//! Recorded traffic is opened later, with all private keys that are left on the hosts once the parties have left: those of
//! identities, of the authority, of services, and whatever an overlay has kept.

use anyhow::Context as _;
use e3_conformance::{field::Field, subject::overlay, traffic};
use e3_lab::{CaptureOptions, Fate, Point, testing::MemoryFile};

use super::bytes_changed::{Ending, spoken};
use crate::{
    outcome::Notes,
    readable::readable,
    recording::Recording,
    stage::{between, connect, introduced},
    stolen::Stolen,
};

/// Where keys may be left: in the folders of identities and of agents, which are those of all hosts.
const FOLDERS: [&str; 2] = ["identities", "agents"];

/// So many datagrams are tried: the first, among which handshakes are, and many that carry words.
const DATAGRAMS: usize = 300;

pub(super) async fn attempt(notes: &mut Notes) -> anyhow::Result<()> {
    let mut field = introduced(2, None).await?;
    let recording = Recording::default();
    let kept = recording.clone();
    let recorder = between(&field, move |passing| {
        kept.keep(passing);
        Fate::Pass
    })?;
    let file = MemoryFile::default();
    let points = [Point::WideArea];
    let capture = field
        .lab
        .capture(&points, CaptureOptions::default(), file.clone())?;
    connect(&mut field).await?;
    let mut talk = traffic::connect(&field, 0, 1).await?;
    if let Ending::Ended(why) | Ending::Wrong(why) = spoken(&mut talk).await {
        anyhow::bail!("the parties do not talk before anybody attacks: {why}");
    }
    drop((talk, recorder));
    let used = used(&field)?;
    field.leave().await?;
    capture.finish()?;
    let (found, pieces) = readable(&file.take());
    if found > 0 {
        notes.broke(format!(
            "Of {pieces} pieces of what two parties said, {found} could be read without any key."
        ));
        return Ok(());
    }

    let mut opened = Vec::new();
    let mut keys = 0;
    let (streams, datagrams) = (recording.streams(), recording.datagrams());
    let mut were_used = 0;
    for folder in FOLDERS.map(|name| field.folder(name)) {
        let stolen = Stolen::below(&folder);
        keys += stolen.count();
        for path in stolen.belonging_to(&used) {
            were_used += 1;
            let name = path.strip_prefix(&folder).unwrap_or(path).display();
            notes.did(format!(
                "A private key that the overlay had used was left after the session, in {name}."
            ));
        }
        opened.extend(streams.iter().flat_map(|said| stolen.opens(&said.bytes)));
        let letters = datagrams.iter().take(DATAGRAMS);
        opened.extend(
            letters
                .filter_map(|datagram| stolen.opens_datagram(datagram))
                .flatten(),
        );
    }
    notes.did(format!(
        "After the parties had left, {keys} private keys were found in the files of all hosts, and each was tried on {} recorded streams and {} datagrams as the key that they were sealed to.",
        streams.len(),
        datagrams.len().min(DATAGRAMS)
    ));
    if were_used == 0 {
        notes.did("None of them is one that the overlay had introduced the parties with.");
    }
    let (found, pieces) = readable(&opened);
    if found > 0 {
        notes.broke(format!(
            "With them, {found} of {pieces} pieces of what two parties had said could be read."
        ));
    } else if keys > 0 {
        notes.held(format!(
            "With them, none of {pieces} pieces of what two parties had said could be read."
        ));
    }
    Ok(())
}

/// The public bytes with which the overlay has introduced the parties.
fn used(field: &Field) -> anyhow::Result<Vec<u8>> {
    let name = overlay()?.name();
    let mut used = Vec::new();
    for entry in &field.roster.parties {
        let public = entry.introduction.overlays.get(name);
        let public = public.context("a party has introduced itself without the overlay")?;
        used.extend_from_slice(public);
    }
    Ok(used)
}
