//! What a party's own `tailscaled` answers over its socket: its `LocalAPI`, HTTP/1.1 over a Unix socket.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{
    Method, Request, StatusCode,
    client::conn::http1,
    header::{CONNECTION, HOST, UPGRADE},
};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::{net::UnixStream, time::timeout};

use crate::netmap::Netmap;

/// Bytes of an answer: 256 nodes take about one MiB.
const LIMIT: usize = 8 * 1024 * 1024;

/// How long an answer may take that needs no network.
const SOON: Duration = Duration::from_millis(1500);

/// By this name it knows that nobody was lured to it by a web page.
const NAME: &str = "local-tailscaled.sock";

/// What a connection becomes when it is to lead through the tunnel.
const DIAL: &str = "ts-dial";

/// The socket of a `tailscaled`.
#[derive(Debug, Clone)]
pub(crate) struct LocalApi(PathBuf);

/// It did not answer, or not as it should.
#[derive(Debug, thiserror::Error)]
#[error("tailscaled does not answer: {0}")]
pub(crate) struct Silent(String);

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ping {
    /// The best path, beside the tunnel; this looks for a better one, too.
    Path,
    /// The tunnel: it is opened where it is not.
    Tunnel,
}

/// What came of a ping.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pong {
    /// The round trip.
    pub(crate) rtt: Duration,
    /// Where the peer's packets came from, directly; none where they came by DERP.
    pub(crate) direct: Option<String>,
}

/// A connection through the tunnel.
#[derive(Debug)]
pub(crate) struct Dialled {
    pub(crate) stream: UnixStream,
    /// What the peer has said already.
    pub(crate) first: Bytes,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pinged {
    #[serde(default)]
    err: String,
    #[serde(default)]
    latency_seconds: f64,
    #[serde(default)]
    endpoint: String,
}

impl LocalApi {
    /// The one behind the socket at a path.
    pub(crate) fn at(socket: &Path) -> Self {
        Self(socket.to_owned())
    }

    /// What it knows now.
    pub(crate) async fn netmap(&self) -> Result<Netmap, Silent> {
        let answer = self.ask(Method::GET, "/localapi/v0/status", SOON).await?;
        Netmap::read(&answer).map_err(|error| Silent(error.to_string()))
    }

    /// The rules by which it lets others in (JSON), as the coordinator has told them.
    pub(crate) async fn rules(&self) -> Result<Bytes, Silent> {
        let path = "/localapi/v0/debug-packet-filter-rules";
        self.ask(Method::POST, path, SOON).await
    }

    /// Exchanges a packet with the daemon of the node at an address.
    pub(crate) async fn ping(
        &self,
        to: IpAddr,
        how: Ping,
        within: Duration,
    ) -> Result<Pong, Silent> {
        let how = match how {
            Ping::Path => "disco",
            Ping::Tunnel => "TSMP",
        };
        let path = format!("/localapi/v0/ping?type={how}&ip={to}");
        let answer = self.ask(Method::POST, &path, within).await?;
        pong(&answer)
    }

    /// Connects to a port of a node through the tunnel, as a program on this host would whose network that is.
    ///
    /// # Errors
    /// [`Silent`] with what the daemon says: that the peer refused, above all.
    pub(crate) async fn dial(&self, to: SocketAddr, within: Duration) -> Result<Dialled, Silent> {
        let dialling = async {
            let stream = UnixStream::connect(&self.0).await?;
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
            let driving = tokio::spawn(connection.with_upgrades());
            let request = Request::builder()
                .method(Method::POST)
                .uri("/localapi/v0/dial")
                .header(HOST, NAME)
                .header(CONNECTION, "upgrade")
                .header(UPGRADE, DIAL)
                .header("Dial-Host", to.ip().to_string())
                .header("Dial-Port", to.port())
                .body(Empty::<Bytes>::new())?;
            let response = sender.send_request(request).await?;
            let status = response.status();
            if status != StatusCode::SWITCHING_PROTOCOLS {
                let body = Limited::new(response.into_body(), LIMIT).collect().await?;
                let said = body.to_bytes();
                let said = String::from_utf8_lossy(said.get(..200).unwrap_or(&said)).into_owned();
                driving.abort();
                return Err(format!("{status}: {}", said.trim()).into());
            }
            let upgraded = hyper::upgrade::on(response).await?;
            let parts = upgraded.downcast::<TokioIo<UnixStream>>();
            let parts = parts.map_err(|_| "the connection was lost on the way")?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Dialled {
                stream: parts.io.into_inner(),
                first: parts.read_buf,
            })
        };
        match timeout(within, dialling).await {
            Ok(dialled) => dialled.map_err(|error| Silent(error.to_string())),
            Err(_) => Err(Silent(format!("no answer in {within:?}"))),
        }
    }

    /// Forgets its node key, and lets the coordinator forget the node.
    pub(crate) async fn log_out(&self, within: Duration) -> Result<(), Silent> {
        let answer = self.ask(Method::POST, "/localapi/v0/logout", within).await;
        answer.map(drop)
    }

    async fn ask(&self, method: Method, path: &str, within: Duration) -> Result<Bytes, Silent> {
        match timeout(within, self.exchange(method, path)).await {
            Ok(answer) => answer.map_err(|error| Silent(error.to_string())),
            Err(_) => Err(Silent(format!("no answer in {within:?}"))),
        }
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
    ) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
        let stream = UnixStream::connect(&self.0).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let driving = tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, NAME)
            .body(Empty::<Bytes>::new())?;
        let answered = async {
            let response = sender.send_request(request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), LIMIT).collect().await?;
            let body = body.to_bytes();
            if status.is_success() {
                return Ok(body);
            }
            let said = String::from_utf8_lossy(body.get(..200).unwrap_or(&body)).into_owned();
            Err(format!("{status}: {}", said.trim()).into())
        };
        let answer = answered.await;
        driving.abort();
        answer
    }
}

/// Reads any bytes as the answer to a ping.
pub(crate) fn read_pong(bytes: &[u8]) {
    let _read = pong(bytes);
}

fn pong(answer: &[u8]) -> Result<Pong, Silent> {
    let told: Pinged = serde_json::from_slice(answer).map_err(|error| Silent(error.to_string()))?;
    if !told.err.is_empty() {
        return Err(Silent(told.err));
    }
    Ok(Pong {
        rtt: Duration::try_from_secs_f64(told.latency_seconds).unwrap_or_default(),
        direct: (!told.endpoint.is_empty()).then_some(told.endpoint),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pong_says_whether_it_came_directly() {
        let direct = pong(br#"{"LatencySeconds":0.002,"Endpoint":"198.18.0.2:41641"}"#).unwrap();
        assert_eq!(direct.rtt, Duration::from_millis(2));
        assert_eq!(direct.direct.as_deref(), Some("198.18.0.2:41641"));
        let relayed = pong(br#"{"LatencySeconds":0.2,"DERPRegionID":999}"#).unwrap();
        assert_eq!(relayed.direct, None);
        assert!(pong(br#"{"Err":"no such peer"}"#).is_err());
        assert!(pong(br#"{"LatencySeconds":-1}"#).is_ok_and(|pong| pong.rtt.is_zero()));
    }
}
