//! A tunnel that has ended is made anew at once.
//!
//! Nebula makes one when there is something to send. A program that awaits an answer sends nothing, and what it has sent is
//! repeated by TCP more and more rarely: it would be heard long after there is a way again.

use std::{net::IpAddr, sync::Arc, time::Duration};

use e3_forward::place::Tunnelled;
use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio::time::sleep;

use super::join::{HESITATION, begins};
use crate::watch::Watch;

/// How long a peer is called whose tunnel has ended; after that its host is taken to be gone.
const CALLS: Duration = Duration::from_secs(10);

/// Calls each peer whose tunnel has ended, until it answers, so that nebula makes another.
pub(super) async fn revival(own: Vec<IpAddr>, watch: Watch, place: Arc<Tunnelled>) {
    let mut ends = watch.ends();
    let call = async |address| {
        if !begins(&own, address) {
            sleep(HESITATION).await;
        }
        // Whether it answers is for pings to tell.
        let _ = place.echo(address, CALLS).await;
    };
    let mut calls = FuturesUnordered::new();
    loop {
        tokio::select! {
            ended = ends.recv() => match ended {
                Some(address) => calls.push(call(address)),
                None => return,
            },
            Some(()) = calls.next() => {}
        }
    }
}
