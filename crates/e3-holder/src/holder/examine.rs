//! How the hosts are attached to the network: each finds out by itself.

use std::time::Duration;

use e3_reflector::clock::{Times, Timestamp};
use e3_session::{
    message::{Reply, Request},
    types::{ClockOffset, NetworkReport},
};
use futures::future::join_all;

use super::{
    link::LinkError,
    look::{SOON, look},
    pairs,
    party::{Party, unexpected},
    up::Up,
};
use crate::wire::{Examined, ExaminedHost};

/// How long a host may take: it waits for answers that do not come, over UDP and over TCP, by IPv4 and by IPv6.
const PATIENCE: Duration = Duration::from_mins(1);

/// Lets all hosts find out at once, and looks at the links as they are meanwhile.
pub(crate) async fn examine(up: &Up) -> Examined {
    let hosts = up.parties.iter().enumerate();
    let hosts = hosts.map(|(index, party)| one(index, party));
    let (hosts, links) = tokio::join!(join_all(hosts), look(&up.parties, SOON));
    let reports: Vec<_> = links.into_iter().flatten().flatten().collect();
    Examined {
        environment: up.environment.name.to_string(),
        overlay: up.environment.overlay.to_string(),
        hosts,
        links: pairs::records(&up.parties, &*up.provider, &reports),
    }
}

async fn one(index: usize, party: &Party) -> ExaminedHost {
    let host = party.status(index);
    match ask(party).await {
        Ok((report, clock)) => ExaminedHost {
            host,
            report,
            clock,
            silent: None,
        },
        Err(error) => ExaminedHost {
            host,
            report: NetworkReport::default(),
            clock: None,
            silent: Some(error.to_string()),
        },
    }
}

async fn ask(party: &Party) -> Result<(NetworkReport, Option<ClockOffset>), LinkError> {
    let asked = Timestamp::here();
    let request = Request::Examine { asked: asked.0 };
    match party.link.ask("examine", request, PATIENCE).await? {
        Reply::Examined {
            report,
            received,
            answered,
            ..
        } => {
            let times = Times {
                asked,
                received: Timestamp(received),
                answered: Timestamp(answered),
            };
            let clock = times.offset(Timestamp::here()).map(|offset| ClockOffset {
                offset_ms: offset.seconds * 1e3,
                uncertainty_ms: offset.uncertainty * 1e3,
            });
            Ok((report, clock))
        }
        other => Err(unexpected(&party.link, &other)),
    }
}
