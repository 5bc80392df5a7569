//! A hostile coordinator, as a party's own daemon shows it: what it hands out reaches the agent by `LocalAPI` alone.

use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixListener,
    time::timeout,
};

use super::{
    held::{GRACE, LEAVING},
    *,
};

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

/// Parties 2 and 3 have one another's address.
fn swapped() -> String {
    let mut lie: Value = serde_json::from_str(&status(&[2, 3])).unwrap();
    for (number, address) in [(2, "100.64.0.3"), (3, "100.64.0.2")] {
        let node = &mut lie["Peer"][NodeKey([number; 32]).to_string()];
        node["TailscaleIPs"] = json!([address]);
        node["AllowedIPs"] = json!([format!("{address}/32")]);
    }
    lie.to_string()
}

/// A daemon that tells what its coordinator has handed out.
struct Daemon {
    says: Arc<Mutex<String>>,
    /// How many milliseconds it takes to answer.
    slowness: Arc<AtomicU64>,
    watched: Arc<Watched>,
    severed: oneshot::Receiver<String>,
    told: mpsc::Receiver<String>,
    is_killed: Arc<AtomicBool>,
    _folder: TempDir,
}

impl Daemon {
    /// Told of parties 2 and 3, who are in the roster.
    async fn honest() -> Self {
        Self::with(None).await
    }

    /// The same; others may be let in at these ports, if that is looked at.
    async fn with(open: Option<Open>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("s");
        let listener = UnixListener::bind(&socket).unwrap();
        let says = Arc::new(Mutex::new(status(&[2, 3])));
        let slowness = Arc::new(AtomicU64::new(0));
        let (told, slow) = (Arc::clone(&says), Arc::clone(&slowness));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 1024];
                let _ = stream.read(&mut asked).await;
                // Of rules it knows nothing.
                let (code, body) = if String::from_utf8_lossy(&asked).contains("rules") {
                    ("404 Not Found", String::new())
                } else {
                    ("200 OK", told.lock().unwrap().clone())
                };
                let head = format!("HTTP/1.1 {code}\r\nContent-Length: {}\r\n\r\n", body.len());
                let slowness = Duration::from_millis(slow.load(Ordering::SeqCst));
                tokio::spawn(async move {
                    sleep(slowness).await;
                    let _ = stream.write_all((head + &body).as_bytes()).await;
                });
            }
        });
        let expected = Expected {
            own: Some(NodeKey([1; 32])),
            peers: [(NodeKey([2; 32]), "ams"), (NodeKey([3; 32]), "nyc")]
                .map(|(key, name)| (key, name.to_owned()))
                .into(),
            ..Expected::default()
        };
        let (tell, told) = mpsc::channel(16);
        let api = LocalApi::at(&socket);
        let watched = Watched::new(api, expected, (open, Seen::new()), tell);
        let watched = Arc::new(watched);
        watched.settled();
        let (sever, severed) = oneshot::channel();
        let is_killed = Arc::new(AtomicBool::new(false));
        let killed = Arc::clone(&is_killed);
        let kill = move || killed.store(true, Ordering::SeqCst);
        tokio::spawn(watch(Arc::clone(&watched), pending(), kill, sever));
        sleep(EVERY * 2).await;
        Self {
            says,
            slowness,
            watched,
            severed,
            told,
            is_killed,
            _folder: folder,
        }
    }

    fn lie(&self, peers: &[u8]) {
        self.say(status(peers));
    }

    fn say(&self, status: String) {
        *self.says.lock().unwrap() = status;
    }

    /// Before the program is stopped, the daemon is.
    async fn severed(self) -> Option<String> {
        self.severed_within(AT_MOST).await
    }

    async fn severed_within(self, time: Duration) -> Option<String> {
        let why = timeout(time, self.severed).await.ok()?.ok()?;
        assert!(self.is_killed.load(Ordering::SeqCst), "it goes on: {why}");
        Some(why)
    }

    /// What a person is told of, within a second.
    async fn told(&mut self) -> Option<String> {
        let told = timeout(EVERY * 2, self.told.recv()).await;
        told.ok().flatten()
    }

    fn is_severed(&self) -> bool {
        self.is_killed.load(Ordering::SeqCst)
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
    let why = daemon.severed().await.unwrap();
    assert!(
        why.contains("node-9") && why.contains("the key of party nyc"),
        "{why}"
    );
}

#[tokio::test]
async fn a_party_missing_ends_it_within_five_seconds_and_is_named() {
    let daemon = Daemon::honest().await;
    daemon.lie(&[2]);
    let why = daemon.severed().await.unwrap();
    assert!(why.contains("party nyc"), "{why}");
}

/// What was said meanwhile could have gone to it.
#[tokio::test]
async fn a_key_that_no_roster_names_is_told_at_once_and_ends_it_though_it_has_gone() {
    let mut daemon = Daemon::honest().await;
    daemon.lie(&[2, 9]);
    let told = daemon.told().await.unwrap();
    assert!(
        told.contains("node-9") && told.contains("the key of party nyc"),
        "{told}"
    );
    daemon.lie(&[2, 3]);
    assert_eq!(daemon.told().await, None, "it is told once");
    assert!(!daemon.is_severed());
    let why = daemon.severed().await.unwrap();
    assert!(why.contains("node-9"), "{why}");
}

