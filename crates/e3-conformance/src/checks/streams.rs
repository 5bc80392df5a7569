//! Streams behave as TCP's do.

use std::thread;

use anyhow::{bail, ensure};
use e3_session::types::Dial;

use crate::{
    field::{Field, PORT, cities},
    traffic::{self, Connection},
};

/// Two parties of different regions that are connected.
async fn pair() -> anyhow::Result<Field> {
    let mut field = Field::lay_out(cities(2), Dial::Mesh).await?;
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    Ok(field)
}

pub(super) async fn bulk_arrives_whole_and_in_order() -> anyhow::Result<()> {
    let mut field = pair().await?;
    traffic::connect(&field, 0, 1, PORT)?.exchange(32 << 20, 64 << 10)?;
    field.leave().await
}

pub(super) async fn thousands_of_small_messages_arrive() -> anyhow::Result<()> {
    let mut field = pair().await?;
    traffic::connect(&field, 0, 1, PORT)?.exchange(20 * 5000, 20)?;
    field.leave().await
}

/// One end says its last; what the other says afterwards still arrives.
pub(super) async fn one_direction_may_end_before_the_other() -> anyhow::Result<()> {
    let mut field = pair().await?;
    let Connection { dialler, listener } = traffic::connect(&field, 0, 1, PORT)?;
    traffic::send(&dialler, 1, 1000, 100)?;
    traffic::finish(&dialler)?;
    traffic::receive(&listener, 1, 1000)?;
    traffic::end(&listener)?;
    traffic::send(&listener, 2, 100_000, 1000)?;
    traffic::finish(&listener)?;
    traffic::receive(&dialler, 2, 100_000)?;
    traffic::end(&dialler)?;
    field.leave().await
}

/// Both parties dial each other at the same moment: two connections, neither in the other's way.
pub(super) async fn both_may_dial_at_once() -> anyhow::Result<()> {
    let mut field = pair().await?;
    let (first, second) = (field.party(0)?, field.party(1)?);
    let doors = [
        traffic::listen(first, PORT)?,
        traffic::listen(second, PORT)?,
    ];
    let [to_second, to_first] = thread::scope(|scope| {
        let dialling = [
            scope.spawn(|| traffic::dial(first, 1, PORT)),
            scope.spawn(|| traffic::dial(second, 0, PORT)),
        ];
        dialling.map(|dialling| match dialling.join() {
            Ok(stream) => stream,
            Err(_) => bail!("a peer has panicked"),
        })
    });
    let [at_first, at_second] = &doors;
    let connections = [
        Connection {
            dialler: to_second?,
            listener: traffic::accept(at_second)?,
        },
        Connection {
            dialler: to_first?,
            listener: traffic::accept(at_first)?,
        },
    ];
    for connection in connections {
        connection.exchange(10_000, 100)?;
    }
    field.leave().await
}
