//! Links measured while nothing else is sent.
//!
//! When an overlay is joined all parties measure all their links at once, and on a machine that holds many of them
//! each waits for the others. Here pairs take turns as in a round-robin tournament: in each round a party has one
//! link measured, and after all rounds every pair has been.

use std::{collections::HashMap, time::Duration};

use e3_host::Provider;
use e3_session::{
    message::{Reply, Request},
    types::{LinkReport, PartyIndex, Path},
};
use futures::future::join_all;
use tokio::time::{Instant, timeout_at};

use super::party::Party;

/// How long measuring may take; of many parties, as many rounds are played as fit.
const BUDGET: Duration = Duration::from_secs(2);
/// How much a round trip over the overlay may differ from the declared one, at least and as a part of it, before it
/// is measured again: the parties' programs do some work for it.
const TOLERANCE_MS: f64 = 1.0;
const TOLERANCE: f64 = 0.02;

/// Measures anew the links whose times are not the declared ones. Where there was no time to, the old ones are taken
/// away: they tell of the machine and not of the network.
pub(crate) async fn correct(links: &mut [LinkReport], parties: &[Party], provider: &dyn Provider) {
    let name = |index: PartyIndex| {
        parties
            .get(usize::from(index.0))
            .map(|party| party.host.name.as_str())
    };
    let is_off = |link: &LinkReport| {
        let declared = provider.expected_rtt(name(link.from)?, name(link.to)?)?;
        let declared = declared.as_secs_f64() * 1e3;
        let tolerance = TOLERANCE_MS.max(declared * TOLERANCE);
        Some((link.rtt_ms? - declared).abs() > tolerance)
    };
    let mut off: Vec<&mut LinkReport> = links
        .iter_mut()
        .filter(|link| is_off(link) == Some(true))
        .collect();
    if off.is_empty() {
        return;
    }
    let asked = off.iter().map(|link| (link.from, link.to)).collect();
    let measured = measure(asked, parties).await;
    for link in &mut off {
        match measured.get(&(link.from, link.to)) {
            Some(anew) => **link = anew.clone(),
            None => link.rtt_ms = None,
        }
    }
}

/// Measures all links anew, as far as there is time; the others stay as they are.
pub(crate) async fn refresh(links: &mut [LinkReport], parties: &[Party]) {
    let reached = links
        .iter()
        .filter(|link| !matches!(link.path, Path::Unreachable { .. }));
    let measured = measure(reached.map(|link| (link.from, link.to)).collect(), parties).await;
    for link in links {
        if let Some(anew) = measured.get(&(link.from, link.to)) {
            *link = anew.clone();
        }
    }
}

type Way = (PartyIndex, PartyIndex);

/// Round by round, until all are measured or the time is over.
async fn measure(mut wanted: Vec<Way>, parties: &[Party]) -> HashMap<Way, LinkReport> {
    let end = Instant::now() + BUDGET;
    let mut measured = HashMap::new();
    for round in 0..rounds(parties.len()) {
        let (now, later) = wanted
            .into_iter()
            .partition(|way| plays_in(*way, round, parties.len()));
        wanted = later;
        let now: Vec<Way> = now;
        let asked = now.iter().map(|way| ping(*way, parties));
        let Ok(answers) = timeout_at(end, join_all(asked)).await else {
            break;
        };
        let answers = now.into_iter().zip(answers);
        measured.extend(answers.filter_map(|(way, link)| Some((way, link?))));
        if wanted.is_empty() || Instant::now() > end {
            break;
        }
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

/// How many rounds a tournament takes: with an odd number of players one rests in each.
fn rounds(players: usize) -> usize {
    (players + players % 2).saturating_sub(1)
}

/// Whether two play each other in this round (the circle method: one stays, the others go round).
fn plays_in((a, b): Way, round: usize, players: usize) -> bool {
    let (a, b) = (usize::from(a.0), usize::from(b.0));
    let rounds = rounds(players);
    if rounds == 0 {
        return false;
    }
    // The last of an even number stays; it plays whoever would play itself.
    let sum = match (a == rounds, b == rounds) {
        (true, _) => 2 * b,
        (_, true) => 2 * a,
        _ => a + b,
    };
    sum % rounds == round
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_plays_once_and_nobody_twice_in_a_round() {
        for players in 2..20_u16 {
            let everybody = usize::from(players);
            let pairs = || {
                (0..players)
                    .flat_map(|a| (a + 1..players).map(move |b| (PartyIndex(a), PartyIndex(b))))
            };
            let mut played = 0;
            for round in 0..rounds(everybody) {
                let mut busy = vec![false; everybody];
                for way in pairs().filter(|way| plays_in(*way, round, everybody)) {
                    played += 1;
                    for player in [way.0, way.1] {
                        assert!(
                            !std::mem::replace(&mut busy[usize::from(player.0)], true),
                            "{players} {round}"
                        );
                    }
                }
            }
            assert_eq!(played, pairs().count(), "{players}");
        }
    }
}
