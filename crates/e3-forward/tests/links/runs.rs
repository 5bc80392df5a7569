//! Which connections are let to a program.

use std::{io, sync::atomic::Ordering, time::Duration};

use e3_forward::{Guard, Incident};
use e3_session::types::RunId;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    time::{sleep, timeout},
};

use crate::loopback::{LEFT, PATIENCE, Pair};

/// What MPyC's party 0 says first: its index, then 16 bytes of a key.
const ZERO: &[u8] = b"\x00\x00keykeykeykeykeyk";

#[tokio::test]
async fn a_caller_that_says_its_own_index_is_let_in() {
    let pair = Pair::new(|_| {}).await;
    pair.right.forwarder.guard(Guard::MpycIndex);
    pair.join().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut near = pair.left.call(listener.local_addr().unwrap().port()).await;
    // Byte by byte, as a network may deliver them.
    near.set_nodelay(true).unwrap();
    near.write_all(&ZERO[..1]).await.unwrap();
    sleep(Duration::from_millis(50)).await;
    assert!(
        pair.right.programs.calls.lock().unwrap().is_empty(),
        "the program was called too early"
    );
    near.write_all(&ZERO[1..]).await.unwrap();
    let (mut far, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    let mut bytes = [0; ZERO.len()];
    far.read_exact(&mut bytes).await.unwrap();
    assert_eq!(bytes, ZERO);
}

#[tokio::test]
async fn a_caller_that_says_another_index_is_reset_before_the_program_hears_of_it() {
    for claim in [&[1, 0][..], &[0, 1], &[2, 0], &[0]] {
        let pair = Pair::new(|_| {}).await;
        pair.right.forwarder.guard(Guard::MpycIndex);
        let mut notices = pair.right.forwarder.notices();
        pair.join().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut near = pair.left.call(port).await;
        near.write_all(claim).await.unwrap();
        near.shutdown().await.unwrap();
        let error = timeout(PATIENCE, near.read(&mut [0]))
            .await
            .unwrap()
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        let notice = notices.recv().await.unwrap();
        let index = claim
            .get(1)
            .map(|high| u16::from_le_bytes([claim[0], *high]));
        let claimed = Incident::Claimed { port, index };
        assert_eq!((notice.peer, notice.what), (LEFT, claimed));
        assert!(
            pair.right.programs.calls.lock().unwrap().is_empty(),
            "the program was called"
        );
    }
}

#[tokio::test]
async fn a_caller_that_comes_before_the_rules_is_held_to_them() {
    let pair = Pair::new(|_| {}).await;
    let mut notices = pair.right.forwarder.notices();
    pair.join().await;
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let mut near = pair.left.call(free.port()).await;
    near.write_all(&[1, 0]).await.unwrap();
    // The program does not listen yet, and so it was called in vain.
    sleep(Duration::from_millis(100)).await;
    pair.right.forwarder.guard(Guard::MpycIndex);
    let claimed = Incident::Claimed {
        port: free.port(),
        index: Some(1),
    };
    assert_eq!(notices.recv().await.unwrap().what, claimed);
    let listener = TcpListener::bind(free).await.unwrap();
    let error = timeout(PATIENCE, near.read(&mut [0]))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    let nobody = timeout(Duration::from_millis(200), listener.accept()).await;
    assert!(nobody.is_err(), "the program was called");
}

#[tokio::test]
async fn a_connection_of_another_run_never_reaches_the_program() {
    let pair = Pair::new(|_| {}).await;
    pair.join().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    pair.left.forwarder.begin_run(RunId(7));
    pair.right.forwarder.begin_run(RunId(6));
    // The next run's, which begins there in a moment.
    let mut early = pair.left.call(port).await;
    early.write_all(b"early").await.unwrap();
    sleep(Duration::from_millis(100)).await;
    assert!(
        pair.right.programs.calls.lock().unwrap().is_empty(),
        "the program of before was called"
    );
    pair.right.forwarder.end_run();
    sleep(Duration::from_millis(50)).await;
    pair.right.forwarder.begin_run(RunId(7));
    let (mut far, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    far.read_exact(&mut [0; 5]).await.unwrap();
    // What a program said last arrives, although it has ended.
    far.write_all(b"farewell").await.unwrap();
    drop(far);
    pair.right.forwarder.end_run();
    let mut last = Vec::new();
    let read = timeout(PATIENCE, early.read_to_end(&mut last)).await;
    read.unwrap().unwrap();
    assert_eq!(last, b"farewell");
}

#[tokio::test]
async fn a_connection_that_a_program_never_heard_of_ends_with_it() {
    let pair = Pair::new(|_| {}).await;
    pair.join().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    pair.left.forwarder.begin_run(RunId(7));
    pair.right.forwarder.begin_run(RunId(7));
    let mut near = pair.left.call(port).await;
    near.write_all(b"is anybody there?").await.unwrap();
    sleep(Duration::from_millis(100)).await;
    pair.right.forwarder.end_run();
    let read = timeout(PATIENCE, near.read(&mut [0])).await.unwrap();
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    // Nor does one wait that comes only now.
    let mut late = pair.left.call(port).await;
    late.write_all(b"is anybody there?").await.unwrap();
    let read = timeout(Duration::from_secs(2), late.read(&mut [0])).await;
    let error = read.expect("it waits for what will not come").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn where_others_listen_too_nobody_is_called_outside_of_a_run() {
    let pair = Pair::new(|_| {}).await;
    pair.right.programs.shared.store(true, Ordering::Relaxed);
    pair.join().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut near = pair.left.call(port).await;
    let read = timeout(PATIENCE, near.read(&mut [0])).await.unwrap();
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    for end in [&pair.left, &pair.right] {
        end.forwarder.begin_run(RunId(7));
    }
    let _near = pair.left.call(port).await;
    timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    for end in [&pair.left, &pair.right] {
        end.forwarder.end_run();
    }
    let mut near = pair.left.call(port).await;
    let read = timeout(PATIENCE, near.read(&mut [0])).await.unwrap();
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(pair.right.programs.calls.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn connections_of_no_run_are_left_alone() {
    let pair = Pair::new(|_| {}).await;
    pair.join().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut near = pair.left.call(listener.local_addr().unwrap().port()).await;
    near.write_all(b"1").await.unwrap();
    let (mut far, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    far.read_exact(&mut [0]).await.unwrap();
    for end in [&pair.left, &pair.right] {
        end.forwarder.begin_run(RunId(7));
        end.forwarder.end_run();
    }
    near.write_all(b"2").await.unwrap();
    let mut heard = [0];
    let read = timeout(PATIENCE, far.read_exact(&mut heard)).await;
    read.unwrap().unwrap();
    assert_eq!(&heard, b"2");
}
