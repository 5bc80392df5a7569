//! Parties over several sites find one another.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use e3_session::{
    message::{Reply, Request},
    types::{Dial, PartyIndex, Path},
};
use futures::future::try_join_all;

use crate::{field::Field, sites::cities, traffic};

/// How late a late party is.
const LATE: Duration = Duration::from_secs(20);

pub(super) async fn two_parties_connect() -> anyhow::Result<()> {
    all_connect(2).await
}

pub(super) async fn three_parties_connect() -> anyhow::Result<()> {
    all_connect(3).await
}

pub(super) async fn ten_parties_connect() -> anyhow::Result<()> {
    all_connect(10).await
}

/// Every pair has a link with a round-trip time, and every connection that the program would open can be opened.
async fn all_connect(parties: usize) -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(parties), Dial::LowerToHigher).await?;
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    for (index, party) in field.parties.iter().enumerate() {
        ensure!(
            party.links.len() == parties - 1,
            "party {index} reports {} links of {}",
            party.links.len(),
            parties - 1
        );
        ensure!(
            party.links.iter().all(|link| link.rtt_ms.is_some()),
            "party {index} has not measured all its links: {:?}",
            party.links
        );
        let table = party.table()?;
        ensure!(usize::from(table.me.0) == index && table.parties.len() == parties);
    }
    try_join_all((1..parties).map(|to| all_talk_to(&field, to))).await?;
    field.leave().await
}

/// All lower parties dial this one, all at once.
async fn all_talk_to(field: &Field, to: usize) -> anyhow::Result<()> {
    let door = field.party(to)?.listen()?;
    let dialling = try_join_all((0..to).map(async |from| {
        let dialled = field.party(from)?.dial(to).await;
        dialled.with_context(|| format!("from party {from} to party {to}"))
    }));
    let accepting = try_join_all((0..to).map(|_| door.accept()));
    let (dialled, accepted) = tokio::try_join!(dialling, accepting)?;
    let ends = dialled.into_iter().chain(accepted);
    let talking = ends.map(async |mut end| end.exchange(1000, 100).await);
    try_join_all(talking).await?;
    Ok(())
}

/// An agent that comes to *connect* long after the others is waited for, and nobody waits longer than for it.
pub(super) async fn a_party_late_by_20_s_is_waited_for() -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(3), Dial::LowerToHigher).await?;
    field.patience = LATE + Duration::from_secs(10);
    field.admit().await?;
    let mut asked = field.begin_connecting(|index| index != 1).await?;
    tokio::time::sleep(LATE).await;
    let came = Instant::now();
    asked.extend(field.begin_connecting(|index| index == 1).await?);
    field.finish_connecting(asked).await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    ensure!(
        came.elapsed() < Duration::from_secs(5),
        "all are there, and still it takes {:?} to connect",
        came.elapsed()
    );
    traffic::connect(&field, 0, 1)
        .await?
        .exchange(1000, 100)
        .await?;
    field.leave().await
}

/// A ping measures a link, and does not get in the way of a program that listens.
pub(super) async fn pings_answer_while_a_program_runs() -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(2), Dial::LowerToHigher).await?;
    field.admit().await?;
    field.connect().await?;
    let program = field.party(1)?.listen()?;
    let party = field.party_mut(0)?;
    let peer = PartyIndex(1);
    let Reply::Pinged(link) = party.request(Request::Ping { peer }).await? else {
        anyhow::bail!("no answer to a ping");
    };
    ensure!(!matches!(link.path, Path::Unreachable { .. }), "{link:?}");
    ensure!(link.rtt_ms.is_some(), "{link:?}");
    program
        .stays_shut(Duration::from_millis(300))
        .await
        .context("the ping has knocked at the program's port")?;
    field.leave().await
}
