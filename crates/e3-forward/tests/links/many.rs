//! What a peer can make an agent do.

#![allow(clippy::unwrap_used)] // helpers of tests

use std::{
    io,
    time::{Duration, Instant},
};

use e3_forward::Incident;
use e3_resume::ResetWhy;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    time::{sleep, timeout},
};

use crate::loopback::{LEFT, PATIENCE, Pair, RIGHT, key};

/// Connections that are opened at once.
const MANY: usize = 200;

/// How often the program is called in vain in a second, at most: at once, and then every 10 ms.
const CALLS: usize = 32 + 100;

#[tokio::test]
async fn where_nobody_listens_is_seldom_tried_however_many_wait() {
    let pair = Pair::new(|_| {}).await;
    pair.join().await;
    let free = free().await;
    let mut waiting = Vec::new();
    for _ in 0..MANY {
        let mut near = pair.left.call(free).await;
        near.write_all(b"early").await.unwrap();
        waiting.push(near);
    }
    sleep(Duration::from_secs(1)).await;
    let calls = pair.right.programs.calls.lock().unwrap().len();
    assert!((4..50).contains(&calls), "{calls} calls");
    // All of them are heard as soon as somebody listens.
    let listener = TcpListener::bind(("127.0.0.1", free)).await.unwrap();
    for _ in 0..MANY {
        let (mut far, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
        far.read_exact(&mut [0; 5]).await.unwrap();
    }
}

#[tokio::test]
async fn nor_are_many_ports_where_nobody_listens() {
    let pair = Pair::new(|_| {}).await;
    pair.join().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let begin = Instant::now();
    let mut waiting = Vec::new();
    for opened in 1..=MANY {
        waiting.push(pair.left.call(free().await).await);
        pair_has(&pair, opened).await;
    }
    let _near = pair.left.call(listener.local_addr().unwrap().port()).await;
    sleep(Duration::from_secs(1)).await;
    let calls = pair.right.programs.calls.lock().unwrap().len();
    let seconds = usize::try_from(begin.elapsed().as_secs()).unwrap() + 1;
    assert!(calls <= CALLS * seconds, "{calls} calls in {seconds} s");
    // Whoever listens is found among them.
    timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_peer_takes_no_more_than_its_share_of_what_may_be_open() {
    let pair = Pair::new(|settings| settings.files = 16).await;
    let mut notices = pair.left.forwarder.notices();
    pair.join().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut open = Vec::new();
    for _ in 0..8 {
        let near = pair.left.call(port).await;
        let (far, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
        open.push((near, far));
    }
    let mut beyond = pair.left.call(port).await;
    let read = timeout(PATIENCE, beyond.read(&mut [0])).await.unwrap();
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    let why = ResetWhy::TooMany;
    let called = Some(port);
    let reset = Incident::Reset { called, why };
    assert_eq!(notices.recv().await.unwrap().what, reset);
    // Once one of them has ended, there is room for another.
    drop(open.pop());
    while pair.right.forwarder.report(key(LEFT)).unwrap().streams > 7 {
        sleep(Duration::from_millis(5)).await;
    }
    let _another = pair.left.call(port).await;
    timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
}

/// A port of 127.0.0.1 on which nobody listens.
async fn free() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

/// Waits until the left end has so many connections.
async fn pair_has(pair: &Pair, connections: usize) {
    while pair.left.forwarder.report(key(RIGHT)).unwrap().streams < connections {
        sleep(Duration::from_millis(1)).await;
    }
}
