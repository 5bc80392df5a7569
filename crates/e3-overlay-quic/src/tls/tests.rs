//! Two ends over loopback.

use std::net::{Ipv4Addr, SocketAddr};

use e3_session::types::PartyIndex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;

/// A listener's side: who may come in, its key, where it listens.
struct Side {
    key: SessionKey,
    guests: Guests,
    listener: TcpListener,
    at: SocketAddr,
}

async fn side() -> Side {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    Side {
        key: SessionKey::generate().unwrap(),
        guests: Guests::default(),
        at: listener.local_addr().unwrap(),
        listener,
    }
}

async fn accept(side: &Side) -> std::io::Result<(PublicKey, TlsStream<TcpStream>)> {
    let tls = Tls::new(&side.key, side.guests.clone()).unwrap();
    let (stream, _) = side.listener.accept().await?;
    tls.accept(stream).await
}

fn caller(key: &SessionKey) -> Tls {
    Tls::new(key, Guests::default()).unwrap()
}

#[tokio::test]
async fn two_that_know_one_another_speak() {
    let side = side().await;
    let key = SessionKey::generate().unwrap();
    side.guests.admit([(key.public(), PartyIndex(4))]);
    let tls = caller(&key);
    let (accepted, dialled) = tokio::join!(accept(&side), tls.dial(side.key.public(), side.at));
    let (who, mut accepted) = accepted.unwrap();
    assert_eq!(side.guests.who(&who), Some(PartyIndex(4)));
    let mut dialled = dialled.unwrap();
    dialled.write_all(b"ping").await.unwrap();
    dialled.flush().await.unwrap();
    let mut heard = [0; 4];
    accepted.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"ping");
}

#[tokio::test]
async fn whom_the_roster_does_not_name_is_refused() {
    let side = side().await;
    side.guests
        .admit([(SessionKey::generate().unwrap().public(), PartyIndex(4))]);
    let stranger = caller(&SessionKey::generate().unwrap());
    let (accepted, dialled) =
        tokio::join!(accept(&side), stranger.dial(side.key.public(), side.at));
    assert!(accepted.is_err());
    // A caller has finished its own part of TLS 1.3 before it is refused; it hears of it at once.
    if let Ok(mut dialled) = dialled {
        assert!(dialled.read_u8().await.is_err());
    }
}

#[tokio::test]
async fn who_was_removed_is_refused() {
    let side = side().await;
    let key = SessionKey::generate().unwrap();
    side.guests.admit([(key.public(), PartyIndex(4))]);
    let tls = caller(&key);
    let (accepted, _dialled) = tokio::join!(accept(&side), tls.dial(side.key.public(), side.at));
    accepted.unwrap();
    side.guests.admit([]);
    let (accepted, _dialled) = tokio::join!(accept(&side), tls.dial(side.key.public(), side.at));
    assert!(accepted.is_err());
}

#[tokio::test]
async fn somebody_else_in_the_peers_place_is_refused() {
    let side = side().await;
    let key = SessionKey::generate().unwrap();
    side.guests.admit([(key.public(), PartyIndex(4))]);
    let wanted = SessionKey::generate().unwrap().public();
    let tls = caller(&key);
    let (accepted, dialled) = tokio::join!(accept(&side), tls.dial(wanted, side.at));
    assert!(accepted.is_err() && dialled.is_err());
}

#[test]
fn a_key_is_shown_in_one_way() {
    let key = SessionKey::generate().unwrap().public();
    let bytes = shown(&key);
    assert_eq!(key_in(&bytes), Some(key));
    assert_eq!(key_in(&bytes[..43]), None);
    for at in 0..12 {
        let mut other = bytes.clone();
        other[at] ^= 1;
        assert_eq!(key_in(&other), None, "byte {at}");
    }
}
