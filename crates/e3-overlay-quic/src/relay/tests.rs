//! A relay on loopback, and endpoints that reach one another by nothing else.

use std::{net::Ipv4Addr, time::Duration};

use e3_session::types::{PartyIndex, Path, ServiceFacts};
use iroh::{Endpoint, EndpointAddr, TransportAddr, Watcher as _, endpoint::Connection};
use proptest::prelude::*;
use tokio::time::timeout;

use super::*;
use crate::{
    ALPN, carrier,
    elsewhere::Elsewhere,
    endpoint::{self, Relays},
    guests::Guests,
    key::SessionKey,
};

pub(super) const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn relay(folder: &std::path::Path, ports: RelayPorts) -> Relay {
    let address = Ipv4Addr::LOCALHOST.into();
    Relay::start_at(folder, address, ports, Callers::Any)
        .await
        .unwrap()
}

pub(super) const ANY: RelayPorts = RelayPorts { tcp: 0, udp: 0 };

pub(super) fn facts(relay: &Relay) -> ServiceFacts {
    ServiceFacts {
        name: "relay".to_owned(),
        kind: "relay".to_owned(),
        host: "hub".to_owned(),
        addresses: vec![Ipv4Addr::LOCALHOST.into()],
        ports: Vec::new(),
        told: relay.told(),
    }
}

pub(super) fn relays(told: Told) -> Relays {
    Relays {
        own: vec![told],
        others: Elsewhere::default(),
    }
}

/// An endpoint with the keys of those that it lets in.
pub(super) async fn endpoint(relays: &Relays) -> (Endpoint, Guests) {
    let guests = Guests::default();
    let key = SessionKey::generate().unwrap();
    let bound = Box::pin(endpoint::bind(&key, guests.clone(), relays, None));
    let made = bound.await.unwrap();
    (made, guests)
}

/// Two that know one another.
pub(super) async fn acquainted(relays: &Relays) -> [Endpoint; 2] {
    let ((one, its), (two, others)) = tokio::join!(endpoint(relays), endpoint(relays));
    its.admit([(two.id(), PartyIndex(1))]);
    others.admit([(one.id(), PartyIndex(0))]);
    [one, two]
}

pub(super) fn by_relay(of: &Endpoint, relays: &Relays) -> EndpointAddr {
    let urls = relays.urls().into_iter().map(TransportAddr::Relay);
    EndpointAddr::from_parts(of.id(), urls)
}

pub(super) async fn call(from: &Endpoint, to: &Endpoint, relays: &Relays) -> Option<Connection> {
    let called = from.connect(by_relay(to, relays), ALPN);
    timeout(PATIENCE, called).await.ok()?.ok()
}

pub(super) async fn accept(at: &Endpoint) -> Option<Connection> {
    let incoming = timeout(PATIENCE, at.accept()).await.ok()??;
    timeout(PATIENCE, incoming).await.ok()?.ok()
}

pub(super) async fn close(endpoints: [Endpoint; 2]) {
    for endpoint in endpoints {
        endpoint.close().await;
    }
}

#[tokio::test]
async fn two_find_one_another_by_the_relay() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), ANY).await;
    let relays = relays(Told::read(&facts(&relay)).unwrap());
    let [one, two] = acquainted(&relays).await;
    let (called, accepted) = tokio::join!(call(&one, &two, &relays), accept(&two));
    let (called, accepted) = (called.unwrap(), accepted.unwrap());
    let first = called.paths().iter().next().map(|path| path.is_relay());
    assert_eq!(first, Some(true), "nothing but the relay was known");
    let (mut send, _receive) = called.open_bi().await.unwrap();
    send.write_all(b"ping").await.unwrap();
    let (_send, mut receive) = accepted.accept_bi().await.unwrap();
    let mut heard = [0; 4];
    receive.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"ping");
    let (path, rtt) = carrier::path_of(&called, &relays);
    assert!(!matches!(path, Path::Unreachable { .. }), "{path:?}");
    assert!(rtt.is_some());
    close([one, two]).await;
    relay.stop().await;
}

#[tokio::test]
async fn whom_the_roster_does_not_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), ANY).await;
    let relays = relays(Told::read(&facts(&relay)).unwrap());
    let [one, two] = acquainted(&relays).await;
    let (stranger, its) = endpoint(&relays).await;
    its.admit([(two.id(), PartyIndex(1))]);
    let (called, accepted) = tokio::join!(call(&stranger, &two, &relays), accept(&two));
    assert!(accepted.is_none(), "a stranger was let in");
    if let Some(called) = called {
        let closed = timeout(PATIENCE, called.closed()).await.unwrap();
        assert!(closed.to_string().contains("not in the roster"), "{closed}");
    }
    stranger.close().await;
    close([one, two]).await;
    relay.stop().await;
}

