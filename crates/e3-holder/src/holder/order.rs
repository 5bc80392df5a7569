//! Who is party 0, 1, …

use e3_overlay::{
    Overlay,
    reachability::{PartyPlace, Reason, reachable},
};
use e3_program::order::{missing, order};
use e3_session::types::Dial;
use e3_spec::{Environment, HostName};

use super::party::Party;
use crate::wire::Fault;

/// Puts the parties into the order of their indices; tells why where that is not the order of the file.
pub(crate) fn arrange(
    environment: &Environment,
    overlay: &dyn Overlay,
    dial: Dial,
    parties: Vec<Party>,
) -> Result<(Vec<Party>, Option<String>), Fault> {
    let places = parties.iter().map(|party| {
        let place = party.place();
        let place = PartyPlace {
            site: place.site.clone(),
            behind_nat: place.nat != "none",
            addresses: party.facts.addresses.clone(),
        };
        (party.host.name.clone(), place)
    });
    let (order, reason) = find(environment, overlay, dial, places.collect())?;
    let mut parties = parties;
    parties.sort_by_key(|party| order.iter().position(|name| *name == party.host.name));
    Ok((parties, reason))
}

/// The hosts in the order of their parties' indices, from where they stand.
///
/// An overlay that traverses NATs takes any order. Otherwise the places decide: whoever cannot be reached must
/// come before those that it dials itself.
pub(crate) fn find(
    environment: &Environment,
    overlay: &dyn Overlay,
    dial: Dial,
    mut places: Vec<(HostName, PartyPlace)>,
) -> Result<(Vec<HostName>, Option<String>), Fault> {
    if let Some(order) = &environment.order {
        places.sort_by_key(|(host, _)| order.iter().position(|name| name == host));
    }
    let names: Vec<HostName> = places.iter().map(|(host, _)| host.clone()).collect();
    if overlay.properties().traverses_nat.is_given() {
        return Ok((names, None));
    }
    let can = |from: usize, to: usize| match (places.get(from), places.get(to)) {
        (Some((_, from)), Some((_, to))) => reachable(from, to),
        _ => Ok(()),
    };
    let can_dial = |from, to| can(from, to).is_ok();
    let name = |index: usize| {
        names
            .get(index)
            .map_or_else(String::new, HostName::to_string)
    };

    if environment.order.is_some() {
        let unreached = missing(names.len(), dial, can_dial);
        if unreached.is_empty() {
            return Ok((names, None));
        }
        let pairs = unreached
            .into_iter()
            .filter_map(|(from, to)| Some((from, to, can(from, to).err()?)));
        return Err(unreachable(overlay.name(), pairs.map(|(from, to, why)| (name(from), name(to), why)))
            .hint("remove `order` from e3.toml, so that E³ orders the parties, or choose an overlay that traverses NATs"));
    }
    let found = order(names.len(), dial, can_dial).map_err(|impossible| {
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
    let reason = reason(&found, overlay, &places);
    let ordered = found.iter().filter_map(|&index| names.get(index).cloned());
    Ok((ordered.collect(), reason))
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
    overlay: &dyn Overlay,
    places: &[(HostName, PartyPlace)],
) -> Option<String> {
    if order.is_sorted() {
        return None;
    }
    let moved = order.iter().filter_map(|&index| places.get(index));
    let moved = moved.take_while(|(_, place)| place.behind_nat);
    let names: Vec<_> = moved.map(|(host, _)| host.to_string()).collect();
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
