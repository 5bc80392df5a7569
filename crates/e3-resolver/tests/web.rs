//! Documents that are fetched from a web server on 127.0.0.1.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

#[path = "web/server.rs"]
mod server;

use std::{
    collections::BTreeMap,
    env, fs,
    time::{Duration, Instant},
};

use e3_identity::{
    Did, Identity, Introduction, Kind, PartyKeys, ResolveError, Resolver as _, Validity,
};
use e3_resolver::{LIMIT, Network, PATIENCE};
use server::{Authority, Reply, Server};
use tokio::process::Command;

/// The `did:web` of a path on a server, and a document for it.
fn published(server: &Server, path: &str) -> (Did, String) {
    let place = format!("localhost:{}{path}", server.port());
    let identity = Identity::create(&Kind::Web(place)).unwrap();
    let document = identity.document().unwrap().to_json().to_string();
    (identity.did().clone(), document)
}

async fn refusal(network: &Network, did: &Did) -> ResolveError {
    network.resolve(did).await.unwrap_err()
}

#[tokio::test]
async fn a_document_is_fetched_from_its_domain() {
    let authority = Authority::new();
    let server = Server::start(&authority, "localhost").await;
    let network = authority.network();
    for (path, at) in [
        ("", "/.well-known/did.json"),
        ("/mpc/alice", "/mpc/alice/did.json"),
    ] {
        let (did, document) = published(&server, path);
        server.put(at, Reply::ok(&document));
        let found = network.resolve(&did).await.unwrap();
        assert_eq!(found.id(), &did);
        assert_eq!(found.signing_keys().count(), 1);
    }
    assert_eq!(
        server.asked(),
        ["/.well-known/did.json", "/mpc/alice/did.json"]
    );
}

/// An identity of a domain, from its first key to its second.
#[tokio::test]
async fn a_new_key_is_believed_once_the_domain_publishes_it() {
    let authority = Authority::new();
    let server = Server::start(&authority, "localhost").await;
    let network = authority.network();
    let place = format!("localhost:{}", server.port());
    let old = Identity::create(&Kind::Web(place)).unwrap();
    let new = old.rotate(1).unwrap();
    let (did, at) = (old.did().clone(), "/.well-known/did.json");
    let documents = [&old, &new].map(|one| one.document().unwrap().to_json().to_string());
    let introduce = |identity: Identity| {
        let keys = PartyKeys::of(identity).unwrap();
        let validity = Validity::starting(1, 60);
        Introduction::new(&keys, [7; 16], "alice", validity, BTreeMap::new())
    };
    let is_good = async |introduction: &Introduction| {
        let document = network.resolve(&did).await.unwrap();
        introduction.verify(&document, &[7; 16], "alice", 1).is_ok()
    };
    let (by_old, by_new) = (introduce(old), introduce(new));
    server.put(at, Reply::ok(&documents[0]));
    assert!(is_good(&by_old).await);
    assert!(!is_good(&by_new).await);
    server.put(at, Reply::ok(&documents[1]));
    assert!(is_good(&by_new).await);
    assert!(!is_good(&by_old).await);
}

/// What [`the_file_of_authorities_is_honoured`] runs in a process of its own, as a variable is the whole process's.
#[tokio::test]
async fn the_did_that_is_named_is_resolved_as_this_machine_trusts() {
    if let Ok(did) = env::var("E3_TEST_DID") {
        let did: Did = did.parse().unwrap();
        assert_eq!(Network::new().resolve(&did).await.unwrap().id(), &did);
    }
}

#[tokio::test]
async fn the_file_of_authorities_is_honoured() {
    let authority = Authority::new();
    let server = Server::start(&authority, "localhost").await;
    let (did, document) = published(&server, "");
    server.put("/.well-known/did.json", Reply::ok(&document));
    let folder = tempfile::tempdir().unwrap();
    for (certificate, trusted) in [(authority.pem(), true), (Authority::new().pem(), false)] {
        let file = folder.path().join("authorities.pem");
        fs::write(&file, certificate).unwrap();
        let resolving = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "the_did_that_is_named_is_resolved_as_this_machine_trusts",
            ])
            .env("SSL_CERT_FILE", &file)
            .env("E3_TEST_DID", did.as_str())
            .output();
        assert_eq!(resolving.await.unwrap().status.success(), trusted);
    }
}

#[tokio::test]
async fn what_a_did_contains_is_not_fetched() {
    let network = Network::trusting(vec![]).unwrap();
    for kind in [Kind::Key, Kind::Peer2, Kind::Peer4] {
        let identity = Identity::create(&kind).unwrap();
        let found = network.resolve(identity.did()).await.unwrap();
        assert_eq!(found, identity.document().unwrap());
    }
}

