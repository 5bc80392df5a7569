//! Paths that fail, programs and agents that end, hosts that move.

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use e3_lab::{Change, Outage};
use e3_session::{
    message::{Reply, Request},
    types::{Dial, LinkReport, PartyIndex, Path},
};

use crate::{field::Field, sites::cities, traffic};

/// How long an outage lasts that a connection is to outlive.
const OUTAGE: Duration = Duration::from_secs(10);

/// How soon a link must be told as it is.
const SOON: Duration = Duration::from_secs(20);

/// So many parties of different regions that are connected.
async fn connected(parties: usize) -> anyhow::Result<Field> {
    let mut field = Field::lay_out(cities(parties), Dial::LowerToHigher).await?;
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    Ok(field)
}

impl Field {
    /// Changes every way between the first two parties, both ways: by a relay, too.
    fn set_path(&self, change: Change) -> anyhow::Result<()> {
        let services = self.services().iter().map(|service| service.host.as_str());
        let around = services.flat_map(|host| [("p0", host), ("p1", host)]);
        for (one, other) in [("p0", "p1")].into_iter().chain(around) {
            self.lab.set_path(one, other, change)?;
            self.lab.set_path(other, one, change)?;
        }
        Ok(())
    }

    async fn ping(&mut self) -> anyhow::Result<LinkReport> {
        let peer = PartyIndex(1);
        match self.party_mut(0)?.request(Request::Ping { peer }).await? {
            Reply::Pinged(link) => Ok(link),
            other => bail!("expected the link, found {other:?}"),
        }
    }

    /// Pings until the link is as expected.
    async fn ping_until(&mut self, works: bool) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            let link = self.ping().await?;
            if works != matches!(link.path, Path::Unreachable { .. }) {
                return Ok(());
            }
            let state = if works { "works again" } else { "is down" };
            ensure!(
                start.elapsed() < SOON,
                "the path {state}, but after {:?} a ping still says {link:?}",
                start.elapsed()
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// While nothing passes, a ping says so; when it does again, too, and a program can connect.
pub(super) async fn an_outage_is_told_and_so_is_its_end() -> anyhow::Result<()> {
    let mut field = connected(2).await?;
    field.set_path(Change {
        outage: Some(Outage::Endless),
        ..Change::default()
    })?;
    field.ping_until(false).await?;
    field.set_path(Change::restore())?;
    field.ping_until(true).await?;
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(10_000, 100).await?;
    field.leave().await
}

/// What is said in an outage arrives after it, over the connection that there was.
pub(super) async fn a_connection_outlives_an_outage() -> anyhow::Result<()> {
    let mut field = connected(2).await?;
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(10_000, 100).await?;
    // What is on its way in an outage spoils TCP's idea of how long a round trip takes; let it arrive.
    tokio::time::sleep(Duration::from_millis(500)).await;
    field.set_path(Change::down_for(OUTAGE))?;
    let start = Instant::now();
    talk.exchange(10_000, 100).await?;
    ensure!(
        start.elapsed() >= OUTAGE,
        "what was said in an outage arrived after {:?}",
        start.elapsed()
    );
    talk.exchange(10_000, 100).await?;
    field.leave().await
}

/// A program that ends is seen to end, and the next one on the same port is reached.
pub(super) async fn a_restarted_program_is_reached_again() -> anyhow::Result<()> {
    let mut field = connected(2).await?;
    for _ in 0..3 {
        let mut talk = traffic::connect(&field, 0, 1).await?;
        talk.exchange(1000, 100).await?;
        drop(talk.listener);
        talk.dialler.broken_within(Duration::from_secs(5)).await?;
    }
    field.leave().await
}

/// An agent that dies without a word can be started again and takes its place; the others go on meanwhile.
pub(super) async fn a_restarted_peer_takes_its_place_again() -> anyhow::Result<()> {
    let mut field = connected(3).await?;
    let mut talk = traffic::connect(&field, 0, 2).await?;
    talk.exchange(1000, 100).await?;
    field.restart(1).await?;
    talk.exchange(1000, 100).await?;
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    talk.exchange(1000, 100).await?;
    for (from, to) in [(0, 1), (1, 2)] {
        let mut talk = traffic::connect(&field, from, to).await?;
        talk.exchange(1000, 100).await?;
    }
    field.leave().await
}

/// A host that got another address is reached there; the others go on meanwhile.
pub(super) async fn a_party_is_reached_at_its_new_address() -> anyhow::Result<()> {
    let mut field = connected(3).await?;
    let mut talk = traffic::connect(&field, 0, 2).await?;
    talk.exchange(1000, 100).await?;
    field.lab.change_address("p1")?;
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    talk.exchange(1000, 100).await?;
    for (from, to) in [(0, 1), (1, 2)] {
        let mut talk = traffic::connect(&field, from, to).await?;
        talk.exchange(1000, 100).await?;
    }
    field.leave().await
}

/// A connection goes on although the host at its end got another address, which nobody tells the others.
pub(super) async fn a_connection_outlives_a_change_of_address() -> anyhow::Result<()> {
    let mut field = connected(2).await?;
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(1000, 100).await?;
    field.lab.change_address("p1")?;
    talk.exchange(100_000, 1000).await?;
    field.leave().await
}