#[tokio::test]
async fn without_the_token_nobody_is_carried() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), ANY).await;
    let told = Told::read(&facts(&relay)).unwrap();
    let wrong = Told {
        token: "0".repeat(64),
        ..told
    };
    let (endpoint, _) = endpoint(&relays(wrong)).await;
    let mut status = endpoint.home_relay_status();
    let denied = async {
        loop {
            let now = status.updated().await.unwrap();
            if let Some(why) = now
                .iter()
                .find_map(iroh::endpoint::RelayStatus::auth_denied_reason)
            {
                break why.to_owned();
            }
        }
    };
    let why = timeout(PATIENCE, denied).await.unwrap();
    assert!(why.contains("token"), "{why}");
    endpoint.close().await;
    relay.stop().await;
}

#[tokio::test]
async fn another_certificate_is_not_believed() {
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let relay = relay(folders[0].path(), ANY).await;
    let told = Told::read(&facts(&relay)).unwrap();
    let other = kept::Kept::open(folders[1].path()).unwrap();
    let mistaken = Told {
        certificate: other.certificate.to_vec(),
        ..told
    };
    let (endpoint, _) = endpoint(&relays(mistaken)).await;
    let online = timeout(Duration::from_secs(3), endpoint.online()).await;
    assert!(
        online.is_err(),
        "a relay with another certificate was believed"
    );
    endpoint.close().await;
    relay.stop().await;
}

#[tokio::test]
async fn a_restarted_relay_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = relay(folder.path(), ANY).await;
    let (ports, told) = (first.ports(), first.told());
    let relays = relays(Told::read(&facts(&first)).unwrap());
    let [one, two] = acquainted(&relays).await;
    for endpoint in [&one, &two] {
        timeout(PATIENCE, endpoint.online()).await.unwrap();
    }
    first.stop().await;
    let second = relay(folder.path(), ports).await;
    assert_eq!(second.told(), told);
    let (called, accepted) = tokio::join!(call(&one, &two, &relays), accept(&two));
    assert!(called.is_some() && accepted.is_some());
    close([one, two]).await;
    second.stop().await;
}

/// A relay of a runtime of its own, which ends before the relay is told to: so it ends by itself.
#[test]
fn what_ends_by_itself_can_be_stopped_and_is_the_same_again() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let its_own = runtime();
    let mut relay = its_own.block_on(self::relay(folder.path(), ANY));
    let (ports, told) = (relay.ports(), relay.told());
    assert!(relay.is_up());
    drop(its_own);
    assert!(!relay.is_up() && !relay.is_up());
    runtime().block_on(async {
        timeout(PATIENCE, relay.stop()).await.unwrap();
        let mut again = self::relay(folder.path(), ports).await;
        assert!(again.is_up());
        assert_eq!(again.told(), told);
        again.stop().await;
        // It is stopped where its ports are free.
        self::relay(folder.path(), ports).await.stop().await;
    });
}

proptest! {
    /// A relay's host may be anybody's: whatever is told is no relay, or one with a URL of a name that is ours.
    #[test]
    fn whatever_a_relays_host_tells_leads_to_nobody_else(
        name in prop_oneof!["[a-z0-9-]{0,70}\\.invalid", ".{0,80}"],
        token in prop_oneof!["[a-zA-Z0-9]{0,80}", ".{0,80}"],
        certificate: Vec<u8>,
        tcp: u16,
        udp: u16,
    ) {
        let facts = ServiceFacts {
            name: "relay".to_owned(),
            kind: "relay".to_owned(),
            host: "hub".to_owned(),
            addresses: vec![Ipv4Addr::LOCALHOST.into()],
            ports: Vec::new(),
            told: Told::tell(&name, &certificate, &token, (tcp, udp)),
        };
        if let Ok(told) = Told::read(&facts) {
            let url: iroh::RelayUrl = told.url().parse().unwrap();
            prop_assert_eq!(url.host_str(), Some(name.as_str()));
            prop_assert!(name.ends_with(".invalid"));
            prop_assert_eq!(url.port_or_known_default(), Some(tcp));
        }
    }
}
