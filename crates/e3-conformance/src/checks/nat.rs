//! Parties behind home routers.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use e3_lab::{Nat, Site};
use e3_session::types::{Dial, Path};

use crate::{field::Field, sites::site, traffic};

/// Party 0 and party 1, of which some are behind home routers.
pub(super) fn two(first: Nat, second: Nat) -> Vec<Site> {
    vec![
        site("ams3", "ams3", first, vec!["p0".to_owned()]),
        site("nyc3", "nyc3", second, vec!["p1".to_owned()]),
    ]
}

/// Where a NAT makes a party unreachable, both sides say so in seconds, and the one that dials says why.
pub(super) async fn an_unreachable_pair_is_told_with_its_reason() -> anyhow::Result<()> {
    let mut field =
        Field::lay_out(two(Nat::None, Nat::port_restricted()), Dial::LowerToHigher).await?;
    field.admit().await?;
    let start = Instant::now();
    field.connect().await?;
    let elapsed = start.elapsed();
    ensure!(
        elapsed < Duration::from_secs(8),
        "it took {elapsed:?} to be told"
    );
    let broken = field.broken();
    ensure!(
        broken.len() == 2,
        "expected both ends to tell, found {broken:?}"
    );
    let Some(Path::Unreachable { reason }) = broken.first().map(|link| &link.path) else {
        anyhow::bail!("no reason is told");
    };
    let address = *field
        .party(1)?
        .host
        .addresses()
        .first()
        .context("no address")?;
    ensure!(
        reason.contains(&address.to_string()) && reason.contains("NAT"),
        "the reason names neither the address nor the NAT: {reason}"
    );
    field.leave().await
}

/// A party behind a NAT can take part as party 0, which dials and is not dialled.
pub(super) async fn whoever_is_behind_a_nat_can_dial() -> anyhow::Result<()> {
    let mut field =
        Field::lay_out(two(Nat::port_restricted(), Nat::None), Dial::LowerToHigher).await?;
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    traffic::connect(&field, 0, 1)
        .await?
        .exchange(10_000, 100)
        .await?;
    field.leave().await
}

/// Both behind home routers of their own.
pub(super) async fn parties_behind_nats_connect() -> anyhow::Result<()> {
    let mut field = Field::lay_out(
        two(Nat::port_restricted(), Nat::port_restricted()),
        Dial::Mesh,
    )
    .await?;
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    for (from, to) in [(0, 1), (1, 0)] {
        let mut talk = traffic::connect(&field, from, to).await?;
        talk.exchange(10_000, 100).await?;
    }
    field.leave().await
}
