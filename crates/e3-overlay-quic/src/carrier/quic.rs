//! One stream of a QUIC connection, which tells how its packets travel.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use e3_forward::{Carrier, CarrierFacts};
use e3_session::types::Path;
use futures::StreamExt as _;
use iroh::{
    TransportAddr,
    endpoint::{Connection, RecvStream, SendStream, VarInt},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    runtime::Handle,
    sync::watch,
    time::timeout,
};

use super::{QUIC, rank};
use crate::{endpoint::Relays, key::of_link};

/// How long the peer may take to confirm what was said last, before the connection is closed.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// With this a connection is closed that is not needed any more.
const DONE: VarInt = VarInt::from_u32(0);

/// The stream that the caller has opened on a connection.
pub(crate) async fn accepted(connection: Connection, relays: Arc<Relays>) -> io::Result<Carrier> {
    let (send, receive) = connection.accept_bi().await?;
    Ok(watch_over(connection, send, receive, relays))
}

/// Opens the stream of a connection. The peer hears of it with the first bytes.
pub(crate) async fn carry(connection: Connection, relays: Arc<Relays>) -> io::Result<Carrier> {
    let (send, receive) = connection.open_bi().await?;
    Ok(watch_over(connection, send, receive, relays))
}

/// What a path's round-trip time is taken for until it was measured (RFC 9002, section 6.2.2).
const UNMEASURED: Duration = Duration::from_millis(333);

/// How a connection's packets travel, with the round-trip time there if it was measured.
pub(crate) fn path_of(connection: &Connection, relays: &Relays) -> (Path, Option<Duration>) {
    let paths = connection.paths();
    let chosen = paths.iter().find(iroh::endpoint::Path::is_selected);
    let chosen = chosen.or_else(|| paths.iter().next());
    let Some(path) = chosen else {
        let reason = "no path is open".to_owned();
        return (Path::Unreachable { reason }, None);
    };
    let shown = match path.remote_addr() {
        TransportAddr::Relay(url) => Path::Relayed {
            by: relays.name_of(url),
        },
        TransportAddr::Ip(at) => Path::Direct {
            address: std::net::SocketAddr::new(at.ip().to_canonical(), at.port()).to_string(),
        },
        other => Path::Direct {
            address: format!("{other:?}"),
        },
    };
    let rtt = path.rtt();
    (shown, (rtt != UNMEASURED).then_some(rtt))
}

fn watch_over(
    connection: Connection,
    send: SendStream,
    receive: RecvStream,
    relays: Arc<Relays>,
) -> Carrier {
    let facts = move |connection: &Connection| {
        let (path, _) = path_of(connection, &relays);
        let rank = match path {
            Path::Direct { .. } => rank::DIRECT,
            Path::Relayed { .. } | Path::Unreachable { .. } => rank::RELAYED,
        };
        CarrierFacts {
            transport: QUIC.to_owned(),
            path,
            rank,
        }
    };
    let (tell, told) = watch::channel(facts(&connection));
    let watched = connection.clone();
    tokio::spawn(async move {
        // Ends with the connection.
        let mut changes = watched.paths_stream();
        while changes.next().await.is_some() {
            tell.send_replace(facts(&watched));
        }
    });
    let peer = of_link(&connection.remote_id());
    let stream = OneStream {
        connection,
        send: Some(send),
        receive,
    };
    Carrier::watched(peer, stream, told)
}

/// A connection as long as its one stream.
struct OneStream {
    connection: Connection,
    /// There until it is dropped.
    send: Option<SendStream>,
    receive: RecvStream,
}

impl OneStream {
    fn send(self: Pin<&mut Self>) -> io::Result<Pin<&mut SendStream>> {
        let send = self.get_mut().send.as_mut();
        send.map(Pin::new)
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl AsyncRead for OneStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        AsyncRead::poll_read(Pin::new(&mut self.receive), cx, buffer)
    }
}

impl AsyncWrite for OneStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write(self.send()?, cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(self.send()?, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_shutdown(self.send()?, cx)
    }
}

impl Drop for OneStream {
    /// Closing a connection throws away what is on its way; what was said last deserves better.
    fn drop(&mut self) {
        let connection = self.connection.clone();
        let (Some(mut send), Ok(runtime)) = (self.send.take(), Handle::try_current()) else {
            connection.close(DONE, b"");
            return;
        };
        runtime.spawn(async move {
            if send.finish().is_ok() {
                let _confirmed = timeout(LAST_WORDS, send.stopped()).await;
            }
            connection.close(DONE, b"");
        });
    }
}
