//! Connections of a program on its host, carried into the tailnet by a daemon in user space. (Those of peers' programs
//! the daemon hands to 127.0.0.1 by itself.)

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use e3_forward::place::{Accepted, Place, Programs as _};
use tokio::{
    io::{AsyncWriteExt as _, copy_bidirectional},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep},
};

use super::ground::Peers;
use crate::local_api::LocalApi;

/// How long the daemon may take to connect.
const DIALLING: Duration = Duration::from_secs(10);

/// For how long a program that has connected already waits for its peer's, which may not listen yet.
const LISTENING: Duration = Duration::from_mins(1);

/// Between attempts.
const AGAIN: Duration = Duration::from_millis(100);

/// Carries every connection that the program makes, for as long as the place is there.
pub(super) async fn carry_all(place: Arc<Place>, peers: Peers, api: LocalApi) {
    let mut connections = JoinSet::new();
    while let Ok(accepted) = place.accept().await {
        while connections.try_join_next().is_some() {}
        let (peers, api) = (peers.clone(), api.clone());
        connections.spawn(async move {
            let to = accepted.to;
            if let Err(error) = carry(accepted, &peers, &api).await {
                tracing::debug!(%error, "a program's connection to party {to} has ended");
            }
        });
    }
}

/// Carries one. The program takes it for connected already, so its peer is waited for as long as the program waits.
async fn carry(accepted: Accepted, peers: &Peers, api: &LocalApi) -> io::Result<()> {
    let Accepted {
        to,
        port,
        mut stream,
        ..
    } = accepted;
    let deadline = Instant::now() + LISTENING;
    let mut far = loop {
        let address = peers.address(to).ok_or(io::ErrorKind::AddrNotAvailable)?;
        let silent = match api.dial(SocketAddr::new(address, port), DIALLING).await {
            Ok(far) => break far,
            Err(silent) => silent,
        };
        if Instant::now() >= deadline {
            return Err(io::Error::other(silent.to_string()));
        }
        tokio::select! {
            () = sleep(AGAIN) => {}
            () = gone(&stream) => return Ok(()),
        }
    };
    stream.write_all(&far.first).await?;
    copy_bidirectional(&mut stream, &mut far.stream).await?;
    Ok(())
}

/// Resolves when the program has closed a connection without having said anything over it.
async fn gone(stream: &TcpStream) {
    let mut one = [0];
    match stream.peek(&mut one).await {
        Ok(0) | Err(_) => {}
        Ok(_) => std::future::pending().await,
    }
}
