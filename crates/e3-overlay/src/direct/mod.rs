//! Overlay `direct`: plain TCP between the hosts' own addresses. The baseline.
//!
//! Joining proves every connection that a program will need, in the direction in which the program will open it:
//! who will listen listens on the program's port, who will dial dials it, and both exchange a short [`probe`] that
//! names the session, the roster and the two parties. So a machine that merely owns the same private address is
//! told from the peer, and the round-trip time is known before a program starts.
//!
//! - [`probe`]: what is said over such a connection;
//! - [`dialler`] and [`listener`]: its two ends, and [`prove`]: all of them at once;
//! - [`reason`]: why a peer cannot be reached, in words;
//! - [`joined`]: the overlay while it is up;
//! - [`ping`]: a measurement that leaves the program's port alone.

mod dialler;
mod joined;
mod listener;
mod ping;
mod probe;
mod prove;
mod reason;

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
        Ok(Box::new(joined::join(joining).await?))
    }
}
