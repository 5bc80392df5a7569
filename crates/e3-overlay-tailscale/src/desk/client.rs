//! A party at the desk.

use std::{io, net::SocketAddr, time::Duration};

use ed25519_dalek::{SigningKey, VerifyingKey};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, sleep, timeout_at},
};
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::{AuthKey, LONGEST, ends, understand};
use crate::TailscaleError;

/// Pause before the desk is asked again: it may not know yet who the parties are.
const AGAIN: Duration = Duration::from_millis(200);

/// How long asking may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Whom the desk has not let in by then, it does not know.
    pub(crate) known: Instant,
    /// By then it has answered whom it has let in: it makes one key after the other.
    pub(crate) answered: Instant,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visitor<'a> {
    /// The key by which the desk knows it.
    pub(crate) key: &'a SigningKey,
    /// The port that its program listens on, 0 for any.
    pub(crate) port: u16,
}

/// Asks the desk for a key until it gives one or the time is over.
pub(crate) async fn ask(
    visitor: Visitor<'_>,
    desk: (SocketAddr, VerifyingKey),
    patience: Patience,
) -> Result<AuthKey, TailscaleError> {
    let (at, key) = desk;
    let connector = connector(visitor.key, key)?;
    let mut last = "it did not answer in time".to_owned();
    while Instant::now() < patience.known {
        match timeout_at(patience.answered, once(&connector, at, visitor.port)).await {
            Ok(Ok(said)) => match understand(&said) {
                Ok(key) => return Ok(key),
                Err(why) => last = why,
            },
            Ok(Err(error)) => last = error.to_string(),
            Err(_) => break,
        }
        sleep(AGAIN).await;
    }
    Err(TailscaleError::Desk {
        at: at.to_string(),
        why: last,
    })
}

async fn once(
    connector: &TlsConnector,
    at: SocketAddr,
    port: u16,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let stream = TcpStream::connect(at).await?;
    let nobody = ServerName::IpAddress(at.ip().into());
    let mut stream = connector.connect(nobody, stream).await?;
    stream.write_u16(port).await?;
    stream.flush().await?;
    let mut said = Zeroizing::new(Vec::with_capacity(LONGEST));
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    stream.take(most).read_to_end(&mut said).await?;
    Ok(said)
}

fn connector(own: &SigningKey, desk: VerifyingKey) -> Result<TlsConnector, rustls::Error> {
    ends(own)?.connector(move |shown| e3_contact::key_in(shown) == Some(desk))
}
