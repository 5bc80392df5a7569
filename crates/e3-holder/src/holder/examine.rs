//! How the hosts are attached to the network: each finds out by itself.

use std::{collections::BTreeMap, time::Duration};

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
    party::{Party, QUICK, unexpected},
    up::Up,
};
use crate::wire::{Examined, ExaminedHost};

/// How long a host may take: it waits for answers that do not come, over UDP and over TCP, by IPv4 and by IPv6.
const PATIENCE: Duration = Duration::from_mins(1);

/// So many parties answer the others: two addresses tell everything, and one of them may be a host's own neighbour.
const REFLECTORS: usize = 2;

/// Lets all hosts find out at once, and looks at the links as they are meanwhile.
pub(crate) async fn examine(up: &Up) -> Examined {
    let reflectors = reflectors(&up.parties).await;
    let hosts = up.parties.iter().enumerate();
    let hosts = hosts.map(|(index, party)| one(index, party, elsewhere(party, &reflectors)));
    let (hosts, links) = tokio::join!(join_all(hosts), look(&up.parties, SOON));
    let reports: Vec<_> = links.into_iter().flatten().flatten().collect();
    Examined {
        environment: up.environment.name.to_string(),
        overlay: up.environment.overlay.to_string(),
        hosts,
        links: pairs::records(&up.parties, &*up.provider, &reports),
    }
}

/// A party that answers the others.
struct Reflecting<'a> {
    party: &'a Party,
    stations: String,
}

/// Lets the parties answer that have no NAT before them: with a reflector's second address more can be told apart. Whose
/// firewall lets nobody in is of no use, and does no harm.
async fn reflectors(parties: &[Party]) -> Vec<Reflecting<'_>> {
    let open = parties.iter().filter(|party| party.place().nat == "none");
    let asked = open.take(REFLECTORS).map(|party| async move {
        let for_ms = u64::try_from(PATIENCE.as_millis()).unwrap_or(u64::MAX);
        let request = Request::Reflect { for_ms };
        match party.link.ask("reflect", request, QUICK).await {
            Ok(Reply::Reflecting { stations }) if !stations.is_empty() => {
                Some(Reflecting { party, stations })
            }
            _ => None,
        }
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// Those at other sites: what comes from a neighbour does not pass the NAT.
fn elsewhere(party: &Party, reflectors: &[Reflecting<'_>]) -> BTreeMap<String, String> {
    let others = reflectors
        .iter()
        .filter(|other| other.party.place().site != party.place().site);
    let named = others.map(|other| (other.party.host.name.to_string(), other.stations.clone()));
    named.collect()
}

async fn one(index: usize, party: &Party, reflectors: BTreeMap<String, String>) -> ExaminedHost {
    let host = party.status(index);
    match ask(party, reflectors).await {
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

async fn ask(
    party: &Party,
    reflectors: BTreeMap<String, String>,
) -> Result<(NetworkReport, Option<ClockOffset>), LinkError> {
    let asked = Timestamp::here();
    let request = Request::Examine {
        asked: asked.0,
        reflectors,
    };
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
            Ok((report, ahead(times, Timestamp::here())))
        }
        other => Err(unexpected(&party.link, &other)),
    }
}

/// How far the host's clock is ahead of the one here, by a question whose answer came at this moment.
fn ahead(times: Times, ended: Timestamp) -> Option<ClockOffset> {
    let offset = times.offset(ended)?;
    Some(ClockOffset {
        offset_ms: offset.seconds * 1e3,
        uncertainty_ms: offset.uncertainty * 1e3,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hosts_clock_that_is_ahead_is_told_as_ahead() {
        let asked = Timestamp(1 << 62);
        let later = |millis| asked.after(Duration::from_millis(millis));
        // 10 ms there, a second to find out, 10 ms back, by a clock that is 2.5 s ahead.
        let times = Times {
            asked,
            received: later(2_510),
            answered: later(3_510),
        };
        let clock = ahead(times, later(1_020)).unwrap();
        assert!((clock.offset_ms - 2_500.0).abs() < 0.001, "{clock:?}");
        assert!((clock.uncertainty_ms - 10.0).abs() < 0.001, "{clock:?}");
    }
}
