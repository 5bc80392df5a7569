//! What is told of links.

use std::time::Duration;

use e3_session::types::{LinkReport, Path};

use super::Nebula;
use crate::{log::Via, members::Member};

impl Nebula {
    /// All parties but this one.
    pub(super) fn peers(&self) -> impl Iterator<Item = &Member> {
        let all = self.members.all.iter();
        all.filter(|member| member.index != self.me)
    }

    /// Measures a link now.
    pub(super) async fn measure(&self, peer: &Member, patience: Duration) -> LinkReport {
        let rtt = match peer.addresses.first() {
            Some(address) => self.place.echo(*address, patience).await.ok(),
            None => None,
        };
        let path = match (rtt, self.host.watch.via(&peer.addresses)) {
            (None, _) => Path::Unreachable {
                reason: format!(
                    "no answer through nebula in {} s; its log says what it tries",
                    patience.as_secs()
                ),
            },
            (Some(_), Some(Via::Direct(at))) => Path::Direct {
                address: at.to_string(),
            },
            (Some(_), Some(Via::Relayed) | None) => Path::Relayed {
                by: self.light.name.clone(),
            },
        };
        let rtt_ms = rtt.map(|rtt| rtt.as_secs_f64() * 1e3);
        LinkReport {
            transport: Some("nebula/udp".to_owned()),
            ..LinkReport::new(self.me, peer.index, path, rtt_ms)
        }
    }
}
