//! A reflector over TCP, where UDP is blocked: latency and clocks can be told all the same (RFC 8489, section 6.2.2).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::debug;

use super::{Asked, Clock, answer};
use crate::framing;
use crate::station::Stations;

/// Connections at once; others wait to be taken.
const CONNECTIONS: usize = 64;
/// After such a silence a connection is closed.
const SILENCE: Duration = Duration::from_secs(10);
/// Questions that one connection may ask.
const QUESTIONS: usize = 100;
/// After a connection could not be taken, until the next one is.
const AGAIN: Duration = Duration::from_millis(100);

/// Answers on a listener, for ever.
pub(super) async fn serve(listener: TcpListener, at: SocketAddr, stations: Stations, clock: Clock) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, by)) => {
                let stations = stations.clone();
                connections.spawn(async move {
                    converse(stream, by, at, &stations, clock).await;
                    drop(place);
                });
            }
            Err(error) => {
                debug!(%at, %error, "a connection could not be taken");
                sleep(AGAIN).await;
            }
        }
    }
}

async fn converse(
    mut stream: TcpStream,
    by: SocketAddr,
    at: SocketAddr,
    stations: &Stations,
    clock: Clock,
) {
    // Answers are small and waited for.
    let _ = stream.set_nodelay(true);
    for _ in 0..QUESTIONS {
        let Ok(Ok(bytes)) = timeout(SILENCE, framing::read(&mut stream)).await else {
            return;
        };
        let asked = Asked {
            bytes: &bytes,
            by,
            at,
            received: clock(),
        };
        // Another address, port or recipient cannot be had of a connection that stands.
        let found = answer(stations, asked, clock);
        let Some(answer) = found.filter(|answer| (answer.from, answer.to) == (at, by)) else {
            return;
        };
        let bytes = answer.message.encode();
        if !matches!(timeout(SILENCE, stream.write_all(&bytes)).await, Ok(Ok(()))) {
            return;
        }
    }
}
