//! The environment's relay, with its reflector, as a host's agent starts it.

use std::{collections::BTreeMap, thread::JoinHandle};

use e3_lab::Host;
use e3_overlay::{Overlay as _, ServiceKind, ServiceStart};
use e3_overlay_wireguard::WireguardOverlay;
use e3_session::types::{Options, ServiceFacts};
use serde_bytes::ByteBuf;
use tokio::sync::{mpsc, oneshot};

use crate::party::{SESSION, runtime};

/// A relay that runs.
pub(crate) struct Relay {
    /// What parties are told of it.
    pub(crate) facts: ServiceFacts,
    /// Whom it is to serve; it ends when nobody can tell it any more.
    admit: mpsc::Sender<(Vec<ByteBuf>, oneshot::Sender<()>)>,
    thread: JoinHandle<()>,
}

impl Relay {
    /// Starts it on a host.
    pub(crate) fn start(host: &Host) -> Self {
        let (admit, mut admitted) = mpsc::channel::<(Vec<ByteBuf>, oneshot::Sender<()>)>(1);
        let (tell, told) = std::sync::mpsc::channel();
        let host = host.clone();
        let mut serve = async move |addresses: Vec<std::net::IpAddr>| {
            let folder = tempfile::tempdir().unwrap();
            let service = WireguardOverlay::default().service(ServiceKind::Relay);
            let start = ServiceStart {
                session: SESSION,
                name: "relay".to_owned(),
                folder: folder.path().to_owned(),
                addresses: addresses.clone(),
                ports: Vec::new(),
                told: BTreeMap::new(),
                options: Options::default(),
            };
            let running = service.unwrap().start(start).await.unwrap();
            let facts = ServiceFacts {
                name: "relay".to_owned(),
                kind: ServiceKind::Relay.as_str().to_owned(),
                host: "hub".to_owned(),
                addresses,
                ports: running.ports(),
                told: running.told(),
            };
            tell.send(facts).unwrap();
            while let Some((keys, done)) = admitted.recv().await {
                running.admit(&keys).await;
                done.send(()).unwrap();
            }
            running.stop().await;
        };
        let thread = std::thread::spawn(move || {
            // One address is one way to it.
            let addresses = vec![host.v4().unwrap().into()];
            host.run_in(|| runtime().block_on(serve(addresses)))
                .unwrap();
        });
        Self {
            facts: told.recv().unwrap(),
            admit,
            thread,
        }
    }

    /// From now on it serves these.
    pub(crate) async fn admit(&self, keys: Vec<ByteBuf>) {
        let (done, known) = oneshot::channel();
        self.admit.send((keys, done)).await.unwrap();
        known.await.unwrap();
    }

    pub(crate) fn stop(self) {
        drop(self.admit);
        self.thread.join().unwrap();
    }
}
