//! Peers that leave, or do not keep to the protocol.

#![allow(clippy::unwrap_used)] // helpers of tests

use std::time::Duration;

use e3_forward::LinkState;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
    time::{sleep, timeout},
};

use crate::loopback::{LEFT, PATIENCE, Pair, RIGHT, carrier, key};

/// A follower that says this once its carrier is attached (docs/protocols/link.md).
async fn say(pair: &Pair, incarnation: u8, frame: &[u8]) {
    let (stream, mut end) = duplex(1 << 10);
    pair.left.forwarder.attach(carrier(RIGHT, stream, 1));
    let hello = [
        b"e3-link\x01\x01",
        &[3; 32][..],
        &[incarnation; 16],
        &[0; 16],
    ]
    .concat();
    end.write_all(&hello).await.unwrap();
    let mut heard = vec![0; hello.len() + 17];
    let read = timeout(PATIENCE, end.read_exact(&mut heard)).await;
    read.unwrap().unwrap();
    let mut attached = heard.split_off(hello.len());
    assert_eq!(attached[0], 0x41);
    attached[0] = 0x42;
    end.write_all(&attached).await.unwrap();
    end.write_all(frame).await.unwrap();
    let is_over = |state: &LinkState| matches!(state, LinkState::Over { .. });
    pair.left.wait(RIGHT, is_over).await;
}

#[tokio::test]
async fn whoever_has_left_may_be_back() {
    let pair = Pair::new(|_| {}).await;
    for incarnation in [7, 8] {
        say(&pair, incarnation, &[0x09]).await;
        pair.left.forwarder.begin_anew(key(RIGHT));
        let searching = |state: &LinkState| matches!(state, LinkState::Searching { .. });
        pair.left.wait(RIGHT, searching).await;
    }
}

#[tokio::test]
async fn whoever_does_what_is_wrong_is_cut_off_for_good() {
    let pair = Pair::new(|_| {}).await;
    say(&pair, 7, &[0xff]).await;
    pair.left.forwarder.begin_anew(key(RIGHT));
    sleep(Duration::from_millis(200)).await;
    let state = pair.left.forwarder.watch(key(RIGHT)).unwrap();
    let state = state.borrow().clone();
    assert!(matches!(state, LinkState::Over { .. }), "{state:?}");
}

/// Bytes that were said and heard, and resumptions, as the left has counted them.
fn counted(pair: &Pair) -> (u64, u64, u64) {
    let facts = pair.left.forwarder.report(key(RIGHT)).unwrap();
    (facts.sent, facts.received, facts.resumptions)
}

/// A program says something, and is answered, over a carrier that is cut then.
async fn talk(pair: &Pair) {
    let is_searching = |state: &LinkState| matches!(state, LinkState::Searching { .. });
    let cable = pair.join().await;
    let (mut near, mut far) = pair.call().await;
    near.write_all(b"hello").await.unwrap();
    far.read_exact(&mut [0; 5]).await.unwrap();
    far.write_all(b"yes").await.unwrap();
    near.read_exact(&mut [0; 3]).await.unwrap();
    cable.cut();
    pair.left.wait(RIGHT, is_searching).await;
    pair.right.wait(LEFT, is_searching).await;
}

#[tokio::test]
async fn what_was_counted_goes_on_from_one_link_to_the_next() {
    let pair = Pair::new(|_| {}).await;
    talk(&pair).await;
    talk(&pair).await;
    let _cable = pair.join().await;
    assert_eq!(counted(&pair), (10, 6, 2));
    // The peer leaves, and is back.
    pair.right.forwarder.add_peer(key(LEFT), LEFT, false);
    let is_over = |state: &LinkState| matches!(state, LinkState::Over { .. });
    pair.left.wait(RIGHT, is_over).await;
    assert_eq!(counted(&pair), (10, 6, 2));
    pair.left.forwarder.begin_anew(key(RIGHT));
    talk(&pair).await;
    assert_eq!(counted(&pair), (15, 9, 2));
    let _cable = pair.join().await;
    assert_eq!(counted(&pair), (15, 9, 3));
}
