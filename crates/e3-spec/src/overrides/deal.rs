//! `--parties M`: the parties are dealt out to the groups of hosts.

use super::number;
use crate::number::PartyCount;
use crate::raw::{Node, Value};
use crate::report::Report;

/// Deals the parties out to the groups, one at a time.
pub(super) fn deal(root: &mut Node, parties: u16, report: &mut Report) {
    let count = number("--parties", parties.into(), report);
    if let Err(invalid) = PartyCount::try_from(i128::from(parties)) {
        report.invalid(count.place, invalid);
        return;
    }
    let Some(groups) = root
        .get_mut("hosts")
        .and_then(Node::entries_mut)
        .filter(|groups| !groups.is_empty())
    else {
        return;
    };
    let parties = usize::from(parties);
    let dropped = groups.drain(parties.min(groups.len())..);
    let mut shares: Vec<(String, usize)> = dropped.map(|entry| (entry.key, 0)).collect();
    let (each, more) = (parties / groups.len(), parties % groups.len());
    for (index, group) in groups.iter_mut().enumerate() {
        let share = each + usize::from(index < more);
        let value = Value::Integer(i128::try_from(share).unwrap_or(i128::MAX));
        let place = count.place;
        group.node.set("count", place, Node { place, value });
        shares.push((group.key.clone(), share));
    }
    forget(root, &shares);
}

/// What is said of hosts that are left out is no longer said.
fn forget(root: &mut Node, shares: &[(String, usize)]) {
    if let Some(Node {
        value: Value::Array(order),
        ..
    }) = root.get_mut("order")
    {
        let dropped = |name: &String| shares.contains(&(name.clone(), 0));
        order.retain(|item| !matches!(&item.value, Value::Text(name) if dropped(name)));
    }
    for table in ["pins", "identities"] {
        let entries = root.get_mut(table).and_then(Node::entries_mut);
        if let Some(entries) = entries {
            entries.retain(|entry| !is_left_out(&entry.key, shares));
        }
    }
}

/// Whether a name was that of a host, and no host has it any more. A host whose name has merely changed is none of
/// these: what was said of it is not forgotten silently.
fn is_left_out(name: &str, shares: &[(String, usize)]) -> bool {
    shares.iter().any(|(group, share)| {
        let number = name
            .strip_prefix(group.as_str())
            .and_then(|rest| rest.strip_prefix('-'))
            .and_then(|number| number.parse::<usize>().ok());
        match share {
            0 => name == group || number.is_some(),
            1 => false,
            share => number.is_some_and(|number| number >= *share),
        }
    })
}
