//! What becomes of pairs when a way that they have is gone.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use e3_lab::Nat;
use e3_session::types::{Dial, OptionValue, Options, Path};
use tokio::time::timeout;

use crate::{
    field::Field,
    sites::{name_of, site},
    traffic,
};

/// How long a relay is gone.
const GONE: Duration = Duration::from_secs(3);

/// The same, for so long that whoever calls it less and less often has come to call it very seldom.
const LONG_GONE: Duration = Duration::from_secs(45);

/// Where parties accept peers if they are to have a port of their own.
const PORT: u16 = 4_433;

/// How long it is waited for what must not come.
const NOTICED: Duration = Duration::from_secs(5);

/// How long a pair may take until its connections go on when its relay is back.
const SOON: Duration = Duration::from_secs(10);

/// A pair that nothing but a relay connects goes on when the relay has died and was started again.
pub(super) async fn a_connection_outlives_its_relay() -> anyhow::Result<()> {
    without_its_relay(GONE, Options::default()).await?;
    Ok(())
}

/// So it does after a long time, and soon; also where the new endpoint waits for the port of the one before.
pub(super) async fn a_connection_goes_on_as_soon_as_its_relay_is_back() -> anyhow::Result<()> {
    let port = ("port".to_owned(), OptionValue::Port(PORT));
    let late = without_its_relay(LONG_GONE, Options([port].into())).await?;
    eprintln!("the connection went on {late:?} after its relay");
    ensure!(
        late < SOON,
        "the connection went on {late:?} after its relay was back, and not within {SOON:?}"
    );
    Ok(())
}

/// Lets the relay of a pair die that nothing else connects. How much later than the relay the pair's connection goes on.
async fn without_its_relay(gone: Duration, options: Options) -> anyhow::Result<Duration> {
    let sites = vec![
        site("home", "ams3", Nat::port_restricted(), vec![name_of(0)]),
        site("phone", "fra1", Nat::symmetric(), vec![name_of(1)]),
    ];
    let mut field = Field::with_options(sites, Dial::LowerToHigher, options).await?;
    field.admit().await?;
    field.connect().await?;
    for party in &field.parties {
        let link = party.links.first().context("there is no link")?;
        ensure!(matches!(link.path, Path::Relayed { .. }), "{link:?}");
    }
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(10_000, 100).await?;
    let (folder, session) = (field.folder("agents").join("hub"), field.roster.session);
    let relay = field.infrastructure.as_mut().context("there is no relay")?;
    relay.kill()?;
    let again = async {
        tokio::time::sleep(gone).await;
        relay.revive(&folder, session).await?;
        anyhow::Ok(Instant::now())
    };
    // Both say something while it is gone, and wait for one another no longer than programs do.
    let heard = async {
        tokio::time::sleep(gone.saturating_sub(GONE)).await;
        talk.exchange(10_000, 100).await?;
        anyhow::Ok(Instant::now())
    };
    let (heard, back) = tokio::try_join!(heard, again)?;
    talk.exchange(10_000, 100).await?;
    field.leave().await?;
    Ok(heard.saturating_duration_since(back))
}

/// Two that are left out, whom nothing but a relay connects, have nothing in common any more: the relay was not theirs.
pub(super) async fn who_is_removed_loses_the_relay() -> anyhow::Result<()> {
    let sites = vec![
        site("here", "ams3", Nat::None, vec![name_of(0)]),
        site("there", "fra1", Nat::None, vec![name_of(1)]),
        site("home", "ams3", Nat::port_restricted(), vec![name_of(2)]),
        site("phone", "fra1", Nat::symmetric(), vec![name_of(3)]),
    ];
    let mut field = Field::lay_out(sites, Dial::Mesh).await?;
    field.admit().await?;
    field.connect().await?;
    // They have not heard of any other roster.
    let mut theirs = traffic::connect(&field, 2, 3).await?;
    theirs.exchange(1000, 100).await?;
    let mut removed = [field.remove(3).0, field.remove(2).0];
    field.admit().await?;
    let carried = timeout(NOTICED, theirs.exchange(1000, 100)).await;
    ensure!(
        carried.is_err(),
        "the relay carries what is said by those who were removed: {carried:?}"
    );
    field.connect().await?;
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(1000, 100).await?;
    for party in &mut removed {
        party.leave().await?;
    }
    field.leave().await
}

/// Parties of a LAN without an Internet find one another although no courier tells them where they are.
pub(super) async fn neighbours_find_one_another_by_themselves() -> anyhow::Result<()> {
    let sites = vec![site("lan", "ams3", Nat::None, vec![name_of(0), name_of(1)])];
    let none = OptionValue::Word("none".to_owned());
    let options = Options(BTreeMap::from([("relay".to_owned(), none)]));
    let mut field = Field::with_options(sites, Dial::Mesh, options).await?;
    field.loses_letters = true;
    field.patience = Duration::from_secs(15);
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    for (from, to) in [(0, 1), (1, 0)] {
        let mut talk = traffic::connect(&field, from, to).await?;
        talk.exchange(10_000, 100).await?;
    }
    field.leave().await
}
