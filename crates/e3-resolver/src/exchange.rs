//! One question to one host, over TLS.

use std::{error::Error, future::pending, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    client::conn::http1,
    header::{ACCEPT, CONNECTION, HOST, LOCATION, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{ClientConfig, pki_types::ServerName},
};

use crate::place::Place;

/// Bytes that the header of an answer may have.
const MAX_HEADER: usize = 16 * 1024;

/// What a host says.
pub(crate) enum Answer {
    /// What was asked for.
    Body(Vec<u8>),
    /// That it is elsewhere.
    See(String),
}

/// Why there is no answer.
pub(crate) enum Failure {
    /// The host could not be reached, or is not who it should be.
    Unreachable(String),
    /// It has another answer.
    Status(u16),
    /// It sends to another host, or too often on.
    Elsewhere(String),
    /// The answer is too long.
    TooLong,
    /// It did not come in time.
    Late,
}

/// Asks for what stands at a place, of at most `limit` bytes.
pub(crate) async fn get(
    place: &Place,
    tls: &Arc<ClientConfig>,
    limit: usize,
) -> Result<Answer, Failure> {
    let stream = connect(place, tls).await?;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEADER)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(unreachable)?;
    let exchange = async {
        let response = sender.send_request(question(place)?).await;
        answer(response.map_err(unreachable)?, limit).await
    };
    // The host may close the connection before all is read of what it has sent.
    let drive = async {
        let _ = connection.await;
        pending().await
    };
    tokio::select! {
        answer = exchange => answer,
        never = drive => never,
    }
}

async fn connect(place: &Place, tls: &Arc<ClientConfig>) -> Result<TlsStream<TcpStream>, Failure> {
    let name = ServerName::try_from(place.host.clone()).map_err(unreachable)?;
    let stream = TcpStream::connect((place.host.as_str(), place.port))
        .await
        .map_err(unreachable)?;
    TlsConnector::from(Arc::clone(tls))
        .connect(name, stream)
        .await
        .map_err(unreachable)
}

fn question(place: &Place) -> Result<Request<Empty<Bytes>>, Failure> {
    Request::get(&place.path)
        .header(HOST, place.authority())
        .header(ACCEPT, "application/did+json, application/json")
        .header(USER_AGENT, concat!("e3/", env!("CARGO_PKG_VERSION")))
        .header(CONNECTION, "close")
        .body(Empty::new())
        .map_err(unreachable)
}

async fn answer(response: Response<Incoming>, limit: usize) -> Result<Answer, Failure> {
    let status = response.status();
    if status.is_redirection()
        && let Some(to) = response.headers().get(LOCATION)
    {
        return Ok(Answer::See(String::from_utf8_lossy(to.as_bytes()).into()));
    }
    if status != StatusCode::OK {
        return Err(Failure::Status(status.as_u16()));
    }
    let body = Limited::new(response.into_body(), limit).collect().await;
    match body {
        Ok(body) => Ok(Answer::Body(body.to_bytes().into())),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::TooLong),
        Err(error) => Err(Failure::Unreachable(error.to_string())),
    }
}

/// An error with what caused it, which libraries leave to the caller to show.
fn unreachable(error: impl Error) -> Failure {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let next_text = next.to_string();
        if !text.contains(&next_text) {
            text = format!("{text}: {next_text}");
        }
        cause = next.source();
    }
    Failure::Unreachable(text)
}
