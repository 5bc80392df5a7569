//! The service's API over HTTPS: an OAuth client's token (RFC 6749, section 4.4), and a key to register with.

use std::{sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Request, Uri,
    body::Bytes,
    client::conn::http1,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use serde::Deserialize;
use serde_json::json;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use crate::{TailscaleError, desk::AuthKey};

/// Bytes of an answer.
const LIMIT: usize = 64 * 1024;

/// How long a key may be used, in seconds: from when it is made until the node has registered.
const LIFETIME: u32 = 300;

/// Characters of an error that are repeated.
const REPEATED: usize = 200;

type Anything = Box<dyn std::error::Error + Send + Sync>;

/// What makes keys.
pub(super) struct Api {
    host: String,
    port: u16,
    connector: TlsConnector,
    id: Zeroizing<String>,
    secret: Zeroizing<String>,
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct Made {
    key: String,
}

#[derive(Deserialize)]
struct Refused {
    message: String,
}

impl Api {
    /// The API at a URL, for a client of that id and secret. Nodes will have these tags, which stand with commas between.
    pub(super) fn new(
        base: &str,
        (id, secret): (&str, &str),
        tags: &str,
        authorities: Option<&str>,
    ) -> Result<Self, TailscaleError> {
        let wrong = || TailscaleError::Account(format!("{base:?} is no https URL of a host"));
        let url: Uri = base.parse().map_err(|_| wrong())?;
        let host = url.host().filter(|_| url.scheme_str() == Some("https"));
        let host = host.filter(|_| matches!(url.path(), "" | "/"));
        Ok(Self {
            host: host.ok_or_else(wrong)?.to_owned(),
            port: url.port_u16().unwrap_or(443),
            connector: connector(authorities)?,
            id: Zeroizing::new(id.to_owned()),
            secret: Zeroizing::new(secret.to_owned()),
            tags: tags.split(',').map(|tag| tag.trim().to_owned()).collect(),
        })
    }

    /// A key for one node, good for once and for minutes; the node is forgotten when it is gone.
    pub(super) async fn key(&self, within: Duration) -> Result<AuthKey, TailscaleError> {
        let failed =
            |why: String| TailscaleError::Account(format!("{} gave no key: {why}", self.host));
        match timeout(within, self.make()).await {
            Ok(made) => made.map_err(|error| failed(error.to_string())),
            Err(_) => Err(failed(format!("no answer in {} s", within.as_secs()))),
        }
    }

    async fn make(&self) -> Result<AuthKey, Anything> {
        let form = Zeroizing::new(format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            *encoded(&self.id),
            *encoded(&self.secret)
        ));
        let kind = "application/x-www-form-urlencoded";
        let said = self.post("/api/v2/oauth/token", kind, None, form.as_bytes());
        let token: Token = understand(&said.await?)?;
        let bearer = Zeroizing::new(format!("Bearer {}", token.access_token));
        drop(Zeroizing::new(token.access_token));
        let create = json!({
            "reusable": false, "ephemeral": true, "preauthorized": true, "tags": self.tags,
        });
        let wish = json!({
            "capabilities": {"devices": {"create": create}},
            "expirySeconds": LIFETIME, "description": "E3 session",
        });
        let path = "/api/v2/tailnet/-/keys";
        let wish = wish.to_string();
        let said = self.post(path, "application/json", Some(&bearer), wish.as_bytes());
        let made: Made = understand(&said.await?)?;
        let key = Zeroizing::new(made.key);
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("what it calls a key is none".into());
        }
        Ok(key)
    }

    async fn post(
        &self,
        path: &str,
        kind: &str,
        bearer: Option<&str>,
        body: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Anything> {
        let stream = TcpStream::connect((self.host.trim_matches(['[', ']']), self.port)).await?;
        let name = ServerName::try_from(self.host.trim_matches(['[', ']']).to_owned())?;
        let stream = self.connector.connect(name, stream).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let driving = tokio::spawn(connection);
        let mut request = Request::post(path)
            .header(HOST, &self.host)
            .header(CONTENT_TYPE, kind);
        if let Some(bearer) = bearer {
            let mut value = hyper::header::HeaderValue::from_str(bearer)?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body)))?;
        let answered = async {
            let response = sender.send_request(request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), LIMIT).collect().await?;
            let said = Zeroizing::new(body.to_bytes().to_vec());
            if status.is_success() {
                return Ok(said);
            }
            let why = serde_json::from_slice::<Refused>(&said).map(|refused| refused.message);
            let why = why.unwrap_or_default();
            let why = why.chars().filter(|letter| !letter.is_control());
            let why: String = why.take(REPEATED).collect();
            Err(format!("{path} was answered by {status} {why}")
                .trim()
                .into())
        };
        let answer = answered.await;
        driving.abort();
        answer
    }
}

/// Reads any bytes as what the service could answer.
pub(crate) fn read_answers(bytes: &[u8]) {
    let _read = (
        understand::<Token>(bytes).is_ok(),
        understand::<Made>(bytes).is_ok(),
        serde_json::from_slice::<Refused>(bytes).is_ok(),
    );
}

fn understand<Answer: for<'a> Deserialize<'a>>(said: &[u8]) -> Result<Answer, Anything> {
    // What serde says could repeat what it has read.
    serde_json::from_slice(said).map_err(|_| "its answer is none that is known".into())
}

/// As a form has it (WHATWG URL, section 5.1): whatever is not plain is escaped.
fn encoded(text: &str) -> Zeroizing<String> {
    let each = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    });
    Zeroizing::new(each.collect())
}

fn connector(authorities: Option<&str>) -> Result<TlsConnector, TailscaleError> {
    let found = match authorities {
        Some(file) => rustls_native_certs::load_certs_from_paths(Some(file.as_ref()), None),
        None => rustls_native_certs::load_native_certs(),
    };
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        return Err(TailscaleError::Account(
            "this machine knows no certificate authorities: install its package ca-certificates, or let SSL_CERT_FILE name a file of them".to_owned(),
        ));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests;
