//! What follows from what nebula says: how peers are reached, and whether somebody has taken another's address.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use e3_nebula::Fingerprint;

use crate::{
    log::{Event, Via},
    members::Members,
};

/// What is known from nebula's lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Whose address it is, by the roster.
    owners: BTreeMap<IpAddr, Fingerprint>,
    /// The names of those whose authorities are known, and of those who were.
    names: BTreeMap<Fingerprint, String>,
    /// Whom the last roster names no more.
    gone: BTreeSet<Fingerprint>,
    /// How the last handshake came.
    via: BTreeMap<IpAddr, Via>,
    /// The certificates that were seen, by who has signed them.
    seen: BTreeMap<Fingerprint, BTreeSet<Fingerprint>>,
}

/// Certificates of one authority that are remembered; whoever shows more has no use of it.
const SEEN: usize = 64;

impl Watch {
    /// Takes a roster.
    pub(crate) fn take(&self, members: &Members, lighthouse: &str) {
        let mut state = self.state();
        let now = members.authorities();
        let before: BTreeSet<_> = state.owners.values().copied().collect();
        state.gone.extend(before.difference(&now));
        state.gone.retain(|gone| !now.contains(gone));
        state.owners = members.owners();
        let named = members.all.iter();
        let named = named.map(|member| (member.authority.fingerprint(), member.name.clone()));
        state.names.extend(named);
        let light = members.lighthouse.fingerprint();
        state.names.insert(light, lighthouse.to_owned());
    }

    /// Takes a line; tells why programs must not go on, if they must not.
    pub(crate) fn heed(&self, event: Event) -> Option<String> {
        let mut state = self.state();
        match event {
            Event::Handshake {
                addresses,
                issuer,
                fingerprint,
                via,
            } => {
                if let Some(fingerprint) = fingerprint {
                    let seen = state.seen.entry(issuer).or_default();
                    if seen.len() < SEEN {
                        seen.insert(fingerprint);
                    }
                }
                // What is said of somebody who is gone was said before.
                if !state.gone.contains(&issuer) {
                    let mut each = addresses.iter();
                    let taken = each.find_map(|address| state.taken(*address, issuer));
                    if taken.is_some() {
                        return taken;
                    }
                }
                for address in addresses {
                    match via {
                        Some(direct @ Via::Direct(_)) => {
                            state.via.insert(address, direct);
                        }
                        // It was tried both ways at once.
                        Some(Via::Relayed) => {
                            state.via.entry(address).or_insert(Via::Relayed);
                        }
                        None => {}
                    }
                }
            }
            Event::Roamed { addresses, to } => {
                let via = addresses.into_iter().map(|one| (one, Via::Direct(to)));
                state.via.extend(via);
            }
            Event::Closed { addresses } => {
                for address in addresses {
                    state.via.remove(&address);
                }
            }
            Event::Active => {}
        }
        None
    }

    /// How a peer was reached last.
    pub(crate) fn via(&self, addresses: &[IpAddr]) -> Option<Via> {
        let state = self.state();
        addresses.iter().find_map(|one| state.via.get(one).copied())
    }

    /// The certificates of those who are gone.
    pub(crate) fn blocked(&self) -> BTreeSet<Fingerprint> {
        let state = self.state();
        let gone = state.gone.iter().filter_map(|gone| state.seen.get(gone));
        gone.flatten().copied().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn taken(&self, address: IpAddr, issuer: Fingerprint) -> Option<String> {
        let owner = self
            .owners
            .get(&address)
            .filter(|owner| **owner != issuer)?;
        let name = |of| {
            self.names
                .get(of)
                .map_or("somebody unknown", String::as_str)
        };
        Some(format!(
            "{} has certified the address {address} for itself, which is {}'s: what was said to that address may have been heard by the former; leave it out",
            name(&issuer),
            name(owner),
        ))
    }
}
