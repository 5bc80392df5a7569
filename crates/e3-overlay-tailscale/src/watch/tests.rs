//! A hostile coordinator, as a party's own daemon shows it: what it hands out reaches the agent by `LocalAPI` alone.

use std::{
    future::pending,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixListener,
    time::timeout,
};

use super::*;

/// From the lie until the program is stopped.
const AT_MOST: Duration = Duration::from_secs(5);

fn node(number: u8) -> Value {
    let address = format!("100.64.0.{number}");
    json!({
        "PublicKey": NodeKey([number; 32]).to_string(), "HostName": format!("node-{number}"),
        "TailscaleIPs": [address], "AllowedIPs": [format!("{address}/32")],
    })
}

fn status(peers: &[u8]) -> String {
    let peers = peers.iter().map(|number| {
        let key = NodeKey([*number; 32]).to_string();
        (key, node(*number))
    });
    let peers: serde_json::Map<_, _> = peers.collect();
    json!({"BackendState": "Running", "Self": node(1), "Peer": peers}).to_string()
}

/// A daemon that tells what its coordinator has handed out.
struct Daemon {
    says: Arc<Mutex<String>>,
    watched: Arc<Watched>,
    severed: oneshot::Receiver<String>,
    _folder: TempDir,
}

impl Daemon {
    /// Told of parties 2 and 3, who are in the roster.
    async fn honest() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("s");
        let listener = UnixListener::bind(&socket).unwrap();
        let says = Arc::new(Mutex::new(status(&[2, 3])));
        let told = Arc::clone(&says);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 1024];
                let _ = stream.read(&mut asked).await;
                let body = told.lock().unwrap().clone();
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                let _ = stream.write_all((head + &body).as_bytes()).await;
            }
        });
        let expected = Expected {
            own: Some(NodeKey([1; 32])),
            peers: [(NodeKey([2; 32]), "ams"), (NodeKey([3; 32]), "nyc")]
                .map(|(key, name)| (key, name.to_owned()))
                .into(),
        };
        let watched = Arc::new(Watched::new(LocalApi::at(&socket), expected, None));
        let (sever, severed) = oneshot::channel();
        tokio::spawn(watch(Arc::clone(&watched), pending(), sever));
        sleep(EVERY * 2).await;
        Self {
            says,
            watched,
            severed,
            _folder: folder,
        }
    }

    fn lie(&self, peers: &[u8]) {
        *self.says.lock().unwrap() = status(peers);
    }

    async fn severed(self) -> Option<String> {
        timeout(AT_MOST, self.severed).await.ok()?.ok()
    }
}

#[tokio::test]
async fn a_node_added_ends_it_within_five_seconds_and_is_named() {
    let daemon = Daemon::honest().await;
    daemon.lie(&[2, 3, 9]);
    let why = daemon.severed().await.unwrap();
    assert!(
        why.contains("node-9") && why.contains("does not name"),
        "{why}"
    );
}

#[tokio::test]
async fn a_key_swapped_ends_it_within_five_seconds() {
    let daemon = Daemon::honest().await;
    daemon.lie(&[2, 9]);
    assert!(daemon.severed().await.is_some());
}

#[tokio::test]
async fn a_party_missing_ends_it_within_five_seconds_and_is_named() {
    let daemon = Daemon::honest().await;
    daemon.lie(&[2]);
    let why = daemon.severed().await.unwrap();
    assert!(why.contains("party nyc"), "{why}");
}

#[tokio::test]
async fn the_truth_ends_nothing_nor_does_a_change_that_follows_in_time() {
    let daemon = Daemon::honest().await;
    daemon.lie(&[2, 4]);
    sleep(GRACE / 2).await;
    daemon.watched.expect(
        Expected {
            own: Some(NodeKey([1; 32])),
            peers: [(NodeKey([2; 32]), "ams"), (NodeKey([4; 32]), "sgp")]
                .map(|(key, name)| (key, name.to_owned()))
                .into(),
        },
        None,
    );
    assert_eq!(daemon.severed().await, None);
}

#[tokio::test]
async fn a_daemon_that_has_ended_ends_it() {
    let (sever, severed) = oneshot::channel();
    let folder = tempfile::tempdir().unwrap();
    let api = LocalApi::at(&folder.path().join("none"));
    let watched = Arc::new(Watched::new(api, Expected::default(), None));
    tokio::spawn(watch(watched, async { "it has ended".to_owned() }, sever));
    assert_eq!(severed.await.unwrap(), "it has ended");
}
