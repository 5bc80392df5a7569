//! Links measured while nothing else is sent.
//!
//! When an overlay is joined all parties measure all their links at once, and on a machine that holds many of them
//! each waits for the others. Here pairs take turns as in a round-robin [`tournament`]: in each round a party has one
//! link measured, and after all rounds every pair has been. What is not as declared then is measured again: [`approach`].

mod approach;
mod tournament;

use std::{collections::HashMap, time::Duration};

use e3_host::Provider;
use e3_session::{
    message::{Reply, Request},
    types::{LinkReport, PartyIndex, Path},
};
use futures::future::join_all;
use tokio::time::{Instant, timeout_at};

use self::{
    approach::{TURNS, off, take},
    tournament::{Way, plays_in, rounds},
};
use super::party::Party;

/// How long measuring may take; of many parties, as many rounds are played as fit.
const BUDGET: Duration = Duration::from_secs(2);

/// Measures anew the links whose times are not the declared ones, until they are, or often enough. Where there was no time
/// to, there is none then.
pub(crate) async fn correct(links: &mut [LinkReport], parties: &[Party], provider: &dyn Provider) {
    let end = Instant::now() + BUDGET;
    let declared = declared(links, parties, provider);
    for turn in 0..TURNS {
        let asked = off(links, &declared, turn);
        if asked.is_empty() {
            return;
        }
        let measured = measure(asked.clone(), parties, end).await;
        take(links, &asked, measured, turn);
    }
}

/// The round-trip times that the environment declares, as far as it does.
fn declared(
    links: &[LinkReport],
    parties: &[Party],
    provider: &dyn Provider,
) -> HashMap<Way, Duration> {
    let name = |index: PartyIndex| {
        parties
            .get(usize::from(index.0))
            .map(|party| party.host.name.as_str())
    };
    let of = |link: &LinkReport| {
        let expected = provider.expected_rtt(name(link.from)?, name(link.to)?)?;
        Some(((link.from, link.to), expected))
    };
    links.iter().filter_map(of).collect()
}

/// Measures all links anew, as far as there is time; the others stay as they are.
pub(crate) async fn refresh(links: &mut [LinkReport], parties: &[Party]) {
    let reached = links
        .iter()
        .filter(|link| !matches!(link.path, Path::Unreachable { .. }));
    let reached = reached.map(|link| (link.from, link.to)).collect();
    let mut measured = measure(reached, parties, Instant::now() + BUDGET).await;
    for link in links {
        if let Some(anew) = measured.remove(&(link.from, link.to)) {
            *link = anew;
        }
    }
}

/// Once each, round by round, until all are measured or the time is over.
async fn measure(
    mut wanted: Vec<Way>,
    parties: &[Party],
    end: Instant,
) -> HashMap<Way, LinkReport> {
    let mut measured = HashMap::new();
    for round in 0..rounds(parties.len()) {
        if wanted.is_empty() || Instant::now() > end {
            break;
        }
        let (now, later): (Vec<Way>, Vec<Way>) = wanted
            .into_iter()
            .partition(|way| plays_in(*way, round, parties.len()));
        wanted = later;
        let asked = now.iter().map(|way| ping(*way, parties));
        let Ok(answers) = timeout_at(end, join_all(asked)).await else {
            break;
        };
        let answers = now.into_iter().zip(answers);
        measured.extend(answers.filter_map(|(way, link)| Some((way, link?))));
    }
    measured
}

async fn ping((from, to): Way, parties: &[Party]) -> Option<LinkReport> {
    let party = parties.get(usize::from(from.0))?;
    match party
        .link
        .ask("ping", Request::Ping { peer: to }, BUDGET)
        .await
    {
        Ok(Reply::Pinged(link)) => Some(link),
        // An agent that has died is told of elsewhere.
        _ => None,
    }
}
