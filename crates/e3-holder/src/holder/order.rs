//! Who is party 0, 1, …

use e3_overlay::{
    Overlay,
    reachability::{PartyPlace, Reason, reachable},
};
use e3_program::order::{missing, order};
use e3_session::types::Dial;
use e3_spec::Environment;

use super::party::Party;
use crate::wire::Fault;

/// Puts the parties into the order of their indices; tells why where that is not the order of the file.
///
/// An overlay that traverses NATs takes any order. Otherwise the places decide: whoever cannot be reached must
/// come before those that it dials itself.
pub(crate) fn arrange(
    environment: &Environment,
    overlay: &dyn Overlay,
    dial: Dial,
    parties: Vec<Party>,
) -> Result<(Vec<Party>, Option<String>), Fault> {
    let fixed = environment.order.is_some();
    let parties = declared(environment, parties);
    if overlay.properties().traverses_nat.is_given() {
        return Ok((parties, None));
    }
    let places: Vec<PartyPlace> = parties.iter().map(place).collect();
    let can = |from: usize, to: usize| match (places.get(from), places.get(to)) {
        (Some(from), Some(to)) => reachable(from, to),
        _ => Ok(()),
    };
    let can_dial = |from, to| can(from, to).is_ok();
    let name = |index: usize| {
        parties
            .get(index)
            .map_or_else(String::new, |party| party.host.name.to_string())
    };

    if fixed {
        let unreached = missing(parties.len(), dial, can_dial);
        if unreached.is_empty() {
            return Ok((parties, None));
        }
        let pairs = unreached
            .into_iter()
            .filter_map(|(from, to)| Some((from, to, can(from, to).err()?)));
        return Err(unreachable(overlay.name(), pairs.map(|(from, to, why)| (name(from), name(to), why)))
            .hint("remove `order` from e3.toml, so that E³ orders the parties, or choose an overlay that traverses NATs"));
    }
    let found = order(parties.len(), dial, can_dial).map_err(|impossible| {
        if impossible.unreachable.is_empty() {
            return Fault::user(impossible.describe(name));
        }
        let pairs = impossible
            .unreachable
            .iter()
            .flat_map(|&(a, b)| [(a, b), (b, a)]);
        let pairs =
            pairs.filter_map(|(from, to)| Some((name(from), name(to), can(from, to).err()?)));
        let pairs: Vec<_> = pairs.collect();
        let hint = hint(&pairs);
        unreachable(overlay.name(), pairs.into_iter()).hint(hint)
    })?;
    let reason = reason(&found, &parties, overlay, &places);
    Ok((permuted(&found, parties), reason))
}

/// The order of e3.toml: what `order` says, else that of the hosts.
fn declared(environment: &Environment, mut parties: Vec<Party>) -> Vec<Party> {
    if let Some(order) = &environment.order {
        parties.sort_by_key(|party| order.iter().position(|name| *name == party.host.name));
    }
    parties
}

fn permuted(order: &[usize], parties: Vec<Party>) -> Vec<Party> {
    let mut left: Vec<Option<Party>> = parties.into_iter().map(Some).collect();
    order
        .iter()
        .filter_map(|&index| left.get_mut(index)?.take())
        .collect()
}

fn place(party: &Party) -> PartyPlace {
    let place = party.place();
    PartyPlace {
        site: place.site.clone(),
        behind_nat: place.nat != "none",
        addresses: party.facts.addresses.clone(),
    }
}

fn unreachable(overlay: &str, pairs: impl Iterator<Item = (String, String, Reason)>) -> Fault {
    let lines: Vec<String> = pairs
        .map(|(from, to, why)| format!("  {from} cannot reach {to}: {why}"))
        .collect();
    Fault::user(format!(
        "overlay `{overlay}` cannot connect these parties:\n{}",
        lines.join("\n")
    ))
}

/// What helps.
fn hint(pairs: &[(String, String, Reason)]) -> &'static str {
    let families = |(_, _, why): &(_, _, Reason)| matches!(why, Reason::NoSharedFamily { .. });
    if pairs.iter().any(families) {
        "give one of each such pair both versions of IP: family = \"dual\""
    } else {
        "choose an overlay that traverses NATs, or put at most one site behind a NAT"
    }
}

fn reason(
    order: &[usize],
    parties: &[Party],
    overlay: &dyn Overlay,
    places: &[PartyPlace],
) -> Option<String> {
    if order.is_sorted() {
        return None;
    }
    let moved = order
        .iter()
        .take_while(|&&index| places.get(index).is_some_and(|place| place.behind_nat));
    let names: Vec<_> = moved
        .filter_map(|&index| Some(parties.get(index)?.host.name.to_string()))
        .collect();
    let (first, place) = (
        names.join(", "),
        if names.len() == 1 {
            "is party 0"
        } else {
            "come first"
        },
    );
    Some(format!(
        "{first} {place}: nobody can dial through a NAT under overlay `{}`, and the parties that come first only dial",
        overlay.name()
    ))
}
