//! Overlay `direct`: plain TCP between the hosts' own addresses. The baseline.

use async_trait::async_trait;
use serde_bytes::ByteBuf;

use crate::{Joined, Joining, Need, Overlay, OverlayError, Promise, Properties, ServiceKind};

/// Plain TCP between the hosts' own addresses.
#[derive(Debug)]
pub struct Direct;

#[async_trait]
impl Overlay for Direct {
    fn name(&self) -> &'static str {
        "direct"
    }

    fn summary(&self) -> &'static str {
        "plain TCP between the hosts' own addresses: no encryption, no authentication, no NAT traversal"
    }

    fn properties(&self) -> Properties {
        Properties {
            confidential: Promise::No("plain TCP"),
            integrity: Promise::No("plain TCP"),
            authenticated: Promise::No("whoever answers at an address is believed"),
            forward_secret: Promise::No("nothing is encrypted"),
            traverses_nat: Promise::No("plain TCP to a host's own address"),
            outlives_path: Promise::No("a TCP connection ends with its path"),
            isolates_program: Promise::No("a program listens on its host's own network"),
            changes_roster: Promise::Yes,
        }
    }

    fn needs(&self) -> &'static [Need] {
        &[]
    }

    fn services(&self) -> &'static [ServiceKind] {
        &[]
    }

    fn mode(&self) -> String {
        "plain".to_owned()
    }

    async fn introduce(&self) -> Result<ByteBuf, OverlayError> {
        Ok(ByteBuf::new())
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let _ = joining;
        Err(OverlayError::Unchangeable { overlay: "direct" })
    }
}
