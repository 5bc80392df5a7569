//! What those see through whose hands packets pass.

use std::collections::HashSet;

use anyhow::ensure;
use e3_lab::{CaptureOptions, Nat, Point};
use e3_session::types::Dial;

use super::{announced::Shared, nat::two};
use crate::{field::Field, sites::cities, subject::overlay, traffic};

/// Bytes that each party says.
const SAID: usize = 200_000;

/// Bytes that tell a piece of what was said from anything else.
const PIECE: usize = 16;

/// From one piece to the next that is looked for: in every packet there are several.
const STEP: usize = 64;

/// Everything that passes between sites is captured, and so is all that a relay sees where there is one, since NATs leave
/// no other way. Nothing of what two parties say is in it.
pub(super) async fn nobody_between_reads_what_is_said() -> anyhow::Result<()> {
    let relayed = !overlay()?.services().is_empty();
    let sites = if relayed {
        two(Nat::port_restricted(), Nat::symmetric())
    } else {
        cities(2)
    };
    let mut field = Field::lay_out(sites, Dial::LowerToHigher).await?;
    let file = Shared::default();
    let points = [Point::WideArea];
    let options = CaptureOptions::default();
    let capture = field.lab.capture(&points, options, file.clone())?;
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(SAID, 1000).await?;
    field.leave().await?;
    capture.finish()?;
    let seen = file.take();
    // What is relayed is seen twice; in any case both parties' words must have passed.
    let least = if relayed { 4 * SAID } else { 2 * SAID };
    ensure!(
        seen.len() >= least,
        "only {} bytes were captured of {least}: was nothing said?",
        seen.len()
    );
    let pieces = pieces();
    let read = seen
        .windows(PIECE)
        .filter(|window| pieces.contains(*window));
    let read = read.count();
    ensure!(
        read == 0,
        "of what two parties said, {read} pieces of {} can be read between them",
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
