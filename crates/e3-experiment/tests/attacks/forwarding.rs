//! Overlays that are `direct`, but carry what programs say in their own way, weakened on purpose: connections of the program
//! here to whoever is dialled, and from whoever dials to the program here.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use async_trait::async_trait;
use e3_overlay::{Joining, testing::Twist};
use e3_session::types::DialTable;
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};

/// Both directions of a connection, in whatever it is carried.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

pub(crate) type Carried = Box<dyn Duplex>;

/// How connections are carried.
#[async_trait]
pub(crate) trait Carrier: Send + Sync + 'static {
    /// What it is told before.
    fn joins(&self, _: &Joining) {}

    /// To another party at an address, which has introduced itself by this.
    async fn dial(&self, to: IpAddr, introduced: &[u8]) -> io::Result<Carried>;

    /// Hands over those that come from others, for as long as it is waited for.
    async fn listen(&self, came: mpsc::Sender<Carried>) -> io::Result<()>;
}

/// `direct`, but by a carrier.
pub(crate) struct Forwarding<C> {
    name: &'static str,
    carrier: Arc<C>,
    introduced: Vec<ByteBuf>,
    tasks: JoinSet<io::Result<()>>,
}

impl<C: Carrier> Forwarding<C> {
    pub(crate) fn new(name: &'static str, carrier: Arc<C>) -> Self {
        Self {
            name,
            carrier,
            introduced: Vec::new(),
            tasks: JoinSet::new(),
        }
    }
}

#[async_trait]
impl<C: Carrier> Twist for Forwarding<C> {
    fn joins(&mut self, joining: &Joining) {
        self.carrier.joins(joining);
        let parties = joining.roster.parties.iter();
        // Nobody is dialled who has introduced itself without it.
        let introduced = parties.map(|entry| {
            let own = entry.introduction.overlays.get(self.name);
            own.cloned().unwrap_or_default()
        });
        self.introduced = introduced.collect();
    }

    async fn carries(&mut self, table: &mut DialTable) {
        self.tasks.shutdown().await;
        for (reach, introduced) in table.parties.iter_mut().zip(&self.introduced) {
            let (carrier, introduced) = (Arc::clone(&self.carrier), introduced.clone());
            if reach.party == table.me {
                self.tasks.spawn(take(carrier, reach.port));
                continue;
            }
            let near = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            let to = reach.address;
            let at = near.local_addr().unwrap();
            (reach.address, reach.port) = (at.ip(), at.port());
            self.tasks.spawn(forward(near, carrier, to, introduced));
        }
    }
}

async fn forward<C: Carrier>(
    near: TcpListener,
    carrier: Arc<C>,
    to: IpAddr,
    introduced: ByteBuf,
) -> io::Result<()> {
    loop {
        let (mut near, _) = near.accept().await?;
        let (carrier, introduced) = (Arc::clone(&carrier), introduced.clone());
        tokio::spawn(async move {
            let mut far = carrier.dial(to, &introduced).await?;
            copy_bidirectional(&mut near, &mut far).await
        });
    }
}

async fn take<C: Carrier>(carrier: Arc<C>, program: u16) -> io::Result<()> {
    let (sender, mut came) = mpsc::channel::<Carried>(8);
    let taking = async {
        while let Some(mut far) = came.recv().await {
            tokio::spawn(async move {
                let mut near = TcpStream::connect((Ipv4Addr::LOCALHOST, program)).await?;
                copy_bidirectional(&mut near, &mut far).await
            });
        }
    };
    tokio::select! {
        listened = carrier.listen(sender) => listened,
        () = taking => Ok(()),
    }
}
