//! Indices that are others than before.

use std::time::Duration;

use e3_forward::LinkState;
use e3_session::types::PartyIndex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
    net::TcpListener,
    time::{sleep, timeout},
};

use crate::loopback::{LEFT, PATIENCE, Pair, RIGHT, carrier, key};

/// Somebody else, whom the left knows, too.
const THIRD: PartyIndex = PartyIndex(2);

#[tokio::test]
async fn a_carrier_comes_to_its_own_peer_whatever_indices_say() {
    let pair = Pair::new(|_| {}).await;
    pair.join().await;
    let (mut near, mut far) = pair.call().await;
    let left = &pair.left.forwarder;
    left.add_peer(key(THIRD), THIRD, true);
    // A roster without the one on the right, whose index the third gets; its link has yet to end.
    left.renumber(LEFT, &[(key(THIRD), RIGHT)]);
    let (its, mut end) = duplex(1 << 10);
    left.attach(carrier(THIRD, its, 9));
    let mut hello = [0; 6];
    timeout(PATIENCE, end.read_exact(&mut hello))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&hello, b"e3-lin");
    // One of a stranger comes to nobody.
    let (strangers, mut end) = duplex(1 << 10);
    left.attach(carrier(PartyIndex(7), strangers, 9));
    let heard = timeout(PATIENCE, end.read(&mut hello)).await.unwrap();
    assert_eq!(heard.unwrap(), 0, "a stranger was greeted");
    let third = left.watch(key(THIRD)).unwrap().borrow().clone();
    assert!(matches!(third, LinkState::Searching { .. }), "{third:?}");
    near.write_all(b"1").await.unwrap();
    far.read_exact(&mut [0]).await.unwrap();
}

#[tokio::test]
async fn whoever_calls_meanwhile_comes_from_its_new_index() {
    let pair = Pair::new(|_| {}).await;
    pair.join().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = free.local_addr().unwrap();
    drop(free);
    let mut near = pair.left.call(at.port()).await;
    near.write_all(b"early").await.unwrap();
    // The program does not listen yet, and is called again and again.
    sleep(Duration::from_millis(100)).await;
    let right = &pair.right.forwarder;
    right.renumber(LEFT, &[(key(LEFT), RIGHT)]);
    let listener = TcpListener::bind(at).await.unwrap();
    timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    let calls = pair.right.programs.calls.lock().unwrap();
    let from: Vec<_> = calls.iter().map(|call| call.from).collect();
    assert_eq!(from.first(), Some(&LEFT));
    assert_eq!(from.last(), Some(&RIGHT));
}
