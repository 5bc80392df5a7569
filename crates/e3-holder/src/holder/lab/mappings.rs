//! The mappings of NATs.

use e3_lab::{Lab, MappingShown, Mappings, Protocol};

use crate::wire::{Fault, MappingRecord, PeerRecord, rounded};

/// Those that stand between a site and the Internet now.
pub(super) fn of(lab: &Lab, site: &str) -> Result<Vec<MappingRecord>, Fault> {
    let mappings = lab.mappings(site);
    let Mappings { router, carrier } = mappings.map_err(|error| Fault::user(error.to_string()))?;
    let router = router.iter().map(|mapping| record(false, mapping));
    let carrier = carrier.iter().map(|mapping| record(true, mapping));
    Ok(router.chain(carrier).collect())
}

/// How many there are; none where there is no NAT.
pub(super) fn count(lab: &Lab, site: &str) -> usize {
    let count = |mappings: Mappings| mappings.router.len() + mappings.carrier.len();
    lab.mappings(site).map(count).unwrap_or_default()
}

fn record(carrier: bool, mapping: &MappingShown) -> MappingRecord {
    let peers = mapping.peers.iter().map(|(peer, left)| PeerRecord {
        peer: peer.to_string(),
        remembered_s: rounded(left.as_secs_f64()),
    });
    MappingRecord {
        carrier,
        protocol: match mapping.protocol {
            Protocol::Udp => "udp",
            Protocol::Tcp => "tcp",
            Protocol::Echo => "echo",
        }
        .to_owned(),
        inside: mapping.inside.to_string(),
        outside: mapping.outside.to_string(),
        peers: peers.collect(),
    }
}
