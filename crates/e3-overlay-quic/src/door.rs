//! Accepting carriers from peers.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    num::NonZeroU16,
    sync::Arc,
    time::Duration,
};

use iroh::endpoint::Incoming;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    QuicError,
    carrier::{self, pacing},
    hub::Hub,
    options::Chosen,
};

/// Connections that are spoken with at one time; a flood of strangers must not fill the agent's memory.
const CROWD: usize = 256;

/// Connections that may wait to be accepted; as many parties may arrive at once.
const BACKLOG: u32 = 256;

/// How long a caller may take until it has proved who it is and said its first word.
const PATIENCE: Duration = Duration::from_secs(20);

/// Pause after a failed accept, such as for want of descriptors.
const RECOVER: Duration = Duration::from_millis(50);

/// Listens for TLS on every address of this host, of both families where the system has IPv6: on this port, or on any that
/// is free.
pub(crate) fn listen(port: Option<NonZeroU16>) -> Result<TcpListener, QuicError> {
    let number = port.map_or(0, NonZeroU16::get);
    let six = SocketAddr::from((Ipv6Addr::UNSPECIFIED, number));
    let four = SocketAddr::from((Ipv4Addr::UNSPECIFIED, number));
    let listener = match bind(TcpSocket::new_v6(), six) {
        // Somebody else would be met there by half of the peers.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        Err(_) => bind(TcpSocket::new_v4(), four),
        Ok(listener) => Ok(listener),
    };
    listener.map_err(|source| QuicError::Listen {
        at: port.map_or_else(
            || "any port of TCP".to_owned(),
            |port| format!("TCP port {port}"),
        ),
        source,
    })
}

fn bind(socket: io::Result<TcpSocket>, at: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket?;
    // Connections of an agent that has ended keep its port for a minute.
    socket.set_reuseaddr(at.port() != 0)?;
    pacing::begin(&socket);
    socket.bind(at)?;
    socket.listen(BACKLOG)
}

/// Whether a port can be had, of what it is needed for, before anybody relies on it.
pub(crate) fn try_port(chosen: &Chosen) -> Result<(), QuicError> {
    let Some(port) = chosen.port else {
        return Ok(());
    };
    if chosen.tcp {
        listen(Some(port))?;
    }
    let failed = |source| QuicError::Listen {
        at: format!("UDP port {port}"),
        source,
    };
    UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port.get())).map_err(failed)?;
    match UdpSocket::bind((Ipv6Addr::UNSPECIFIED, port.get())) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(failed(error)),
        // Where the system has no IPv6, nobody comes by it.
        _ => Ok(()),
    }
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
    let carrier = carrier::ride(&key, stream, from, &hub.wires)?;
    hub.attach(carrier);
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
    let carrier = carrier::accepted(connection, Arc::clone(&hub.relays)).await?;
    hub.attach(carrier);
    Ok(())
}

#[cfg(test)]
mod tests {
    use e3_session::types::{OptionValue, Options};

    use super::*;

    fn chosen(port: u16) -> Chosen {
        let port = ("port".to_owned(), OptionValue::Port(port));
        Chosen::read(&Options([port].into()))
    }

    #[tokio::test]
    async fn a_port_that_somebody_has_is_named() {
        let any = (Ipv4Addr::UNSPECIFIED, 0);
        let tcp = std::net::TcpListener::bind(any).unwrap();
        let port = tcp.local_addr().unwrap().port();
        let told = try_port(&chosen(port)).unwrap_err().to_string();
        assert!(told.contains(&format!("TCP port {port}")), "{told}");
        assert!(told.contains("`quic.port`"), "{told}");

        drop(tcp);
        try_port(&chosen(port)).unwrap();
        let listener = listen(chosen(port).port).unwrap();
        assert_eq!(listener.local_addr().unwrap().port(), port);

        for family in [
            Ipv4Addr::UNSPECIFIED.into(),
            std::net::IpAddr::from(Ipv6Addr::UNSPECIFIED),
        ] {
            let udp = UdpSocket::bind((family, 0)).unwrap();
            let port = udp.local_addr().unwrap().port();
            let told = try_port(&chosen(port)).unwrap_err().to_string();
            assert!(told.contains(&format!("UDP port {port}")), "{told}");
        }
    }
}
