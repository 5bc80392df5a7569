//! The links as agents see them now, without measuring anything.

use std::time::Duration;

use e3_session::{
    message::{Reply, Request},
    types::LinkReport,
};
use futures::future::join_all;

use super::{
    link::LinkError,
    party::{Party, unexpected},
};

/// How long an agent that is up may take to say how it is, where somebody waits for nothing else.
pub(crate) const SOON: Duration = Duration::from_secs(5);
/// The same in the course of a run: one that hangs must not hold up the others' end.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(1);

/// What each party says of its links, in the order of indices.
pub(crate) async fn look(
    parties: &[Party],
    patience: Duration,
) -> Vec<Result<Vec<LinkReport>, LinkError>> {
    let asked = parties.iter().map(|party| async {
        match party.link.ask("links", Request::Links, patience).await? {
            Reply::Links(links) => Ok(links),
            other => Err(unexpected(&party.link, &other)),
        }
    });
    join_all(asked).await
}
