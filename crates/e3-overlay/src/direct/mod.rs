//! Overlay `direct`: plain TCP between the hosts' own addresses. The baseline.
//!
//! How its links are proved stands in [`crate::tcp`], which the overlay `tls` has in common with it.

use async_trait::async_trait;
use e3_session::types::Options;
use serde_bytes::ByteBuf;

use crate::{
    Addressing, Flow, Introducing, Joined, Joining, Need, Overlay, OverlayError, Promise,
    Properties, Scene, ServiceKind,
    tcp::{self, Plain},
};

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
            names_callers: Promise::No("whoever calls is believed"),
            excludes_strangers: Promise::No("a program's port is open to everybody"),
            forward_secret: Promise::No("nothing is encrypted"),
            traverses_nat: Promise::No("plain TCP to a host's own address"),
            half_closes: Promise::Yes,
            outlives_outage: Promise::Yes,
            outlives_address: Promise::No("a TCP connection belongs to two addresses"),
            isolates_program: Promise::No("a program listens on its host's own network"),
            changes_roster: Promise::Yes,
            excludes_removed: Promise::No("a program's port is open to everybody"),
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
        "plain".to_owned()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        tcp::flows(scene)
    }

    async fn introduce(&self, _: &Introducing) -> Result<ByteBuf, OverlayError> {
        Ok(ByteBuf::new())
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        Ok(Box::new(tcp::join::<Plain>((), joining).await?))
    }
}
