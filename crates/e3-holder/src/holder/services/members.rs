//! Whom services are for: told to each after it was started, and to all when it changes.

use std::sync::Arc;

use e3_session::{
    message::{Reply, Request},
    types::Roster,
};
use serde_bytes::ByteBuf;
use tokio::sync::Mutex;

use super::super::{
    link::{Link, LinkError},
    party::{QUICK, unexpected},
};

/// The parties as an overlay's services know them; nothing before there is a roster.
#[derive(Clone, Default)]
pub(super) struct Members(Arc<Mutex<Option<Vec<ByteBuf>>>>);

impl Members {
    /// Whoever is told of it from now on is told of this roster's parties; these are told at once.
    pub(super) async fn change(
        &self,
        overlay: &str,
        roster: &Roster,
        links: &[Link],
    ) -> Result<(), LinkError> {
        let parties = roster.parties.iter();
        let keys = parties.filter_map(|entry| entry.introduction.overlays.get(overlay).cloned());
        let keys: Vec<ByteBuf> = keys.collect();
        // Held until all are told, so that nobody is told of an older roster after a newer one.
        let mut members = self.0.lock().await;
        *members = Some(keys.clone());
        for link in links {
            match tell(link, keys.clone()).await {
                // Its keeper starts another and tells that one.
                Err(_) if link.gone().is_some() => {}
                told => told?,
            }
        }
        Ok(())
    }

    /// Tells an agent's services, if there is anything to tell yet.
    pub(super) async fn tell(&self, link: &Link) -> Result<(), LinkError> {
        let members = self.0.lock().await;
        match &*members {
            Some(keys) => tell(link, keys.clone()).await,
            None => Ok(()),
        }
    }
}

async fn tell(link: &Link, keys: Vec<ByteBuf>) -> Result<(), LinkError> {
    let request = Request::Members { keys };
    match link.ask("members", request, QUICK).await? {
        Reply::Stored => Ok(()),
        other => Err(unexpected(link, &other)),
    }
}
