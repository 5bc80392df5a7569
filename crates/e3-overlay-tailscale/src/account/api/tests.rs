//! A service that speaks as Tailscale's does (<https://tailscale.com/api>), on 127.0.0.1.

use std::{fs, net::SocketAddr, path::PathBuf};

use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, SanType};
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::coordinator::kept::pem;

const WITHIN: Duration = Duration::from_secs(5);

/// The service: what it was asked, and its certificate.
struct Service {
    at: SocketAddr,
    certificate: PathBuf,
    asked: JoinHandle<Vec<String>>,
    _folder: TempDir,
}

impl Service {
    /// Answers one question after the other with these statuses and bodies.
    async fn saying(answers: Vec<(&'static str, &'static str)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pair = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::default();
        parameters.subject_alt_names = vec![SanType::IpAddress("127.0.0.1".parse().unwrap())];
        let own = parameters.self_signed(&pair).unwrap();
        let certificate = folder.path().join("crt");
        fs::write(&certificate, pem("CERTIFICATE", own.der()).as_bytes()).unwrap();
        let key = PrivatePkcs8KeyDer::from(pair.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], key.into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let asked = tokio::spawn(async move {
            let mut asked = Vec::new();
            for (status, body) in answers {
                let (stream, _) = listener.accept().await.unwrap();
                let mut stream = acceptor.accept(stream).await.unwrap();
                let mut question = Vec::new();
                while !is_whole(&question) {
                    let mut piece = [0; 4096];
                    let got = stream.read(&mut piece).await.unwrap();
                    assert!(got > 0, "cut off");
                    question.extend_from_slice(&piece[..got]);
                }
                asked.push(String::from_utf8(question).unwrap());
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + body).as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
            asked
        });
        Self {
            at,
            certificate,
            asked,
            _folder: folder,
        }
    }

    fn api(&self) -> Api {
        let base = format!("https://{}", self.at);
        let client = ("kid", "tskey-client-s/1");
        Api::new(&base, client, "tag:e3,tag:mpc", self.certificate.to_str()).unwrap()
    }
}

/// Whether a request is there with all of its body.
fn is_whole(question: &[u8]) -> bool {
    let text = String::from_utf8_lossy(question).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.split("content-length: ").nth(1).unwrap();
    body.len() >= length.lines().next().unwrap().parse::<usize>().unwrap()
}

#[tokio::test]
async fn a_client_is_given_a_key_for_one_node() {
    let token =
        r#"{"access_token":"tok-1","token_type":"Bearer","expires_in":3600,"scope":"auth_keys"}"#;
    let key = r#"{"id":"k1","key":"tskey-auth-k1-x","created":"2026-01-01T00:00:00Z"}"#;
    let service = Service::saying(vec![("200 OK", token), ("200 OK", key)]).await;
    let made = service.api().key(WITHIN).await.unwrap();
    assert_eq!(*made, "tskey-auth-k1-x");
    let asked = service.asked.await.unwrap();
    assert!(asked[0].starts_with("POST /api/v2/oauth/token HTTP/1.1\r\n"));
    assert!(
        asked[0].ends_with(
            "grant_type=client_credentials&client_id=kid&client_secret=tskey-client-s%2F1"
        ),
        "{}",
        asked[0]
    );
    assert!(asked[1].starts_with("POST /api/v2/tailnet/-/keys HTTP/1.1\r\n"));
    assert!(
        asked[1].contains("authorization: Bearer tok-1\r\n"),
        "{}",
        asked[1]
    );
    let (_, body) = asked[1].split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body["capabilities"]["devices"]["create"],
        json!({"reusable": false, "ephemeral": true, "preauthorized": true, "tags": ["tag:e3", "tag:mpc"]})
    );
    assert_eq!(body["expirySeconds"], 300);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_services_words_and_without_a_secret() {
    let refused = ("401 Unauthorized", r#"{"message":"API token invalid"}"#);
    let service = Service::saying(vec![refused]).await;
    let error = service.api().key(WITHIN).await.unwrap_err().to_string();
    assert!(
        error.contains("401 Unauthorized API token invalid"),
        "{error}"
    );
    assert!(!error.contains("tskey"), "{error}");
}

#[tokio::test]
async fn who_proves_nothing_is_told_no_secret() {
    let service = Service::saying(vec![]).await;
    let base = format!("https://{}", service.at);
    let other = Service::saying(vec![]).await;
    let api = Api::new(&base, ("kid", "s"), "tag:e3", other.certificate.to_str()).unwrap();
    assert!(api.key(WITHIN).await.is_err());
}

proptest! {
    #[test]
    fn a_form_is_read_as_it_was_meant(text in ".{0,40}") {
        let encoded = encoded(&text);
        prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'&' && byte != b'='));
        let mut bytes = Vec::new();
        let mut rest = encoded.as_bytes();
        while let Some((first, more)) = rest.split_first() {
            if *first == b'%' {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&more[..2]).unwrap(), 16).unwrap());
                rest = &more[2..];
            } else {
                bytes.push(*first);
                rest = more;
            }
        }
        prop_assert_eq!(bytes, text.as_bytes());
    }
}
