//! Members come while others go on.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use e3_session::types::Dial;

use crate::{
    field::{Field, PORT, cities},
    traffic,
};

/// A third party joins; what the first two were saying to one another goes on.
pub(super) async fn a_party_is_added_while_others_talk() -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(3), Dial::LowerToHigher).await?;
    // The third is there, but not a member yet.
    let late = field.parties.pop().context("no third party")?;
    let late_entry = field.roster.parties.pop().context("no third party")?;
    field.admit().await?;
    field.connect().await?;
    let talk = traffic::connect(&field, 0, 1, PORT)?;
    talk.exchange(1000, 100)?;

    field.parties.push(late);
    field.roster.parties.push(late_entry);
    field.admit().await?;
    let start = Instant::now();
    field.connect().await?;
    ensure!(
        start.elapsed() < Duration::from_secs(4),
        "a change of the roster took {:?}: somebody waited in vain",
        start.elapsed()
    );
    talk.exchange(1000, 100)?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    for index in 0..3 {
        let links = &field.party(index)?.links;
        ensure!(
            links.len() == 2,
            "expected links to both peers, found {links:?}"
        );
    }
    traffic::connect(&field, 0, 2, PORT)?.exchange(1000, 100)?;
    field.leave().await
}
