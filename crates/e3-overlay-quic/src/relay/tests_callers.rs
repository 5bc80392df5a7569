//! A relay of one roster's parties, on loopback.

use std::{collections::BTreeSet, net::Ipv4Addr, time::Duration};

use iroh::{Endpoint, PublicKey, Watcher as _, endpoint::RelayStatus};
use tokio::time::timeout;

use super::{
    tests::{ANY, PATIENCE, accept, acquainted, call, close, facts, relays},
    *,
};

fn only<const N: usize>(keys: [PublicKey; N]) -> Callers {
    Callers::With(BTreeSet::from(keys))
}

/// Why the relay does not let an endpoint in; it has to say so soon.
async fn denied(endpoint: &Endpoint) -> String {
    let mut status = endpoint.home_relay_status();
    let denied = async {
        loop {
            let now = status.get();
            if let Some(why) = now.iter().find_map(RelayStatus::auth_denied_reason) {
                break why.to_owned();
            }
            status.updated().await.unwrap();
        }
    };
    timeout(PATIENCE, denied).await.unwrap()
}

#[tokio::test]
async fn who_is_removed_from_the_roster_loses_the_relay() {
    let folder = tempfile::tempdir().unwrap();
    let address = Ipv4Addr::LOCALHOST.into();
    let relay = Relay::start_at(folder.path(), address, ANY, only([]));
    let relay = relay.await.unwrap();
    let relays = relays(Told::read(&facts(&relay)).unwrap());
    let [one, two] = acquainted(&relays).await;
    for endpoint in [&one, &two] {
        let why = denied(endpoint).await;
        assert!(why.contains("roster"), "there is none yet: {why}");
    }

    relay.admit(only([one.id(), two.id()])).await;
    for endpoint in [&one, &two] {
        timeout(PATIENCE, endpoint.online()).await.unwrap();
    }
    let (called, accepted) = tokio::join!(call(&one, &two, &relays), accept(&two));
    assert!(called.is_some() && accepted.is_some());

    let mut status = one.home_relay_status();
    assert!(status.get().iter().all(RelayStatus::is_connected));
    relay.admit(only([one.id()])).await;
    let why = denied(&two).await;
    assert!(why.contains("roster"), "{why}");
    let changed = timeout(Duration::from_millis(200), status.updated()).await;
    assert!(changed.is_err(), "who stays has noticed: {changed:?}");
    close([one, two]).await;
    relay.stop().await;
}
