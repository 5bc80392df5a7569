//! What those see through whose hands packets pass.

use std::collections::HashSet;

use anyhow::ensure;
use e3_lab::{CaptureOptions, Nat, Point, testing::MemoryFile};
use e3_overlay::Promise;
use e3_session::types::{Dial, Path};

use super::nat::two;
use crate::{
    field::Field,
    infrastructure::Infrastructure,
    sites::cities,
    subject::{overlay, subject},
    traffic,
};

/// Bytes that each party says.
const SAID: usize = 200_000;

/// Bytes that tell a piece of what was said from anything else.
const PIECE: usize = 16;

/// From one piece to the next that is looked for: in every packet there are several.
const STEP: usize = 64;

/// Nobody reads what two parties say: not who sees all packets between sites, whether the parties reach one another over
/// TCP, by hole punching or by a relay alone, nor a relay behind the encryption that it ends itself, where it is tapped.
pub(super) async fn nobody_between_reads_what_is_said() -> anyhow::Result<()> {
    between(Field::lay_out(cities(2), Dial::LowerToHigher).await?, false).await?;
    let overlay = overlay()?;
    if overlay.properties().traverses_nat == Promise::Yes {
        let punched = two(Nat::port_restricted(), Nat::port_restricted());
        let field = Field::lay_out(punched, Dial::LowerToHigher).await?;
        between(field, false).await?;
    }
    if !overlay.services().is_empty() {
        let relayed = two(Nat::port_restricted(), Nat::symmetric());
        let seen = between(Field::with_tap(relayed, Dial::LowerToHigher).await?, true).await?;
        // Each word reaches the relay, and leaves it. What is not looked into there, the suite's page tells.
        if subject()?.is_tapped() {
            unreadable("by the relay", &seen, 4 * SAID)?;
        }
    }
    Ok(())
}

/// Two parties talk, by a relay if that is demanded, and nothing that passes between sites tells what. Gives what a tapped
/// relay has seen.
async fn between(mut field: Field, relayed: bool) -> anyhow::Result<Vec<u8>> {
    let file = MemoryFile::default();
    let points = [Point::WideArea];
    let options = CaptureOptions::default();
    let capture = field.lab.capture(&points, options, file.clone())?;
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    if relayed {
        are_relayed(&field)?;
    }
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(SAID, 1000).await?;
    let tapped = if field.is_tapped() {
        Infrastructure::seen(&field)?
    } else {
        Vec::new()
    };
    field.leave().await?;
    capture.finish()?;
    unreadable("between them", &file.take(), 2 * SAID)?;
    Ok(tapped)
}

/// Every party says that its links go by a relay.
fn are_relayed(field: &Field) -> anyhow::Result<()> {
    for party in &field.parties {
        for link in &party.links {
            ensure!(
                matches!(link.path, Path::Relayed { .. }),
                "between these NATs the link of {} should be relayed, and is {:?}",
                party.name,
                link.path
            );
        }
    }
    Ok(())
}

/// Nothing of what two parties said stands in what somebody has seen, who must have seen so much at least.
fn unreadable(whence: &str, seen: &[u8], least: usize) -> anyhow::Result<()> {
    ensure!(
        seen.len() >= least,
        "only {} bytes were seen {whence}, of {least}: was nothing said?",
        seen.len()
    );
    let pieces = pieces();
    let read = seen
        .windows(PIECE)
        .filter(|window| pieces.contains(*window));
    let read = read.count();
    ensure!(
        read == 0,
        "of what two parties said, {read} pieces of {} can be read {whence}",
        pieces.len()
    );
    Ok(())
}

/// Pieces of what both parties say.
fn pieces() -> HashSet<Vec<u8>> {
    let said = traffic::said(SAID);
    let pieces = said
        .iter()
        .flat_map(|said| said.windows(PIECE).step_by(STEP));
    pieces.map(<[u8]>::to_vec).collect()
}