#[tokio::test]
async fn addresses_that_were_another_partys_for_a_second_end_it() {
    let mut daemon = Daemon::honest().await;
    daemon.say(swapped());
    let told = daemon.told().await.unwrap();
    assert!(told.contains("party ams another address"), "{told}");
    daemon.lie(&[2, 3]);
    assert!(daemon.severed().await.is_some());
}

/// A coordinator can make answers long.
#[tokio::test]
async fn a_daemon_that_is_slow_to_answer_gains_no_time() {
    for slowness in [700, 1100, 1400] {
        let daemon = Daemon::honest().await;
        daemon.slowness.store(slowness, Ordering::SeqCst);
        sleep(EVERY * 4).await;
        daemon.lie(&[2, 9]);
        let why = daemon.severed().await.unwrap();
        assert!(why.contains("node-9"), "{slowness}: {why}");
    }
}

/// One that answers nothing might hide what it likes.
#[tokio::test]
async fn a_lie_after_silence_ends_it_as_soon() {
    let daemon = Daemon::honest().await;
    daemon.slowness.store(60_000, Ordering::SeqCst);
    daemon.lie(&[2, 9]);
    let (slowness, late) = (Arc::clone(&daemon.slowness), Duration::from_millis(2500));
    tokio::spawn(async move {
        sleep(late).await;
        slowness.store(0, Ordering::SeqCst);
    });
    let why = daemon.severed().await.unwrap();
    assert!(why.contains("node-9"), "{why}");
}

#[tokio::test]
async fn silence_ends_it() {
    let daemon = Daemon::honest().await;
    daemon.slowness.store(60_000, Ordering::SeqCst);
    let why = daemon.severed().await.unwrap();
    assert!(why.contains("does not answer"), "{why}");
}

#[tokio::test]
async fn a_little_silence_is_forgiven() {
    let daemon = Daemon::honest().await;
    daemon.slowness.store(60_000, Ordering::SeqCst);
    sleep(EVERY * 4).await;
    daemon.slowness.store(0, Ordering::SeqCst);
    assert_eq!(daemon.severed().await, None);
}

/// A coordinator that gives its node another name and another key for each look gains nothing by it.
#[tokio::test]
async fn a_lie_that_changes_does_not_begin_anew() {
    let daemon = Daemon::honest().await;
    for number in 10..30 {
        if daemon.is_severed() {
            break;
        }
        let mut lie: Value = serde_json::from_str(&status(&[2, 3, number])).unwrap();
        let key = NodeKey([number; 32]).to_string();
        lie["Peer"][key]["HostName"] = json!(format!("{number}").repeat(1000));
        daemon.say(lie.to_string());
        sleep(AT_MOST / 20).await;
    }
    let why = daemon.severed.await.unwrap();
    assert!(why.contains("does not name"), "{why}");
    assert!(why.len() < 400, "{why}");
}

/// A coordinator that tells the truth for every second look gains nothing but that time.
#[tokio::test]
async fn lies_with_truths_between_them_add_up() {
    let daemon = Daemon::honest().await;
    for _ in 0..2 {
        assert!(!daemon.is_severed());
        daemon.lie(&[2]);
        sleep(GRACE / 3 * 2).await;
        daemon.lie(&[2, 3]);
        sleep(EVERY * 2).await;
    }
    assert!(daemon.severed().await.is_some());
}

#[tokio::test]
async fn an_address_that_is_given_to_another_ends_it() {
    let daemon = Daemon::honest().await;
    daemon.say(swapped());
    let why = daemon.severed().await.unwrap();
    assert!(why.contains("party ams another address"), "{why}");
}

#[tokio::test]
async fn rules_that_cannot_be_seen_end_it() {
    let daemon = Daemon::with(Some([11_365].into_iter().collect())).await;
    let why = daemon.severed().await.unwrap();
    assert!(why.contains("whom it lets in cannot be seen"), "{why}");
    assert!(why.contains("404"), "{why}");
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
            ..Expected::default()
        },
        None,
    );
    assert_eq!(daemon.severed().await, None);
}

/// Its packets go nowhere, and the daemon may hear of it late.
#[tokio::test]
async fn who_was_a_party_may_stay_longer() {
    let daemon = Daemon::honest().await;
    let expected = || Expected {
        own: Some(NodeKey([1; 32])),
        peers: [(NodeKey([2; 32]), "ams".to_owned())].into(),
        ..Expected::default()
    };
    daemon.watched.expect(expected(), None);
    daemon.watched.expect(expected(), None);
    daemon.watched.state().held.stayed = LEAVING.checked_sub(GRACE * 2).unwrap();
    sleep(GRACE).await;
    assert!(!daemon.is_severed());
    let why = daemon.severed().await.unwrap();
    assert!(why.contains("nyc, who is no party any more"), "{why}");
}

#[tokio::test]
async fn a_daemon_that_has_ended_ends_it() {
    let (sever, severed) = oneshot::channel();
    let folder = tempfile::tempdir().unwrap();
    let api = LocalApi::at(&folder.path().join("none"));
    let (tell, _) = mpsc::channel(1);
    let watched = Watched::new(api, Expected::default(), (None, Seen::new()), tell);
    let ended = async { "it has ended".to_owned() };
    tokio::spawn(watch(Arc::new(watched), ended, || {}, sever));
    assert_eq!(severed.await.unwrap(), "it has ended");
}
