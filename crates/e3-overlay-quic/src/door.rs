//! Accepting carriers from peers.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use iroh::endpoint::Incoming;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{QuicError, carrier, hub::Hub};

/// Connections that are spoken with at one time; a flood of strangers must not fill the agent's memory.
const CROWD: usize = 256;

/// Connections that may wait to be accepted; as many parties may arrive at once.
const BACKLOG: u32 = 256;

/// How long a caller may take until it has proved who it is and said its first word.
const PATIENCE: Duration = Duration::from_secs(20);

/// Pause after a failed accept, such as for want of descriptors.
const RECOVER: Duration = Duration::from_millis(50);

/// Listens for TLS on every address of this host, of both families where the system has IPv6.
pub(crate) fn listen() -> Result<TcpListener, QuicError> {
    let six = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
    let four = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let listener = bind(TcpSocket::new_v6(), six).or_else(|_| bind(TcpSocket::new_v4(), four));
    listener.map_err(|source| QuicError::Listen {
        at: "a port of TCP".to_owned(),
        source,
    })
}

fn bind(socket: io::Result<TcpSocket>, at: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket?;
    socket.bind(at)?;
    socket.listen(BACKLOG)
}

/// Accepts peers that come by TLS over TCP, until it is dropped.
pub(crate) async fn receive_by_tcp(hub: Arc<Hub>, listener: TcpListener) {
    let mut crowd = JoinSet::new();
    loop {
        let accepted = listener.accept().await;
        while crowd.try_join_next().is_some() {}
        match accepted {
            Ok((stream, from)) if crowd.len() < CROWD => {
                let hub = Arc::clone(&hub);
                crowd.spawn(timeout(PATIENCE, async move {
                    if let Err(error) = greet_by_tcp(&hub, stream, from).await {
                        tracing::debug!(%from, %error, "a caller is refused");
                    }
                }));
            }
            Ok(_) => {}
            Err(_) => sleep(RECOVER).await,
        }
    }
}

async fn greet_by_tcp(hub: &Hub, stream: TcpStream, from: SocketAddr) -> io::Result<()> {
    let (key, stream) = hub.tls.accept(stream).await?;
    let carrier = carrier::ride(stream, from, &hub.wires)?;
    hub.attach(&key, carrier);
    Ok(())
}

/// Accepts peers that come by QUIC, until the endpoint is closed.
pub(crate) async fn receive_by_quic(hub: Arc<Hub>) {
    let mut crowd = JoinSet::new();
    while let Some(incoming) = hub.endpoint.accept().await {
        while crowd.try_join_next().is_some() {}
        if crowd.len() >= CROWD {
            incoming.refuse();
            continue;
        }
        let hub = Arc::clone(&hub);
        crowd.spawn(timeout(PATIENCE, async move {
            if let Err(error) = greet_by_quic(&hub, incoming).await {
                tracing::debug!(%error, "a caller is refused");
            }
        }));
    }
}

async fn greet_by_quic(hub: &Hub, incoming: Incoming) -> io::Result<()> {
    // The doorkeeper has let in only whom the roster names.
    let connection = incoming.await.map_err(io::Error::other)?;
    let key = connection.remote_id();
    let carrier = carrier::accepted(connection, Arc::clone(&hub.relays)).await?;
    hub.attach(&key, carrier);
    Ok(())
}
