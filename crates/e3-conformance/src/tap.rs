//! What a relay sees behind its own encryption.
//!
//! What parties say to a relay is encrypted on the way there whatever is in it, so that a capture of packets tells nothing
//! of what the relay reads. A tap ends that encryption with the relay's own key in the relay's place, writes down what was
//! in it, and hands it on.
//!
//! Where `WebSockets` carry it, what callers say is masked (RFC 6455, section 5.3), and what the relay says is not: all that is
//! relayed can be read in the latter, if anywhere.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
    sync::Arc,
};

use anyhow::Context as _;
use async_trait::async_trait;
use e3_overlay::{RunningService, Service, ServiceError, ServiceStart};
use e3_session::types::ServicePort;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivatePkcs8KeyDer},
        version::TLS13,
    },
};

/// The name of the service that is tapped.
pub const TAPPED: &str = "tapped";

/// The file in the service's folder with what it has seen.
pub const SEEN: &str = "seen";

/// Makes of a service the same with a [`Tap`].
pub type Tapping = fn(Arc<dyn Service>) -> Arc<dyn Service>;

/// A service, with a tap if it is the one to be tapped.
pub fn perhaps_tapped(plain: Arc<dyn Service>, tapping: Tapping) -> Arc<dyn Service> {
    let tapped = tapping(Arc::clone(&plain));
    Arc::new(Either { plain, tapped })
}

struct Either {
    plain: Arc<dyn Service>,
    tapped: Arc<dyn Service>,
}

#[async_trait]
impl Service for Either {
    fn usual_ports(&self) -> Vec<ServicePort> {
        self.plain.usual_ports()
    }

    async fn start(&self, start: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError> {
        match start.name.as_str() {
            TAPPED => self.tapped.start(start).await,
            _ => self.plain.start(start).await,
        }
    }
}

/// Writes down what comes in TLS connections, in both directions.
pub struct Tap {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    seen: Arc<File>,
}

impl Tap {
    /// Takes the relay's connections, with its private key (PKCS#8) and certificate, both DER; `folder` is the service's.
    ///
    /// # Errors
    /// The key or certificate is none, or the file cannot be made.
    pub fn new(
        listener: TcpListener,
        (key, certificate): (&[u8], &[u8]),
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let certificate = CertificateDer::from(certificate.to_vec());
        let key = PrivatePkcs8KeyDer::from(key.to_vec());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13])?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key.into())?;
        let path = folder.join(SEEN);
        let seen = OpenOptions::new().create(true).append(true).open(&path);
        Ok(Self {
            listener,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            seen: Arc::new(seen.with_context(|| path.display().to_string())?),
        })
    }

    /// Hands on every connection to one that is made for it, as long as this process lives.
    pub async fn carry<F, S>(self, onward: impl Fn() -> F)
    where
        F: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        while let Ok((caller, _)) = self.listener.accept().await {
            let (acceptor, seen) = (self.acceptor.clone(), Arc::clone(&self.seen));
            let onward = onward();
            tokio::spawn(async move {
                // Nobody waits for small packets.
                caller.set_nodelay(true)?;
                let (from_caller, to_caller) = split(acceptor.accept(caller).await?);
                let (from_relay, to_relay) = split(onward.await?);
                tokio::try_join!(
                    copy(from_caller, to_relay, &seen),
                    copy(from_relay, to_caller, &seen),
                )
            });
        }
    }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut seen: &File,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        let read = buffer.get(..read).unwrap_or_default();
        if read.is_empty() {
            return to.shutdown().await;
        }
        seen.write_all(read)?;
        to.write_all(read).await?;
        to.flush().await?;
    }
}
