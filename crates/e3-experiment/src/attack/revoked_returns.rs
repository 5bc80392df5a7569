//! A member that was put out comes back: by the connections that it has, by its dial table, and by its overlay, which still
//! believes the roster that names it.

use std::time::Duration;

use e3_conformance::traffic;

use crate::{
    outcome::Notes,
    stage::{PATIENCE, connect, connected},
};

/// How soon connections must end.
const SOON: Duration = Duration::from_secs(5);

pub(super) async fn attempt(notes: &mut Notes) -> anyhow::Result<()> {
    let mut field = connected(3, None).await?;
    let mut talk = traffic::connect(&field, 2, 0).await?;
    talk.exchange(1000, 100).await?;

    let (removed, _) = field.remove(2);
    connect(&mut field).await?;
    match talk.listener.broken_within(SOON).await {
        Ok(()) => notes.held("The connection that the member had with another's program ended when it was put out."),
        Err(_) => notes.broke(format!(
            "The connection that the member had with another's program still stood {} s after it was put out.",
            SOON.as_secs()
        )),
    }
    let door = field.party(0)?.listen()?;
    let calling = async {
        let dialled = removed.dial(0).await;
        tokio::time::sleep(PATIENCE).await;
        drop(dialled);
    };
    let caller = tokio::select! {
        () = calling => None,
        caller = door.caller(SOON * 3) => caller?,
    };
    match caller {
        Some(from) => notes.broke(format!(
            "Afterwards it called that program again by its dial table, and was let in, from {from}."
        )),
        None => notes.held("Afterwards it called that program again by its dial table, and was not let in."),
    }
    let reached = field
        .party(0)?
        .table()?
        .parties
        .iter()
        .any(|reach| reach.name == removed.name);
    if reached {
        notes.broke("The others' dial tables still name it.");
    } else {
        notes.held("The others' dial tables do not name it any more.");
    }
    Ok(())
}
