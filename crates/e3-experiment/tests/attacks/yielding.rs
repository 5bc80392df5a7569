//! Overlays that protect what programs say as long as nobody minds: TLS 1.3, but in clear where datagrams get no answer,
//! where the other end seems not to speak it, or where one party was told so.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use e3_overlay::{Joining, OptionKind, OptionShape, Overlay, testing::Twisted};
use rustls::CipherSuite;
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UdpSocket},
    sync::mpsc,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::{
    forwarding::{Carried, Carrier, Forwarding},
    repeating::tls::{Ends, WHO},
};

/// To what they yield.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    Silence,
    Offers,
    Options,
}

impl To {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Silence => "yielding-to-silence",
            Self::Offers => "yielding-to-offers",
            Self::Options => "yielding-to-options",
        }
    }
}

const PORT: u16 = 4434;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// What a connection begins with: an offer as TLS has them, of versions 1.3 and 1.2; and where the first of them stands.
const OFFER: [u8; 17] = [22, 3, 1, 0, 12, 9, 9, 0, 43, 0, 5, 4, 3, 4, 3, 3, 8];
const NEWEST: usize = 13;

const OPTION: &str = "mode";
const PLAIN: &str = "plain";
const OPTIONS: &[OptionKind] = &[OptionKind {
    name: OPTION,
    summary: "how programs' words are carried",
    shape: OptionShape::OneOf(&["sealed", PLAIN]),
}];

pub(crate) fn overlay(to: To) -> Arc<dyn Overlay> {
    let carrier = Arc::new(Yielding::new(to));
    let introduced = Arc::clone(&carrier);
    let twisted = Twisted::new(to.name(), move || {
        Forwarding::new(to.name(), Arc::clone(&carrier))
    });
    let twisted = twisted.introducing(move |who| {
        let plain = who.options.word(OPTION) == Some(PLAIN);
        ByteBuf::from([&[u8::from(plain)], &introduced.ends.certificate[..]].concat())
    });
    Arc::new(match to {
        To::Options => twisted.with_options(OPTIONS),
        To::Silence | To::Offers => twisted,
    })
}

struct Yielding {
    to: To,
    ends: Ends,
    /// Somebody was told to.
    plain: AtomicBool,
}

impl Yielding {
    fn new(to: To) -> Self {
        let mut key = [0; 32];
        getrandom::fill(&mut key).unwrap();
        Self {
            to,
            ends: Ends::of(key, CipherSuite::TLS13_AES_128_GCM_SHA256),
            plain: AtomicBool::new(false),
        }
    }

    /// Whether it would protect anything.
    async fn wants(&self, to: IpAddr) -> io::Result<bool> {
        Ok(match self.to {
            To::Silence => is_answered(to).await?,
            To::Offers => true,
            To::Options => !self.plain.load(Ordering::Relaxed),
        })
    }
}

async fn is_answered(to: IpAddr) -> io::Result<bool> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    socket.send_to(&OFFER, (to, PORT)).await?;
    let answer = timeout(PATIENCE, socket.recv_from(&mut [0; 32])).await;
    Ok(answer.is_ok())
}

async fn answer() -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, PORT)).await?;
    loop {
        let (_, from) = socket.recv_from(&mut [0; 32]).await?;
        socket.send_to(&OFFER, from).await?;
    }
}

#[async_trait]
impl Carrier for Yielding {
    fn joins(&self, joining: &Joining) {
        let introduced = joining.roster.parties.iter();
        let mut introduced =
            introduced.map(|entry| entry.introduction.overlays.get(self.to.name()));
        let plain = introduced.any(|bytes| bytes.is_some_and(|bytes| bytes[0] == 1));
        self.plain.store(plain, Ordering::Relaxed);
    }

    async fn dial(&self, to: IpAddr, introduced: &[u8]) -> io::Result<Carried> {
        let mut offer = OFFER;
        if !self.wants(to).await? {
            offer[NEWEST] = 3;
        }
        let mut stream = TcpStream::connect((to, PORT)).await?;
        stream.write_all(&offer).await?;
        if stream.read_u8().await? == 0 {
            return Ok(Box::new(stream));
        }
        let connector = TlsConnector::from(Arc::new(self.ends.client(&introduced[1..])));
        let stream = connector.connect(WHO.try_into().unwrap(), stream).await?;
        Ok(Box::new(stream))
    }

    async fn listen(&self, came: mpsc::Sender<Carried>) -> io::Result<()> {
        tokio::spawn(answer());
        let acceptor = TlsAcceptor::from(Arc::new(self.ends.server()));
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, PORT)).await?;
        loop {
            let (mut stream, _) = listener.accept().await?;
            let mut offer = [0; OFFER.len()];
            stream.read_exact(&mut offer).await?;
            let protected = offer[NEWEST] == OFFER[NEWEST];
            stream.write_u8(u8::from(protected)).await?;
            let carried: Carried = if protected {
                Box::new(acceptor.accept(stream).await?)
            } else {
                Box::new(stream)
            };
            let _ = came.send(carried).await;
        }
    }
}
