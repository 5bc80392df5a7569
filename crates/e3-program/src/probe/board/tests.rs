//! What a party that does not keep to a measurement can do: nothing but end it.

use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};

use super::*;
use crate::probe::{Probe, Profile, Report, Round, measure};

/// Nothing here takes longer.
const SOON: Duration = Duration::from_secs(20);

/// Two parties, of which the test plays party 0: what it is connected with, and who the other one is.
async fn second_of_two() -> (Peers, JoinHandle<TcpStream>) {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = port.local_addr().unwrap();
    drop(port);
    let peers = Peers {
        me: 1,
        addresses: vec![([127, 0, 0, 1], 9).into(), address],
    };
    let dialling = tokio::spawn(async move {
        let mut stream = loop {
            match TcpStream::connect(address).await {
                Ok(stream) => break stream,
                Err(_) => sleep(Duration::from_millis(10)).await,
            }
        };
        stream.write_all(b"e3pr/1\0\0").await.unwrap();
        stream
    });
    (peers, dialling)
}

fn round(number: u32) -> Vec<u8> {
    frame(Kind::Round, &number.to_le_bytes())
}

fn profile(rounds: usize) -> Profile {
    let round = Round {
        compute_ms: 0.0,
        bytes: 10,
    };
    Profile {
        rounds: vec![round; rounds],
        ..Profile::of("p", &[], 2)
    }
}

/// How a mesh of three rounds ends where party 0 says `go`, then these rounds.
async fn mesh_with(numbers: &[u32]) -> Result<Report, ProbeError> {
    let (peers, dialling) = second_of_two().await;
    let said: Vec<u8> = numbers.iter().copied().flat_map(round).collect();
    let other = tokio::spawn(async move {
        let mut stream = dialling.await.unwrap();
        stream.write_all(&frame(Kind::Go, &[])).await.unwrap();
        stream.write_all(&said).await.unwrap();
        stream.write_all(&frame(Kind::Go, &[])).await.unwrap();
        // Whatever the other one says, until it goes.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let profile = profile(3);
    let ended = timeout(SOON, measure(Probe::Mesh(&profile), peers)).await;
    other.abort();
    ended.expect("neither ends nor fails")
}

#[tokio::test]
async fn who_keeps_to_the_rounds_is_replayed_with() {
    let report = mesh_with(&[0, 1, 2]).await.unwrap();
    assert!(matches!(report, Report::Mesh { party: 1, replayed } if replayed.rounds == 3));
}

#[tokio::test]
async fn a_round_that_cannot_be_yet_or_again_ends_the_replay() {
    for (numbers, told) in [
        (&[7][..], "round 7 in round 0"),
        (&[2], "round 2 in round 0"),
        (&[0, 0], "round 0 in round"),
        (&[0, 1, 3], "round 3 in round"),
    ] {
        let failed = mesh_with(numbers).await.unwrap_err().to_string();
        assert!(failed.contains(told), "{numbers:?}: {failed}");
    }
}

#[tokio::test]
async fn who_says_too_much_before_the_beginning_is_told_apart() {
    let (peers, dialling) = second_of_two().await;
    let other = tokio::spawn(async move {
        let mut stream = dialling.await.unwrap();
        // It may be left before all is said.
        let _ = stream.write_all(&round(0).repeat(2 * WAITING)).await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let joined = timeout(SOON, Board::join(peers)).await.expect("still kept");
    assert!(matches!(
        joined.map(drop),
        Err(ProbeError::Strange { party: 0, .. })
    ));
    other.abort();
}

#[tokio::test]
async fn what_nobody_asks_for_waits_with_the_one_who_says_it() {
    let (peers, dialling) = second_of_two().await;
    let other = tokio::spawn(async move {
        let mut stream = dialling.await.unwrap();
        stream.write_all(&frame(Kind::Go, &[])).await.unwrap();
        let _ = stream.write_all(&round(0).repeat(4 * WAITING)).await;
        stream
    });
    let board = Board::join(peers).await.unwrap();
    let filled = timeout(SOON, async {
        while board.events.len() < WAITING {
            sleep(Duration::from_millis(10)).await;
        }
        sleep(Duration::from_millis(300)).await;
    });
    filled.await.expect("nothing comes");
    assert_eq!(board.events.len(), WAITING);
    other.abort();
}
