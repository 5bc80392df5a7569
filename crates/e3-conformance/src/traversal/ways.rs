//! What becomes of pairs when a way that they have is gone.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, ensure};
use e3_lab::Nat;
use e3_session::types::{Dial, OptionValue, Options, Path};

use crate::{
    field::Field,
    sites::{name_of, site},
    traffic,
};

/// How long a relay is gone.
const GONE: Duration = Duration::from_secs(3);

/// A pair that nothing but a relay connects goes on when the relay has died and was started again.
pub(super) async fn a_connection_outlives_its_relay() -> anyhow::Result<()> {
    let sites = vec![
        site("home", "ams3", Nat::port_restricted(), vec![name_of(0)]),
        site("phone", "fra1", Nat::symmetric(), vec![name_of(1)]),
    ];
    let mut field = Field::lay_out(sites, Dial::LowerToHigher).await?;
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
        tokio::time::sleep(GONE).await;
        relay.revive(&folder, session).await
    };
    // Both say something while it is gone.
    tokio::try_join!(talk.exchange(10_000, 100), again)?;
    talk.exchange(10_000, 100).await?;
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
