//! Reflectors and relays over TCP.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use e3_session::types::{ServiceReach, Transport};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::latency::{ms, reach};
use super::{Pace, Target};
use crate::clock::{Times, Timestamp};
use crate::framing;
use crate::message::{Attribute, Class, Message, Transaction};

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(5);
/// Connections that are timed.
const CONNECTIONS: u16 = 3;

/// Asks a reflector over TCP.
pub(super) async fn measure(target: Target<'_>, pace: Pace) -> ServiceReach {
    let exchanges = exchanges(target.station.first(), pace).await;
    reach(
        target,
        Transport::Tcp,
        pace.measurements,
        exchanges.into_iter(),
    )
}

/// As many exchanges as there are until one fails.
async fn exchanges(to: SocketAddr, pace: Pace) -> Vec<(Duration, Option<Times>)> {
    let mut found = Vec::new();
    let Ok(Ok(mut stream)) = timeout(CONNECT, TcpStream::connect(to)).await else {
        return found;
    };
    let _ = stream.set_nodelay(true);
    for _ in 0..pace.measurements {
        match timeout(CONNECT, exchange(&mut stream)).await {
            Ok(Ok(one)) => found.push(one),
            Ok(Err(_)) | Err(_) => break,
        }
    }
    found
}

async fn exchange(stream: &mut TcpStream) -> io::Result<(Duration, Option<Times>)> {
    let transaction = Transaction::random().ok_or_else(|| io::Error::other("no randomness"))?;
    let times = Times {
        asked: Timestamp::here(),
        ..Times::default()
    };
    let begun = Instant::now();
    let question = Message::new(Class::Request, transaction).with(Attribute::Times(times));
    stream.write_all(&question.encode()).await?;
    let bytes = framing::read(stream).await?;
    let took = begun.elapsed();
    let answer = Message::decode(&bytes).map_err(io::Error::other)?;
    if answer.transaction != transaction || answer.class != Class::Success {
        return Err(io::Error::other("not the answer"));
    }
    let times = answer.times();
    Ok((took, times))
}

/// How long a TCP connection to a service takes to stand, the least of some: one round trip.
pub async fn connect_time(service: &str, address: SocketAddr) -> ServiceReach {
    let mut took: Option<Duration> = None;
    let mut answered = 0;
    for _ in 0..CONNECTIONS {
        let begun = Instant::now();
        let Ok(Ok(_stream)) = timeout(CONNECT, TcpStream::connect(address)).await else {
            break;
        };
        answered += 1;
        let this = begun.elapsed();
        took = Some(took.map_or(this, |least| least.min(this)));
    }
    ServiceReach {
        service: service.to_owned(),
        address,
        transport: Transport::Tcp,
        sent: CONNECTIONS,
        answered,
        rtt_ms: took.map(ms),
        clock: None,
    }
}
