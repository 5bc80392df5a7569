//! Nobody reaches a program past the overlay.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::{bail, ensure};
use e3_lab::Host;
use e3_session::types::Dial;

use crate::{
    field::Field,
    sites::{cities, outsider},
    traffic::{self, Place},
};

/// How long an attempt may take; packets that are thrown away have no answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// A program that listens on every address of its host, as `MPyC` does whatever it is told, is reached by its peers
/// over the overlay, and neither from another host nor from its own, by whatever address.
pub(super) async fn nobody_reaches_a_program_past_the_overlay() -> anyhow::Result<()> {
    let mut sites = cities(2);
    sites.push(outsider());
    let mut field = Field::lay_out(sites, Dial::LowerToHigher).await?;
    field.admit().await?;
    field.connect().await?;
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(1000, 100).await?;

    let program = field.party(1)?;
    let door = program.listen()?;
    let port = door.port()?;
    let real = program.host.addresses();
    let loopback = [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ];
    let outsider = field.host("outsider")?;
    let peer = &field.party(0)?.host;
    let ways: [(&str, &Host, &[IpAddr]); 4] = [
        ("another host", outsider, &real),
        ("a peer's host, past the overlay", peer, &real),
        ("the same host by its real address", &program.host, &real),
        ("the same host by its loopback", &program.host, &loopback),
    ];
    let mut open = Vec::new();
    for (way, host, addresses) in ways {
        for address in addresses {
            let at = SocketAddr::new(*address, port);
            let place = Place::outside(host);
            let (_knocked, shut) =
                tokio::join!(place.knock(at, PATIENCE), door.stays_shut(PATIENCE));
            if shut.is_err() {
                open.push(format!("from {way} ({at})"));
            }
        }
    }
    ensure!(!real.is_empty(), "the host has no address to try");
    if !open.is_empty() {
        bail!("the program is reached {}", open.join(", "));
    }
    field.leave().await
}
