//! Where a party's program would be: sockets on its host, or in the network that its agent keeps for it there, dialled by
//! its dial table.

use std::{
    fs::{self, File},
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::unix::fs::MetadataExt as _,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use e3_lab::Host;
use e3_sys::namespace::{self, Kind};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};

use super::{
    stream::{End, Stream},
    tls::Credentials,
};

/// No connection takes longer to come about.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 64;

/// A place where sockets are made, with what protects what is said over them.
#[derive(Clone)]
pub struct Place {
    host: Host,
    /// The network that the agent keeps for programs, where that is not the host's.
    network: Option<Arc<File>>,
    credentials: Option<Credentials>,
}

/// A socket that listens, as a program's would: on every address of its place.
pub struct Door {
    listener: TcpListener,
    credentials: Option<Credentials>,
}

impl Place {
    /// On a host, outside every network that is kept for a program.
    pub fn outside(host: &Host) -> Self {
        Self {
            host: host.clone(),
            network: None,
            credentials: None,
        }
    }

    /// Where the agent that is this process on the host would start a program, with what the overlay has given it.
    pub fn of(host: &Host, agent: u32, credentials: Option<&Credentials>) -> Self {
        Self {
            network: kept_by(agent).map(Arc::new),
            credentials: credentials.cloned(),
            ..Self::outside(host)
        }
    }

    /// Listens on every address, IPv6 and IPv4, as `MPyC` does whatever it is told.
    pub fn listen(&self, port: u16) -> anyhow::Result<Door> {
        let anywhere = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), port);
        // A machine without IPv6 has IPv4 at least.
        let listener = self.bind(anywhere).or_else(|_| {
            let anywhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port);
            self.bind(anywhere)
        });
        let listener =
            listener.with_context(|| format!("port {port} of {} is not free", self.host.name()))?;
        let credentials = self.credentials.clone();
        Ok(Door {
            listener,
            credentials,
        })
    }

    fn bind(&self, at: SocketAddr) -> anyhow::Result<TcpListener> {
        let socket = self.socket(at.ip())?;
        socket.set_reuseaddr(true)?;
        socket.bind(at)?;
        Ok(socket.listen(BACKLOG)?)
    }

    /// Dials the party at an index, at an address.
    pub async fn dial(&self, peer: usize, at: SocketAddr) -> anyhow::Result<Stream> {
        let failed = || format!("{} cannot dial {at}", self.host.name());
        let stream = self.knock(at, PATIENCE).await.with_context(failed)?;
        let Some(credentials) = &self.credentials else {
            return Ok(Stream::new(stream, End::Dialler));
        };
        let protected = timeout(PATIENCE, credentials.dial(stream, peer)).await;
        let protected = protected.with_context(failed)?.with_context(failed)?;
        Ok(Stream::new(protected, End::Dialler))
    }

    /// Makes a connection, without any of what a program would protect it by.
    pub async fn knock(&self, to: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
        let socket = self.socket(to.ip())?;
        let stream = timeout(patience, socket.connect(to)).await??;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// A socket belongs for good to the network that it is made in.
    fn socket(&self, family: IpAddr) -> io::Result<TcpSocket> {
        let made = self.host.run_in(|| {
            if let Some(network) = &self.network {
                namespace::enter(Kind::Net, network)?;
            }
            match family {
                IpAddr::V4(_) => TcpSocket::new_v4(),
                IpAddr::V6(_) => TcpSocket::new_v6(),
            }
        });
        made.map_err(io::Error::other)?
    }
}

/// The network that an agent keeps for its programs: one of its processes stands in it, and not in the agent's own.
fn kept_by(agent: u32) -> Option<File> {
    let network = |process: &str| File::open(format!("/proc/{process}/ns/net")).ok();
    let number = |network: &File| network.metadata().ok().map(|found| found.ino());
    let own = number(&network(&agent.to_string())?)?;
    let threads = fs::read_dir(format!("/proc/{agent}/task")).ok()?;
    let children = threads.filter_map(|thread| {
        let list = thread.ok()?.path().join("children");
        fs::read_to_string(list).ok()
    });
    children
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(network)
                .collect::<Vec<_>>()
        })
        .find(|network| number(network).is_some_and(|found| found != own))
}

impl Door {
    /// The next connection.
    pub async fn accept(&self) -> anyhow::Result<Stream> {
        Ok(self.accept_from().await?.0)
    }

    /// The same, and where it comes from.
    pub async fn accept_from(&self) -> anyhow::Result<(Stream, SocketAddr)> {
        let next = async {
            let (stream, from) = self.next().await?;
            Ok((self.protected(stream).await?, from))
        };
        timeout(PATIENCE, next).await.context("nobody comes")?
    }

    async fn next(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, from) = self.listener.accept().await?;
        Ok((stream, canonical(from)))
    }

    async fn protected(&self, stream: TcpStream) -> anyhow::Result<Stream> {
        stream.set_nodelay(true)?;
        let Some(credentials) = &self.credentials else {
            return Ok(Stream::new(stream, End::Listener));
        };
        let protected = credentials.accept(stream).await?;
        Ok(Stream::new(protected, End::Listener))
    }

    /// Where the first comes from who gets a connection, if that happens within so long. Those that are not let in do not
    /// count.
    pub async fn caller(&self, patience: Duration) -> anyhow::Result<Option<SocketAddr>> {
        let somebody = async {
            loop {
                let (stream, from) = self.next().await?;
                match self.protected(stream).await {
                    Ok(_) => return Ok(from),
                    Err(error) => eprintln!("{from} is not let in: {error:#}"),
                }
            }
        };
        timeout(patience, somebody).await.ok().transpose()
    }

    /// Where it listens.
    pub fn port(&self) -> anyhow::Result<u16> {
        Ok(self.listener.local_addr()?.port())
    }

    /// Makes sure that nobody gets a connection for a while.
    pub async fn stays_shut(&self, patience: Duration) -> anyhow::Result<()> {
        match self.caller(patience).await? {
            None => Ok(()),
            Some(from) => bail!("somebody came in from {from}"),
        }
    }
}

/// IPv4 as such, where a socket of both versions shows it within IPv6 (RFC 4291, section 2.5.5.2).
fn canonical(at: SocketAddr) -> SocketAddr {
    SocketAddr::new(at.ip().to_canonical(), at.port())
}
