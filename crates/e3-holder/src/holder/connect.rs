//! Joining the overlay.

use std::time::Duration;

use e3_overlay::Overlay;
use e3_session::{
    message::{Reply, Request},
    types::{Dial, LinkReport, PartyIndex, Path, Ports},
};

use super::{
    link::LinkError,
    party::{Party, ask_all, unexpected},
};
use crate::wire::Fault;

/// After which a peer that did not answer counts as unreachable, where parties are few.
const REACH: Duration = Duration::from_secs(5);
/// What each pair may take beyond that: a machine that holds many parties connects them one after another.
const REACH_PER_PAIR: Duration = Duration::from_millis(2);
/// What an overlay may take beyond that to join. It has time-outs of its own, which say more than this one.
const JOINING: Duration = Duration::from_mins(1);

/// All parties join at once, and each tells where its program will run; what each saw of each link that a program needs.
pub(super) async fn connect(
    parties: &mut [Party],
    dial: Dial,
    ports: Ports,
) -> Result<Vec<LinkReport>, LinkError> {
    let contacts: Vec<_> = parties
        .iter()
        .enumerate()
        .map(|(index, party)| party.contact(index))
        .collect();
    let pairs = parties.len() * parties.len().saturating_sub(1) / 2;
    let reach = REACH + REACH_PER_PAIR * u32::try_from(pairs).unwrap_or(u32::MAX);
    let timeout_ms = u64::try_from(reach.as_millis()).unwrap_or(u64::MAX);
    let request = |_: usize, _: &Party| Request::Connect {
        contacts: contacts.clone(),
        dial,
        ports,
        timeout_ms,
    };
    let mut links = Vec::new();
    let replies = ask_all(parties, "connect", reach + JOINING, request).await?;
    for (party, reply) in parties.iter_mut().zip(replies) {
        match reply {
            Reply::Connected {
                links: seen, place, ..
            } => {
                links.extend(seen);
                party.runs_in = Some(place);
            }
            other => return Err(unexpected(&party.link, &other)),
        }
    }
    Ok(links)
}

/// A pair that is not connected is an error before anything runs.
pub(super) fn refuse_unreachable(
    links: &[LinkReport],
    parties: &[Party],
    overlay: &dyn Overlay,
) -> Result<(), Fault> {
    let name = |index: PartyIndex| {
        parties
            .get(usize::from(index.0))
            .map_or("?", |party| party.host.name.as_str())
    };
    let unreached: Vec<String> = links
        .iter()
        .filter_map(|link| match &link.path {
            Path::Unreachable { reason } => Some(format!(
                "  {} – {}: {reason}",
                name(link.from),
                name(link.to)
            )),
            _ => None,
        })
        .collect();
    if unreached.is_empty() {
        return Ok(());
    }
    let message = format!(
        "overlay `{}` does not connect these parties:\n{}",
        overlay.name(),
        unreached.join("\n")
    );
    Err(Fault::user(message).hint(
        "`e3 doctor` looks for what is in the way; an overlay that traverses NATs may reach them",
    ))
}
