use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use proptest::prelude::*;
use tokio::{net::TcpListener, time::Instant};

use super::{
    client::{Patience, Visitor, ask},
    server::{Desk, Guest, Issuer, acceptor},
    *,
};
use crate::{introduced::NodeKey, keys::PartyKeys};

struct Fixed;

#[async_trait]
impl Issuer for Fixed {
    async fn issue(&self, _: &Desk, _: NodeKey) -> Result<AuthKey, String> {
        Ok(Zeroizing::new("hskey-auth-1".to_owned()))
    }
}

/// Has no key so many times.
struct Failing(AtomicU32);

#[async_trait]
impl Issuer for Failing {
    async fn issue(&self, desk: &Desk, to: NodeKey) -> Result<AuthKey, String> {
        if self.0.load(Ordering::SeqCst) > 0 {
            self.0.fetch_sub(1, Ordering::SeqCst);
            return Err("the server does not answer".to_owned());
        }
        Fixed.issue(desk, to).await
    }
}

async fn open(desk: &Desk, key: &SigningKey) -> std::net::SocketAddr {
    open_with(desk, key, Arc::new(Fixed)).await
}

async fn open_with(desk: &Desk, key: &SigningKey, issuer: Arc<dyn Issuer>) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let acceptor = acceptor(key, desk).unwrap();
    tokio::spawn(desk.clone().serve(listener, acceptor, issuer));
    at
}

fn visitor(keys: &PartyKeys) -> Visitor<'_> {
    Visitor {
        key: keys.desk(),
        port: 11_365,
    }
}

fn soon() -> Patience {
    let known = Instant::now() + Duration::from_millis(700);
    Patience {
        known,
        answered: known + Duration::from_secs(5),
    }
}

#[tokio::test]
async fn only_whom_the_roster_names_is_given_a_key() {
    let [one, two, desk_keys] = [(); 3].map(|()| PartyKeys::generate().unwrap());
    let desk = Desk::default();
    let at = open(&desk, desk_keys.desk()).await;
    let desk_key = desk_keys.public().desk;
    assert!(
        ask(visitor(&one), (at, desk_key), soon()).await.is_err(),
        "there is no roster yet"
    );

    let public = one.public();
    desk.admit([(public.desk, public.node)].into_iter());
    let key = ask(visitor(&one), (at, desk_key), soon()).await.unwrap();
    assert_eq!(*key, "hskey-auth-1");
    let guest = Guest {
        node: public.node,
        port: Some(11_365),
    };
    assert_eq!(desk.guests(), [guest]);
    assert!(
        ask(visitor(&two), (at, desk_key), soon()).await.is_err(),
        "it is no party"
    );
    let wrong = two.public().desk;
    assert!(
        ask(visitor(&one), (at, wrong), soon()).await.is_err(),
        "it is not that desk"
    );

    desk.admit([].into_iter());
    assert!(
        ask(visitor(&one), (at, desk_key), soon()).await.is_err(),
        "it was removed"
    );
    assert!(!desk.is_known(&public.node));
    assert_eq!(desk.guests(), [], "its port is closed");
}

#[tokio::test]
async fn nobody_is_given_keys_without_end() {
    let [one, desk_keys] = [(); 2].map(|()| PartyKeys::generate().unwrap());
    let desk = Desk::default();
    let at = open(&desk, desk_keys.desk()).await;
    let public = one.public();
    for _ in 0..8 {
        desk.admit([(public.desk, public.node)].into_iter());
        assert!(
            ask(visitor(&one), (at, desk_keys.public().desk), soon())
                .await
                .is_ok()
        );
    }
    let error = ask(visitor(&one), (at, desk_keys.public().desk), soon())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("8 keys already"), "{error}");
}

/// Whoever reaches the desk can do so again and again.
#[tokio::test]
async fn who_says_nothing_keeps_nobody_waiting() {
    let [one, desk_keys] = [(); 2].map(|()| PartyKeys::generate().unwrap());
    let desk = Desk::default();
    let at = open(&desk, desk_keys.desk()).await;
    let public = one.public();
    desk.admit([(public.desk, public.node)].into_iter());
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(tokio::net::TcpStream::connect(at).await.unwrap());
    }
    let key = ask(visitor(&one), (at, desk_keys.public().desk), soon()).await;
    assert!(key.is_ok(), "{:?}", key.err());
}

#[tokio::test]
async fn what_was_not_given_is_not_counted() {
    let [one, desk_keys] = [(); 2].map(|()| PartyKeys::generate().unwrap());
    let desk = Desk::default();
    let failing = Arc::new(Failing(AtomicU32::new(20)));
    let at = open_with(&desk, desk_keys.desk(), failing).await;
    let public = one.public();
    desk.admit([(public.desk, public.node)].into_iter());
    let patience = Patience {
        known: Instant::now() + Duration::from_secs(20),
        answered: Instant::now() + Duration::from_secs(20),
    };
    let key = ask(visitor(&one), (at, desk_keys.public().desk), patience).await;
    assert_eq!(*key.unwrap(), "hskey-auth-1");
}

#[test]
fn an_answer_is_understood() {
    let key: Result<AuthKey, String> = Ok(Zeroizing::new("k-1".to_owned()));
    assert_eq!(*understand(&saying(&key)).unwrap(), "k-1");
    let none: Result<AuthKey, String> = Err("not\nnow".to_owned());
    assert_eq!(understand(&saying(&none)).unwrap_err(), "notnow");
    assert!(understand(b"+a b").is_err(), "no key has a space");
}

proptest! {
    #[test]
    fn whatever_a_desk_says_is_a_key_for_a_file_or_none(said in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(key) = understand(&said) {
            prop_assert!(!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}

/// One that was begun anew knows which ports are open and which keys were given, but nobody before it is told of a roster.
#[tokio::test]
async fn a_desk_that_is_begun_anew_knows_what_it_was_told() {
    let [keys, desk_keys] = [(); 2].map(|()| PartyKeys::generate().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("desk.json");
    let node = NodeKey([7; 32]);
    let guest = |port| Guest { node, port };
    let desk_key = desk_keys.public().desk;
    for port in [None, Some(11_365)] {
        let desk = Desk::open(file.clone()).unwrap();
        assert!(desk.guests().is_empty());
        desk.admit([(keys.public().desk, node)].into_iter());
        assert_eq!(desk.guests(), [guest(port)]);
        let at = open(&desk, desk_keys.desk()).await;
        for _ in 0..4 {
            ask(visitor(&keys), (at, desk_key), soon()).await.unwrap();
        }
    }
    let desk = Desk::open(file.clone()).unwrap();
    desk.admit([(keys.public().desk, node)].into_iter());
    let at = open(&desk, desk_keys.desk()).await;
    let refused = ask(visitor(&keys), (at, desk_key), soon()).await;
    assert!(refused.unwrap_err().to_string().contains("8 keys"));

    fs::write(&file, "{").unwrap();
    let broken = Desk::open(file).unwrap_err().to_string();
    assert!(broken.contains("desk.json"), "{broken}");
}