#[tokio::test]
async fn a_host_without_the_domains_certificate_is_not_believed() {
    let (good, other) = (Authority::new(), Authority::new());
    let server = Server::start(&good, "localhost").await;
    let (did, document) = published(&server, "");
    server.put("/.well-known/did.json", Reply::ok(&document));
    let error = refusal(&other.network(), &did).await;
    assert!(
        matches!(&error, ResolveError::Unreachable { reason, .. } if reason.contains("certificate")),
        "{error}"
    );

    let elsewhere = Server::start(&good, "example.org").await;
    let (did, document) = published(&elsewhere, "");
    elsewhere.put("/.well-known/did.json", Reply::ok(&document));
    let error = refusal(&good.network(), &did).await;
    assert!(
        matches!(&error, ResolveError::Unreachable { reason, .. } if reason.contains("certificate")),
        "{error}"
    );
    assert_eq!(server.asked().len() + elsewhere.asked().len(), 0);
}

#[tokio::test]
async fn anothers_document_is_not_taken() {
    let authority = Authority::new();
    let server = Server::start(&authority, "localhost").await;
    let (alice, _) = published(&server, "/alice");
    let (_, of_bob) = published(&server, "/bob");
    server.put("/alice/did.json", Reply::ok(&of_bob));
    let error = refusal(&authority.network(), &alice).await;
    assert!(error.to_string().contains(alice.as_str()), "{error}");
    assert!(matches!(error, ResolveError::Document { .. }), "{error}");
}

#[tokio::test]
async fn redirections_lead_to_the_same_host_only() {
    let authority = Authority::new();
    let server = Server::start(&authority, "localhost").await;
    let other = Server::start(&authority, "localhost").await;
    let (did, document) = published(&server, "");
    let network = authority.network();
    let first = "/.well-known/did.json";

    server.put(first, Reply::see("/moved"));
    server.put("/moved", Reply::ok(&document));
    assert_eq!(network.resolve(&did).await.unwrap().id(), &did);

    other.put(first, Reply::ok(&document));
    for to in [
        format!("https://localhost:{}{first}", other.port()),
        format!("https://127.0.0.1:{}/moved", server.port()),
        format!("http://localhost:{}/moved", server.port()),
    ] {
        server.put(first, Reply::see(&to));
        let error = refusal(&network, &did).await;
        assert!(matches!(error, ResolveError::Redirected { .. }), "{error}");
    }
    assert_eq!(other.asked().len(), 0);

    server.put(first, Reply::see(first));
    let error = refusal(&network, &did).await;
    assert!(matches!(error, ResolveError::Redirected { .. }), "{error}");
}

#[tokio::test]
async fn other_answers_are_named() {
    let authority = Authority::new();
    let server = Server::start(&authority, "localhost").await;
    let (did, document) = published(&server, "");
    let network = authority.network();
    let error = refusal(&network, &did).await;
    assert!(
        matches!(error, ResolveError::Status { status: 404, .. }),
        "{error}"
    );

    let at = "/.well-known/did.json";
    let long = format!("{document}{}", " ".repeat(LIMIT));
    for reply in [Reply::ok(&long), Reply::without_length(&long)] {
        server.put(at, reply);
        let error = refusal(&network, &did).await;
        assert!(matches!(error, ResolveError::TooLong { .. }), "{error}");
    }
    server.put(at, Reply::raw(b"not HTTP at all\r\n\r\n"));
    let error = refusal(&network, &did).await;
    assert!(matches!(error, ResolveError::Unreachable { .. }), "{error}");

    server.put(
        at,
        Reply::raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"),
    );
    let error = refusal(&network, &did).await;
    assert!(matches!(error, ResolveError::Unreachable { .. }), "{error}");

    server.put(at, Reply::ok("no JSON"));
    let error = refusal(&network, &did).await;
    assert!(matches!(error, ResolveError::Document { .. }), "{error}");
}

#[tokio::test]
async fn nobody_is_waited_for_without_end() {
    let authority = Authority::new();
    let server = Server::start(&authority, "localhost").await;
    let (did, _) = published(&server, "");
    server.put("/.well-known/did.json", Reply::Never);
    let before = Instant::now();
    let error = refusal(&authority.network(), &did).await;
    assert!(matches!(error, ResolveError::TimedOut { .. }), "{error}");
    assert!(before.elapsed() < PATIENCE + Duration::from_secs(5));

    let nobody = Server::start(&authority, "localhost").await;
    let (did, _) = published(&nobody, "");
    drop(nobody);
    let error = refusal(&authority.network(), &did).await;
    assert!(matches!(error, ResolveError::Unreachable { .. }), "{error}");
}
