//! Members and strangers that claim to be somebody else.

use std::{sync::Arc, time::Duration};

use e3_identity::authority::NetworkKey;
use e3_overlay::Joining;
use e3_session::types::{PartyIndex, Path};
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime},
    version::TLS13,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::sleep,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::scene::{Hostile, Scene, assert_free, reason};

/// Believes whoever answers.
#[derive(Debug)]
struct Gullible;

impl ServerCertVerifier for Gullible {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

/// Calls party 1 of a scene with a certificate and a key.
async fn call(scene: &Scene, certificate: &[u8], key: &NetworkKey) -> TlsStream<TcpStream> {
    let chain = vec![CertificateDer::from(certificate.to_vec())];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.pkcs8().to_vec()));
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Gullible))
        .with_client_auth_cert(chain, key)
        .unwrap();
    let at = scene.at(PartyIndex(1));
    let stream = TcpStream::connect(at).await.unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector
        .connect(ServerName::from(at.ip()), stream)
        .await
        .unwrap()
}

/// What says that party 0 calls party 1.
fn hello(scene: &Scene) -> Vec<u8> {
    let roster = &scene.roster;
    let parts: [&[u8]; 4] = [b"e3p1", &roster.session.0, &roster.hash().0, &[0, 0, 0, 1]];
    parts.concat()
}

fn certificate_of(scene: &Scene, party: usize) -> Vec<u8> {
    let e3_identity::Endorsement::Ca { certificates, .. } =
        &scene.roster.parties[party].endorsement
    else {
        panic!("no certificate")
    };
    certificates["tls"][0].to_vec()
}

/// A member calls before party 0 does, and says that it is party 0. It is told so, party 1 does not take it for party 0,
/// and who it was stands in the report.
#[tokio::test]
async fn a_member_that_names_anothers_index_is_found_out_by_its_certificate() {
    let hostile = Hostile {
        key: NetworkKey::generate().unwrap(),
    };
    let scene = Scene::with(3, Some(&hostile)).await;
    let listening = Joining {
        timeout: Duration::from_millis(1500),
        ..scene.joining(PartyIndex(1))
    };
    let attack = async {
        sleep(Duration::from_millis(200)).await;
        let mut stream = call(&scene, &certificate_of(&scene, 2), &hostile.key).await;
        stream.write_all(&hello(&scene)).await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'i');
    };
    let (joined, ()) = tokio::join!(scene.join(1, listening), attack);
    let links = joined.unwrap().links().await;
    let why = reason(&links[0]);
    assert!(why.contains("party 2 (p2) called in its place"), "{why}");
    assert_free(scene.at(PartyIndex(1)));
}

/// The same does not keep party 0 out.
#[tokio::test]
async fn an_impostor_does_not_keep_the_party_out() {
    let hostile = Hostile {
        key: NetworkKey::generate().unwrap(),
    };
    let scene = Scene::with(3, Some(&hostile)).await;
    let hurried = |me| Joining {
        timeout: Duration::from_millis(1500),
        ..scene.joining(PartyIndex(me))
    };
    let attack = async {
        sleep(Duration::from_millis(100)).await;
        let mut stream = call(&scene, &certificate_of(&scene, 2), &hostile.key).await;
        stream.write_all(&hello(&scene)).await.unwrap();
        stream
    };
    let later = async {
        sleep(Duration::from_millis(300)).await;
        scene.join(0, hurried(0)).await.unwrap()
    };
    let (listening, _attack, _dialling) = tokio::join!(scene.join(1, hurried(1)), attack, later);
    let links = listening.unwrap().links().await;
    assert!(matches!(links[0].path, Path::Direct { .. }), "{links:?}");
}

/// Somebody whom another authority has certified under the very same name gets no further than the handshake.
#[tokio::test]
async fn a_stranger_with_a_valid_looking_certificate_is_refused() {
    let hostile = Hostile {
        key: NetworkKey::generate().unwrap(),
    };
    let scene = Scene::of(2).await;
    let strangers = Scene::with(1, Some(&hostile)).await;
    let listening = Joining {
        timeout: Duration::from_secs(1),
        ..scene.joining(PartyIndex(1))
    };
    let attack = async {
        sleep(Duration::from_millis(200)).await;
        let mut stream = call(&scene, &certificate_of(&strangers, 0), &hostile.key).await;
        let _ = stream.write_all(&hello(&scene)).await;
        assert!(stream.read_u8().await.is_err(), "a stranger was answered");
    };
    let (joined, ()) = tokio::join!(scene.join(1, listening), attack);
    let links = joined.unwrap().links().await;
    assert!(reason(&links[0]).contains("did not call"), "{links:?}");
}

/// A courier that leads party 0 to another member, or to another session, leads it to nobody.
#[tokio::test]
async fn whoever_answers_in_the_peers_place_is_found_out() {
    let (scene, other) = (Scene::of(3).await, Scene::of(2).await);
    let mut misled = Joining {
        timeout: Duration::from_millis(1500),
        ..scene.joining(PartyIndex(0))
    };
    misled.contacts[1].addresses = vec![scene.at(PartyIndex(2)).ip()];
    misled.contacts[2].addresses = vec![other.at(PartyIndex(1)).ip()];
    let waiting = |scene: &Scene, me| Joining {
        timeout: Duration::from_millis(1500),
        ..scene.joining(PartyIndex(me))
    };
    let (misled, _, _) = tokio::join!(
        scene.join(0, misled),
        scene.join(2, waiting(&scene, 2)),
        other.join(1, waiting(&other, 1)),
    );
    for link in misled.unwrap().links().await {
        let why = reason(&link);
        assert!(why.contains("does not hold the certificate"), "{why}");
    }
}
