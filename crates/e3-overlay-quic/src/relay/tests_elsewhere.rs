//! A relay that somebody else runs, with a certificate of an authority of its own, on loopback.

use std::{collections::BTreeSet, io, path::Path as FilePath, sync::Arc};

use iroh::{
    Endpoint,
    dns::{BoxIter, DnsError, DnsResolver, Resolver, TxtRecordData},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::CertificateDer;
use tokio::{net::TcpListener, time::timeout};

use super::{
    tests::{ANY, PATIENCE, accept, acquainted, call, close, endpoint, relay},
    *,
};
use crate::{
    elsewhere::{Elsewhere, Token},
    endpoint::{Relays, bind_by},
    guests::Guests,
    key::SessionKey,
    knock::knock,
};

const SECRET: &str = "let-me-in";

/// An authority, and what is believed where it is.
fn authority() -> (Issuer<'static, KeyPair>, CertificateDer<'static>) {
    let pair = KeyPair::generate().unwrap();
    let mut its = CertificateParams::new(Vec::new()).unwrap();
    its.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = its.self_signed(&pair).unwrap().der().clone();
    (Issuer::new(its, pair), certificate)
}

/// Puts a key there, and a certificate of this authority for loopback, and lets in who has the token.
fn certify(folder: &FilePath, authority: &Issuer<'_, KeyPair>) {
    let pair = KeyPair::generate().unwrap();
    let its = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = its.signed_by(&pair, authority).unwrap();
    let both = (&*pair.serialize_der(), &**certificate.der());
    keep(folder, "127.0.0.1", both, SECRET).unwrap();
}

fn at(port: u16, believed: Vec<CertificateDer<'static>>, token: Option<&str>) -> Relays {
    let urls = vec![format!("https://127.0.0.1:{port}").parse().unwrap()];
    Relays {
        own: Vec::new(),
        others: Elsewhere {
            urls,
            believed,
            token: token.map(|token| Token::read(token.as_bytes()).unwrap()),
        },
    }
}

async fn trouble(relays: &Relays) -> Option<String> {
    let urls: BTreeSet<_> = relays.urls();
    knock(urls.first().unwrap(), relays).await
}

#[tokio::test]
async fn a_relay_named_by_url_is_believed_by_its_own_authority_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, believed) = authority();
    certify(folder.path(), &authority);
    let relay = relay(folder.path(), ANY).await;
    let port = relay.ports().tcp;
    let relays = at(port, vec![believed.clone()], Some(SECRET));
    assert_eq!(trouble(&relays).await, None);
    let [one, two] = acquainted(&relays).await;
    for endpoint in [&one, &two] {
        timeout(PATIENCE, endpoint.online()).await.unwrap();
    }
    let (called, accepted) = tokio::join!(call(&one, &two, &relays), accept(&two));
    assert!(called.is_some() && accepted.is_some());
    close([one, two]).await;

    let (_, other) = self::authority();
    let told = trouble(&at(port, vec![other], Some(SECRET))).await.unwrap();
    assert!(
        told.contains("not of the authority in the file of `quic.relay_certificate`"),
        "{told}"
    );
    let told = trouble(&at(port, Vec::new(), Some(SECRET))).await.unwrap();
    assert!(told.contains("of no public authority"), "{told}");
    let told = trouble(&at(port, vec![believed], None)).await;
    assert_eq!(
        told, None,
        "a token is nothing that a handshake of TLS knows of"
    );
    relay.stop().await;
}

#[tokio::test]
async fn whatever_is_no_relay_is_told_apart() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let told = trouble(&at(silent.local_addr().unwrap().port(), Vec::new(), None)).await;
    assert!(
        told.as_ref()
            .is_some_and(|told| told.contains("says nothing")),
        "{told:?}"
    );

    let port = silent.local_addr().unwrap().port();
    drop(silent);
    let told = trouble(&at(port, Vec::new(), None)).await;
    assert!(
        told.as_ref()
            .is_some_and(|told| told.contains("nothing listens")),
        "{told:?}"
    );

    let chatty = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = chatty.local_addr().unwrap().port();
    let chat = tokio::spawn(async move {
        let (mut stream, _) = chatty.accept().await?;
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"SSH-2.0-other\r\n").await?;
        io::Result::Ok(stream)
    });
    let told = trouble(&at(port, Vec::new(), None)).await;
    assert!(
        told.as_ref()
            .is_some_and(|told| told.contains("does not speak TLS")),
        "{told:?}"
    );
    chat.await.unwrap().unwrap();
}

/// Remembers what it is asked, and knows nothing.
#[derive(Debug, Clone, Default)]
struct Curious(Arc<std::sync::Mutex<BTreeSet<String>>>);

type Answer<T> = std::pin::Pin<Box<dyn Future<Output = Result<BoxIter<T>, DnsError>> + Send>>;

impl Curious {
    fn nothing<T: Send + 'static>(&self, host: String) -> Answer<T> {
        self.0.lock().unwrap().insert(host);
        Box::pin(async { Ok(Box::new(std::iter::empty()) as BoxIter<T>) })
    }
}

impl Resolver for Curious {
    fn lookup_ipv4(&self, host: String) -> Answer<std::net::Ipv4Addr> {
        self.nothing(host)
    }

    fn lookup_ipv6(&self, host: String) -> Answer<std::net::Ipv6Addr> {
        self.nothing(host)
    }

    fn lookup_txt(&self, host: String) -> Answer<TxtRecordData> {
        self.nothing(host)
    }

    fn clear_cache(&self) {}

    fn reset(&self) -> Box<dyn Resolver> {
        Box::new(self.clone())
    }
}

/// What an endpoint with these relays asks name servers for, while it looks for a peer.
async fn asked(relays: &Relays) -> BTreeSet<String> {
    let curious = Curious::default();
    let guests = Guests::default();
    let key = SessionKey::generate().unwrap();
    let names = DnsResolver::custom(curious.clone());
    let endpoint: Endpoint = bind_by(&key, guests, relays, None, names).await.unwrap();
    let (other, _) = self::endpoint(&Relays::default()).await;
    let known = tests::by_relay(&other, relays);
    let _nobody = timeout(
        std::time::Duration::from_secs(2),
        endpoint.connect(known, crate::ALPN),
    )
    .await;
    endpoint.close().await;
    other.close().await;
    let asked = curious.0.lock().unwrap();
    asked.clone()
}

#[tokio::test]
async fn nobody_s_names_are_asked_for_but_those_of_the_relays_that_were_chosen() {
    assert_eq!(asked(&Relays::default()).await, BTreeSet::new());
    let named = Relays {
        others: Elsewhere {
            urls: vec!["https://relay.example.invalid".parse().unwrap()],
            ..Elsewhere::default()
        },
        ..Relays::default()
    };
    let bare = |name: &String| name.trim_end_matches('.') == "relay.example.invalid";
    let asked = asked(&named).await;
    assert!(!asked.is_empty() && asked.iter().all(bare), "{asked:?}");
}
