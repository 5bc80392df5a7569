//! What programs see of a link.

use std::{io, time::Duration};

use e3_forward::{Incident, LinkState};
use e3_resume::{Over, ResetWhy};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    time::{Instant, sleep, timeout},
};

use crate::loopback::{LEFT, PATIENCE, Pair, RIGHT, key};

#[tokio::test]
async fn talk_both_ways_and_end_each_for_itself() {
    let pair = Pair::new(|_| {}).await;
    pair.join().await;
    let (mut near, mut far) = pair.call().await;
    near.write_all(b"question").await.unwrap();
    near.shutdown().await.unwrap();
    let mut question = String::new();
    far.read_to_string(&mut question).await.unwrap();
    assert_eq!(question, "question");
    far.write_all(b"answer").await.unwrap();
    drop(far);
    let mut answer = String::new();
    near.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "answer");

    let facts = pair.left.forwarder.report(key(RIGHT)).unwrap();
    assert_eq!((facts.sent, facts.received), (8, 6));
    let call = pair.right.programs.calls.lock().unwrap()[0];
    assert_eq!(call.from, LEFT);
    assert_eq!(call.from_port, near.local_addr().unwrap().port());
}

#[tokio::test]
async fn lose_nothing_however_often_their_carrier_is_cut() {
    const SIZE: usize = 30 << 20;
    let pair = Pair::new(|_| {}).await;
    let mut cable = pair.join().await;
    let (mut near, mut far) = pair.call().await;
    let sent = |at: usize| {
        (at as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .to_be_bytes()[0]
    };
    let writing = tokio::spawn(async move {
        let bytes: Vec<u8> = (0..SIZE).map(sent).collect();
        near.write_all(&bytes).await.unwrap();
        near.shutdown().await.unwrap();
        near
    });
    let reading = tokio::spawn(async move {
        let mut bytes = Vec::new();
        far.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(bytes.len(), SIZE);
        assert!(bytes.iter().enumerate().all(|(at, byte)| *byte == sent(at)));
    });
    for _ in 0..20 {
        sleep(Duration::from_millis(10)).await;
        cable.cut();
        cable = pair.join().await;
    }
    timeout(PATIENCE, reading).await.unwrap().unwrap();
    writing.await.unwrap();
    let facts = pair.left.forwarder.report(key(RIGHT)).unwrap();
    assert!(
        facts.resumptions >= 10,
        "only {} resumptions",
        facts.resumptions
    );
    cable.cut();
}

#[tokio::test]
async fn are_reset_at_both_ends() {
    let pair = Pair::new(|_| {}).await;
    pair.join().await;
    let (mut near, mut far) = pair.call().await;
    near.write_all(b"last words").await.unwrap();
    near.set_zero_linger().unwrap();
    drop(near);
    let mut words = [0; 10];
    far.read_exact(&mut words).await.unwrap();
    assert_eq!(&words, b"last words");
    let error = timeout(PATIENCE, far.read(&mut [0]))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn bring_the_last_words_of_a_program_that_hears_nothing_any_more() {
    let pair = Pair::new(|_| {}).await;
    let cable = pair.join().await;
    let (mut near, mut far) = pair.call().await;
    near.write_all(b"x").await.unwrap();
    far.read_exact(&mut [0]).await.unwrap();
    // Both speak while nothing passes; then one ends, with something unread.
    cable.cut();
    far.write_all(b"unheard").await.unwrap();
    near.write_all(b"last words").await.unwrap();
    drop(near);
    pair.join().await;
    let mut words = [0; 10];
    timeout(PATIENCE, far.read_exact(&mut words))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&words, b"last words");
}

#[tokio::test]
async fn wait_for_a_program_that_listens_later() {
    let pair = Pair::new(|_| {}).await;
    pair.join().await;
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let mut near = pair.left.call(free.port()).await;
    near.write_all(b"early").await.unwrap();
    sleep(Duration::from_millis(300)).await;
    let listener = TcpListener::bind(free).await.unwrap();
    let (mut far, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    let mut bytes = [0; 5];
    far.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"early");
}

#[tokio::test]
async fn are_reset_where_nobody_ever_listens() {
    let pair = Pair::new(|settings| settings.outage = Duration::from_millis(900)).await;
    pair.join().await;
    let mut notices = pair.left.forwarder.notices();
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let mut near = pair.left.call(free.port()).await;
    let error = timeout(PATIENCE, near.read(&mut [0]))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    let reset = Incident::Reset {
        called: Some(free.port()),
        why: ResetWhy::NoListener,
    };
    assert_eq!(notices.recv().await.unwrap().what, reset);
}

#[tokio::test]
async fn are_reset_when_an_outage_lasts_too_long_and_the_link_begins_anew() {
    let pair = Pair::new(|settings| settings.outage = Duration::from_millis(500)).await;
    let mut notices = pair.right.forwarder.notices();
    let cable = pair.join().await;
    let (mut near, _far) = pair.call().await;
    cable.cut();
    let before = Instant::now();
    let error = timeout(PATIENCE, near.read(&mut [0]))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert!(before.elapsed() >= Duration::from_millis(400));
    pair.left
        .wait(
            RIGHT,
            |state| matches!(state, LinkState::Searching { why, .. } if why.contains("outage")),
        )
        .await;
    pair.right
        .wait(
            LEFT,
            |state| matches!(state, LinkState::Searching { why, .. } if why.contains("outage")),
        )
        .await;
    // Both ends tell it, for each is another person's.
    let Incident::Ended { connections, over } = notices.recv().await.unwrap().what else {
        panic!("something else was told");
    };
    assert!(matches!(over, Over::Outage(_)), "{over}");
    assert_eq!(connections, 1);
    pair.join().await;
    let (mut near, mut far) = pair.call().await;
    near.write_all(b"again").await.unwrap();
    far.read_exact(&mut [0; 5]).await.unwrap();
}

#[tokio::test]
async fn are_reset_when_the_peer_does_not_come_back_after_an_outage() {
    let pair = Pair::new(|settings| settings.outage = Duration::from_millis(500)).await;
    let cable = pair.join().await;
    cable.cut();
    pair.left
        .wait(
            RIGHT,
            |state| matches!(state, LinkState::Searching { why, .. } if why.contains("outage")),
        )
        .await;
    // A program that connects again, as many do, is told as well.
    let mut notices = pair.left.forwarder.notices();
    let mut near = pair.left.call(11_365).await;
    let error = timeout(PATIENCE, near.read(&mut [0]))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    let what = notices.recv().await.unwrap().what;
    assert!(matches!(what, Incident::Ended { connections: 1, .. }));
}

#[tokio::test]
async fn move_to_a_better_carrier() {
    let pair = Pair::new(|_| {}).await;
    let worse = pair.join().await;
    let (mut near, mut far) = pair.call().await;
    near.write_all(b"1").await.unwrap();
    far.read_exact(&mut [0]).await.unwrap();
    let _better = pair.connect(2);
    pair.left
        .wait(
            RIGHT,
            |state| matches!(state, LinkState::Attached { facts } if facts.rank == 2),
        )
        .await;
    worse.cut();
    near.write_all(b"2").await.unwrap();
    far.read_exact(&mut [0]).await.unwrap();
    assert!(
        pair.left
            .forwarder
            .ping(key(RIGHT), PATIENCE)
            .await
            .is_some()
    );
    assert!(
        pair.left
            .forwarder
            .report(key(RIGHT))
            .unwrap()
            .rtt
            .is_some()
    );
}

#[tokio::test]
async fn end_with_the_agent_that_leaves() {
    let pair = Pair::new(|_| {}).await;
    pair.join().await;
    let (_near, mut far) = pair.call().await;
    timeout(Duration::from_secs(2), pair.left.forwarder.leave())
        .await
        .unwrap();
    let error = timeout(PATIENCE, far.read(&mut [0]))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    pair.right
        .wait(
            LEFT,
            |state| matches!(state, LinkState::Over { reason } if reason.contains("has left")),
        )
        .await;
}
