//! TLS over TCP, that breaks as soon as this host loses the address that it was made from: TCP itself would find out
//! after minutes.

use std::{
    collections::BTreeSet,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use e3_forward::{Carrier, CarrierFacts};
use e3_session::types::Path;
use futures::task::AtomicWaker;
use iroh::PublicKey;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::TlsStream;

use super::{TLS, pacing, rank};
use crate::key::of_link;

/// All that break when an address is gone.
#[derive(Debug, Default)]
pub(crate) struct Tripwires(Mutex<Vec<(IpAddr, Weak<Tripwire>)>>);

#[derive(Debug, Default)]
struct Tripwire {
    torn: AtomicBool,
    reader: AtomicWaker,
}

impl Tripwires {
    fn put(&self, at: IpAddr) -> Arc<Tripwire> {
        let wire = Arc::new(Tripwire::default());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, wire)| wire.strong_count() > 0);
        all.push((at, Arc::downgrade(&wire)));
        wire
    }

    /// These addresses are gone.
    pub(crate) fn tear(&self, gone: &BTreeSet<IpAddr>) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let torn = all.iter().filter(|(at, _)| gone.contains(at));
        for wire in torn.filter_map(|(_, wire)| wire.upgrade()) {
            wire.torn.store(true, Ordering::Release);
            wire.reader.wake();
        }
    }
}

/// The carrier of a handshake that has ended well, with whoever has this key.
pub(crate) fn ride(
    key: &PublicKey,
    stream: TlsStream<TcpStream>,
    peer: SocketAddr,
    wires: &Tripwires,
) -> io::Result<Carrier> {
    pacing::go_on(stream.get_ref().0);
    let own = stream.get_ref().0.local_addr()?.ip().to_canonical();
    let facts = CarrierFacts {
        transport: TLS.to_owned(),
        path: Path::Direct {
            address: SocketAddr::new(peer.ip().to_canonical(), peer.port()).to_string(),
        },
        rank: rank::TCP,
    };
    let wire = wires.put(own);
    Ok(Carrier::new(of_link(key), Wired { stream, wire }, facts))
}

/// A stream with its tripwire.
struct Wired {
    stream: TlsStream<TcpStream>,
    wire: Arc<Tripwire>,
}

impl Wired {
    fn holds(&self) -> io::Result<()> {
        if self.wire.torn.load(Ordering::Acquire) {
            let gone = "this host has lost the address that the connection was made from";
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, gone));
        }
        Ok(())
    }
}

impl AsyncRead for Wired {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_pending() {
            self.wire.reader.register(cx.waker());
            self.holds()?;
        }
        read
    }
}

impl AsyncWrite for Wired {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
