//! Overlay `tls`: `MPyC`'s own TLS between the hosts' own addresses.
//!
//! An authority certifies a key of each party under the name that `MPyC` expects of it, and the program opens and
//! accepts TLS connections by itself: nothing of E³ stands in their way, which makes it the fastest of the secured
//! overlays. Before a program starts, every link is proved as by `direct` ([`crate::tcp`]), inside a mutually
//! authenticated TLS handshake in which both ends compare certificates with those of the roster.
//!
//! - [`credentials`]: what a party proves, and what it wants to see, by the certificates in the roster;
//! - [`link`]: the two ends of a handshake, and [`verify`]: what they accept;
//! - [`files`]: what the program finds in its working folder.

mod credentials;
mod files;
mod link;
mod verify;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use e3_identity::authority::NetworkKey;
use e3_session::types::{Options, PartyIndex};
use serde_bytes::ByteBuf;

pub use self::files::program_needs;
use self::link::Mutual;
use crate::{
    Addressing, Flow, Introducing, Joined, Joining, Need, Overlay, OverlayError, Promise,
    Properties, Scene, ServiceKind, tcp,
};

/// The overlay's name, under which certificates stand in a roster.
const NAME: &str = "tls";

/// `MPyC`'s own TLS.
#[derive(Debug, Default)]
pub struct Tls {
    /// From *introduce*: never leaves this process but for the program's own file.
    key: OnceLock<Arc<NetworkKey>>,
}

/// The name that `MPyC` expects in the certificate of the party at an index.
pub fn name_of(party: PartyIndex) -> String {
    format!("MPyC party {party}")
}

#[async_trait]
impl Overlay for Tls {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "MPyC's own TLS between the hosts' own addresses: encrypted, by an authority's certificates; no NAT traversal"
    }

    fn properties(&self) -> Properties {
        Properties {
            confidential: Promise::Yes,
            integrity: Promise::Yes,
            authenticated: Promise::Yes,
            names_callers: Promise::No(
                "MPyC does not compare the index that a caller names with its certificate",
            ),
            excludes_strangers: Promise::Yes,
            forward_secret: Promise::Yes,
            traverses_nat: Promise::No("TCP to a host's own address"),
            half_closes: Promise::No("Python's TLS ends both directions together"),
            outlives_outage: Promise::Yes,
            outlives_address: Promise::No("a TCP connection belongs to two addresses"),
            isolates_program: Promise::No(
                "a program listens on its host's own network; without a certificate nobody gets further",
            ),
            changes_roster: Promise::Yes,
            excludes_removed: Promise::No(
                "MPyC lets in whoever holds a certificate of this session, and asks nobody whether it was revoked",
            ),
        }
    }

    fn needs(&self) -> &'static [Need] {
        &[]
    }

    fn addressing(&self) -> Addressing {
        Addressing::Host
    }

    fn services(&self) -> &'static [ServiceKind] {
        &[]
    }

    fn mode(&self, _: &Options) -> String {
        "mpyc-ssl".to_owned()
    }

    fn identities(&self) -> &'static [&'static str] {
        &["ca"]
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        tcp::flows(scene)
    }

    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        let key = Arc::new(NetworkKey::generate().map_err(OverlayError::Key)?);
        let request = key.request(&who.did).map_err(OverlayError::Request)?;
        // Called once; were it called again, the first key would be the one that was introduced.
        self.key
            .set(key)
            .map_err(|_| OverlayError::AlreadyIntroduced { overlay: NAME })?;
        Ok(ByteBuf::from(request))
    }

    fn certificate_name(&self, party: PartyIndex) -> Option<String> {
        Some(name_of(party))
    }

    fn program_words(&self) -> &'static [&'static str] {
        &files::WORDS
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let key = self.key.get().cloned();
        let key = key.ok_or(OverlayError::NotIntroduced { overlay: NAME })?;
        Ok(Box::new(tcp::join::<Mutual>(key, joining).await?))
    }
}
