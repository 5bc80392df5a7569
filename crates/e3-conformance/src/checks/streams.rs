//! Streams behave as TCP's do.

use anyhow::ensure;
use e3_session::types::Dial;

use crate::{
    field::Field,
    sites::{cities, near},
    traffic::{self, Connection},
};

/// Two parties that are connected.
async fn pair(mut field: Field) -> anyhow::Result<Field> {
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    Ok(field)
}

async fn apart() -> anyhow::Result<Field> {
    pair(Field::lay_out(cities(2), Dial::Mesh).await?).await
}

/// Between neighbouring regions, so that it takes the overlay's time and not that of light.
pub(super) async fn a_gibibyte_arrives_whole_and_in_order() -> anyhow::Result<()> {
    let mut field = pair(Field::lay_out(near(), Dial::Mesh).await?).await?;
    let Connection {
        mut dialler,
        mut listener,
    } = traffic::connect(&field, 0, 1).await?;
    let bytes = 1 << 30;
    tokio::try_join!(dialler.send(bytes, 256 << 10), listener.receive(bytes))?;
    // Both directions at once, too.
    let mut connection = Connection { dialler, listener };
    connection.exchange(32 << 20, 64 << 10).await?;
    field.leave().await
}

pub(super) async fn thousands_of_small_messages_arrive() -> anyhow::Result<()> {
    let mut field = apart().await?;
    let mut connection = traffic::connect(&field, 0, 1).await?;
    connection.exchange(20 * 5000, 20).await?;
    field.leave().await
}

/// One end says its last; what the other says afterwards still arrives.
pub(super) async fn one_direction_may_end_before_the_other() -> anyhow::Result<()> {
    let mut field = apart().await?;
    let Connection {
        mut dialler,
        mut listener,
    } = traffic::connect(&field, 0, 1).await?;
    dialler.send(1000, 100).await?;
    dialler.finish().await?;
    listener.receive(1000).await?;
    listener.end().await?;
    listener.send(100_000, 1000).await?;
    listener.finish().await?;
    dialler.receive(100_000).await?;
    dialler.end().await?;
    field.leave().await
}

/// Both parties dial each other at the same moment: two connections, neither in the other's way.
pub(super) async fn both_may_dial_at_once() -> anyhow::Result<()> {
    let mut field = apart().await?;
    let (first, second) = (field.party(0)?, field.party(1)?);
    let (at_first, at_second) = (first.listen()?, second.listen()?);
    let (to_second, to_first, from_second, from_first) = tokio::try_join!(
        first.dial(1),
        second.dial(0),
        at_first.accept(),
        at_second.accept(),
    )?;
    let mut connections = [
        Connection {
            dialler: to_second,
            listener: from_first,
        },
        Connection {
            dialler: to_first,
            listener: from_second,
        },
    ];
    for connection in &mut connections {
        connection.exchange(10_000, 100).await?;
    }
    field.leave().await
}
