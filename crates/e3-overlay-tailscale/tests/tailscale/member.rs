//! Overlay `tailscale` on a host whose owner has an account where [`Tailnet`] is its service.

use std::{
    fs,
    path::Path,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use base64ct::{Base64, Encoding as _};
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, OptionKind, Overlay, OverlayError,
    PortChoice, Properties, Scene, Service, ServiceKind,
};
use e3_overlay_tailscale::{HeadscaleOverlay, TailscaleOverlay, Told};
use e3_session::types::Options;
use serde_bytes::ByteBuf;

use crate::tailnet::{KEY, Tailnet};

/// A key that no account has made.
const NO_KEY: &str =
    "hskey-auth-e3e3e3e3e3e3-e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3";

/// Where a coordinator of E³'s own has its desk.
const DESK: u16 = 8444;

/// The overlay; what its agent would have found in its environment it makes of what the suite knows.
#[derive(Default)]
pub(crate) struct Member {
    plain: TailscaleOverlay,
    among: OnceLock<TailscaleOverlay>,
}

impl Member {
    fn among(&self) -> &TailscaleOverlay {
        self.among.get().unwrap_or(&self.plain)
    }
}

/// What the owner of a host has in its environment. Whoever is no party has no key of the account.
fn account(who: &Introducing) -> Vec<(&'static str, String)> {
    let Some(service) = who.services.first() else {
        // Of some checks it is no matter, and they start no service.
        return vec![("TS_AUTHKEY", NO_KEY.to_owned())];
    };
    let told = Told::read(service).unwrap();
    let certificate = who.folder.join("service.crt");
    let lines = Base64::encode_string(&told.certificate);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n");
    fs::write(&certificate, pem).unwrap();
    let key = if is_partys(&who.folder) {
        String::from_utf8(service.told[KEY].to_vec()).unwrap()
    } else {
        NO_KEY.to_owned()
    };
    vec![
        ("TS_AUTHKEY", key),
        ("TS_LOGIN_SERVER", told.url()),
        ("SSL_CERT_FILE", certificate.display().to_string()),
    ]
}

/// Whether a folder is on a party's host: these are called `p0`, `p1`, …
fn is_partys(folder: &Path) -> bool {
    let mut parts = folder.iter().map(|part| part.to_string_lossy());
    parts.any(|part| {
        let number = part.strip_prefix('p');
        number.is_some_and(|number| number.parse::<u16>().is_ok())
    })
}

#[async_trait]
impl Overlay for Member {
    fn name(&self) -> &'static str {
        self.plain.name()
    }

    fn summary(&self) -> &'static str {
        self.plain.summary()
    }

    fn properties(&self) -> Properties {
        self.plain.properties()
    }

    fn needs(&self) -> &'static [Need] {
        self.plain.needs()
    }

    fn addressing(&self) -> Addressing {
        self.plain.addressing()
    }

    fn options(&self) -> &'static [OptionKind] {
        self.plain.options()
    }

    fn services(&self) -> &'static [ServiceKind] {
        &[ServiceKind::Coordinator]
    }

    fn service(&self, kind: ServiceKind) -> Option<Arc<dyn Service>> {
        let headscale = HeadscaleOverlay::default().service(kind)?;
        Some(Arc::new(Tailnet(headscale)))
    }

    fn mode(&self, options: &Options) -> String {
        self.among().mode(options)
    }

    /// The service is somebody else's, where there is no desk of E³'s.
    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        let mut flows = self.plain.flows(scene);
        flows.retain(|flow| flow.port != PortChoice::One(DESK));
        flows
    }

    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        let among = TailscaleOverlay::with(&account(who));
        let introduced = among.introduce(who).await?;
        let _first = self.among.set(among);
        Ok(introduced)
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        self.among().join(joining).await
    }
}
