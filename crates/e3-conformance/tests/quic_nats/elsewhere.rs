//! A relay as an institution may run it: with a certificate of its own authority, and a token.

use std::{collections::BTreeMap, net::IpAddr, path::Path, sync::mpsc, thread};

use anyhow::Context as _;
use e3_conformance::Elsewhere;
use e3_lab::Host;
use e3_overlay_quic::relay::{Callers, Relay, RelayPorts, keep};
use e3_session::types::{Contents, OptionValue, Options};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// Where relays of iroh listen unless they are told otherwise.
const PORTS: RelayPorts = RelayPorts {
    tcp: 443,
    udp: 7842,
};

const TOKEN: &str = "those-who-know-may-enter";

/// Starts it on a host, beside this thread.
pub(crate) fn start(host: &Host) -> anyhow::Result<Elsewhere> {
    let address = IpAddr::from(host.v4().context("it has no IPv4")?);
    let folder = tempfile::tempdir()?;
    let [(authority, its), (_, other)] = [authority()?, authority()?];
    certify(folder.path(), address, &authority)?;
    let (tell, told) = mpsc::channel();
    let there = host.clone();
    thread::spawn(move || there.run_in(|| serve(&folder, &tell)));
    told.recv()??;
    let says = |certificate: &str, token: &str| {
        let text = |text: &str| OptionValue::Contents(Contents(text.as_bytes().to_vec().into()));
        let url = OptionValue::Words(vec![format!("https://{address}")]);
        Options(BTreeMap::from([
            ("relay".to_owned(), url),
            ("relay_certificate".to_owned(), text(certificate)),
            ("relay_token".to_owned(), text(token)),
        ]))
    };
    Ok(Elsewhere {
        right: says(&its, TOKEN),
        deceived: says(&other, TOKEN),
        uninvited: says(&its, "somebody-else"),
    })
}

/// Runs until this process ends.
fn serve(folder: &TempDir, tell: &mpsc::Sender<anyhow::Result<()>>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let relay = Relay::start(folder.path(), PORTS, Callers::Any).await;
        let started = relay
            .as_ref()
            .map(|_| ())
            .map_err(|error| anyhow::anyhow!("{error}"));
        let _heard = tell.send(started);
        std::future::pending::<()>().await;
        drop(relay);
    });
}

/// An authority, and its certificate as a PEM file.
fn authority() -> anyhow::Result<(Issuer<'static, KeyPair>, String)> {
    let pair = KeyPair::generate()?;
    let mut its = CertificateParams::new(Vec::new())?;
    its.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = its.self_signed(&pair)?.pem();
    Ok((Issuer::new(its, pair), certificate))
}

/// Gives the relay in this folder a key and a certificate of this authority.
fn certify(folder: &Path, at: IpAddr, authority: &Issuer<'_, KeyPair>) -> anyhow::Result<()> {
    let pair = KeyPair::generate()?;
    let certificate = CertificateParams::new([at.to_string()])?.signed_by(&pair, authority)?;
    keep(
        folder,
        &at.to_string(),
        (&pair.serialize_der(), certificate.der()),
        TOKEN,
    )?;
    Ok(())
}
