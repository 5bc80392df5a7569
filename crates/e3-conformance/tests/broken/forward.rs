//! A forwarder on a party's host: every connection to it goes on to one peer, through the fault.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
    time::timeout,
};

use crate::fault::Fault;

/// The byte of a stream at which something is wrong.
const BAD: usize = 50_000;

/// How long a fragile forwarder bears silence.
const SILENCE: Duration = Duration::from_secs(3);

/// Connections of a party to one peer.
pub(crate) struct Forward {
    /// The peer's name in the roster.
    pub(crate) peer: String,
    /// Where they go on to.
    pub(crate) target: SocketAddr,
    /// Where they are taken.
    pub(crate) at: SocketAddr,
    task: JoinHandle<()>,
}

impl Forward {
    pub(crate) async fn start(peer: String, target: SocketAddr, fault: Fault) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let at = listener.local_addr()?;
        let task = tokio::spawn(take(listener, target, fault));
        Ok(Self {
            peer,
            target,
            at,
            task,
        })
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(listener: TcpListener, target: SocketAddr, fault: Fault) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        if fault == Fault::Once && !connections.is_empty() {
            // Accepted and forgotten, as by a forwarder that believes to have a connection already.
            continue;
        }
        connections.spawn(async move {
            // Whatever ends a connection ends it for both.
            let _ = carry(near, target, fault).await;
        });
    }
}

async fn carry(near: TcpStream, target: SocketAddr, fault: Fault) -> io::Result<()> {
    let far = TcpStream::connect(target).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let (from_near, to_near) = near.into_split();
    let (from_far, to_far) = far.into_split();
    let there = pump(from_near, to_far, fault);
    let back = pump(from_far, to_near, fault);
    if fault == Fault::ClosesBoth {
        return tokio::select! { ended = there => ended, ended = back => ended };
    }
    tokio::try_join!(there, back)?;
    Ok(())
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, fault: Fault) -> io::Result<()> {
    let mut buffer = vec![0; 256 * 1024];
    let mut at = 0;
    loop {
        let read = match fault {
            Fault::Fragile => timeout(SILENCE, from.read(&mut buffer)).await?,
            _ => from.read(&mut buffer).await,
        };
        let read = match (read, fault) {
            (Ok(0) | Err(_), Fault::HidesEnds) => return std::future::pending().await,
            (Ok(0), _) => return to.shutdown().await,
            (read, _) => read?,
        };
        let piece = &mut buffer[..read];
        let bad = BAD.checked_sub(at).filter(|bad| *bad < read);
        at += read;
        match (bad, fault) {
            (Some(bad), Fault::Corrupts) => piece[bad] ^= 1,
            (Some(bad), Fault::Loses) => {
                to.write_all(&piece[..bad]).await?;
                to.write_all(&piece[bad + 1..]).await?;
                continue;
            }
            _ => {}
        }
        to.write_all(piece).await?;
    }
}
