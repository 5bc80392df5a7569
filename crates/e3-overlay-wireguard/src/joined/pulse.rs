//! Echoes through the tunnel where the kernel carries packets: they measure links, and keep them alive.
//!
//! The kernel says something of its own only to peers from which nothing has come for a while either, so that of two one may
//! stay silent for ever. What a peer's host has to answer is heard at both ends.

use std::{
    net::IpAddr,
    sync::{Arc, PoisonError},
    time::Duration,
};

use e3_forward::place::Tunnelled;
use futures::future::join_all;
use tokio::time::sleep;

use crate::{guests::Guest, herald::Hub};

/// From one echo to the next; both ends send them.
const EVERY: Duration = Duration::from_millis(1500);

/// Runs until it is dropped.
pub(super) async fn pulse(hub: Arc<Hub>, place: Arc<Tunnelled>) {
    loop {
        sleep(EVERY).await;
        let peers = hub.peers();
        join_all(peers.iter().map(|peer| measure(&hub, &place, peer, EVERY))).await;
    }
}

/// The round trip to a peer's host, inside; none if it does not answer in time. The shortest is remembered.
pub(super) async fn measure(
    hub: &Hub,
    place: &Tunnelled,
    peer: &Guest,
    within: Duration,
) -> Option<Duration> {
    let mut addresses = peer.addresses.iter();
    let to = addresses
        .find(|address| address.is_ipv4())
        .or(peer.addresses.first())?;
    let took = place.echo(IpAddr::clone(to), within).await.ok()?;
    let mut known = hub
        .round_trips
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let known = known.entry(peer.key).or_insert(took);
    *known = took.min(*known);
    Some(took)
}
