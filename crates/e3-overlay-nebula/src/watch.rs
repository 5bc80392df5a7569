//! What follows from what nebula says: how peers are reached, and whether somebody has taken another's address.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use e3_nebula::Fingerprint;
use tokio::sync::mpsc;

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
    /// Whose tunnels have ended since. It may have been one of several, of which the others go on.
    shaken: BTreeSet<IpAddr>,
    /// The certificates that were seen, by who has signed them.
    seen: BTreeMap<Fingerprint, BTreeSet<Fingerprint>>,
    /// Who is told whose tunnels have ended.
    told: Option<mpsc::Sender<IpAddr>>,
}

/// Ends of tunnels that may wait for whoever is told of them: more than there are parties.
const ENDS: usize = 64;

/// Certificates of one authority that are remembered; whoever shows more has no use of it.
const SEEN: usize = 64;

/// Why programs do not go on when nebula says something else than what is known.
const UNREADABLE: &str = "this host's nebula has told of something in words that cannot be read, so that a member may have taken another's address: its log has the line; 1.6.1 and 1.11.1 are tried";

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
                for address in state.known(addresses) {
                    match via {
                        Some(direct @ Via::Direct(_)) => {
                            state.shaken.remove(&address);
                            state.via.insert(address, direct);
                        }
                        // It was tried both ways at once, unless there was no tunnel.
                        Some(Via::Relayed) => {
                            if state.shaken.remove(&address) {
                                state.via.remove(&address);
                            }
                            state.via.entry(address).or_insert(Via::Relayed);
                        }
                        None => {}
                    }
                }
            }
            Event::Roamed { addresses, to } => {
                let known = state.known(addresses).into_iter();
                state.via.extend(known.map(|one| (one, Via::Direct(to))));
            }
            Event::Closed { addresses } => {
                for address in state.known(addresses) {
                    // Where there is no room, programs themselves will ask for a tunnel.
                    let _ = state.told.as_ref().map(|told| told.try_send(address));
                    state.shaken.insert(address);
                }
            }
            Event::Unreadable => return Some(UNREADABLE.to_owned()),
            Event::Active => {}
        }
        None
    }

    /// How a peer was reached last.
    pub(crate) fn via(&self, addresses: &[IpAddr]) -> Option<Via> {
        let state = self.state();
        addresses.iter().find_map(|one| state.via.get(one).copied())
    }

    /// The addresses of those whom the roster names and whose tunnels end from now on. Whoever asks last is told.
    pub(crate) fn ends(&self) -> mpsc::Receiver<IpAddr> {
        let (told, ends) = mpsc::channel(ENDS);
        self.state().told = Some(told);
        ends
    }

    /// Whether nebula has told of a handshake with somebody whom this authority has certified.
    pub(crate) fn met(&self, authority: Fingerprint) -> bool {
        self.state().seen.contains_key(&authority)
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
    /// Those of the addresses that are somebody's by the roster: a certificate may name many others.
    fn known(&self, mut addresses: Vec<IpAddr>) -> Vec<IpAddr> {
        addresses.retain(|address| self.owners.contains_key(address));
        addresses
    }

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

#[cfg(test)]
mod tests {
    use e3_nebula::Version;
    use e3_session::types::PartyIndex;

    use super::*;
    use crate::{identity::Identity, members::Member};

    fn authority(name: &str) -> e3_nebula::Certificate {
        let network = ["10.233.0.0/16".parse().unwrap()];
        let made = Identity::make(name, Version::V1, &network).unwrap();
        made.certificate(Version::V1).unwrap().clone()
    }

    fn member(index: u16, name: &str) -> Member {
        Member {
            index: PartyIndex(index),
            name: name.to_owned(),
            addresses: vec![address(index)],
            authority: authority(name),
        }
    }

    fn address(index: u16) -> IpAddr {
        [10, 233, 0, u8::try_from(index).unwrap() + 1].into()
    }

    fn members(all: Vec<Member>) -> Members {
        Members {
            version: Version::V1,
            network: vec!["10.233.0.0/16".parse().unwrap()],
            all,
            lighthouse: authority("lighthouse"),
            lit: vec![[10, 233, 255, 254].into()],
        }
    }

    fn shakes(index: u16, by: &Member, via: Option<Via>) -> Event {
        Event::Handshake {
            addresses: vec![address(index)],
            issuer: by.authority.fingerprint(),
            fingerprint: Some(Fingerprint([7; 32])),
            via,
        }
    }

    #[test]
    fn a_member_that_takes_anothers_address_is_named() {
        let (ams, nyc) = (member(0, "ams"), member(1, "nyc"));
        let watch = Watch::default();
        watch.take(&members(vec![ams.clone(), nyc.clone()]), "lighthouse");
        assert_eq!(watch.heed(shakes(0, &ams, None)), None);
        assert_eq!(watch.heed(shakes(1, &nyc, None)), None);
        let said = watch.heed(shakes(0, &nyc, None)).unwrap();
        assert!(
            said.starts_with("nyc has certified the address 10.233.0.1"),
            "{said}"
        );
        assert!(said.contains("which is ams's"), "{said}");
    }

    #[test]
    fn the_ends_of_members_tunnels_are_told() {
        let (ams, nyc, sgp) = (member(0, "ams"), member(1, "nyc"), member(2, "sgp"));
        let watch = Watch::default();
        watch.take(&members(vec![ams, nyc]), "lighthouse");
        let mut ends = watch.ends();
        for gone in [sgp.addresses[0], address(1)] {
            let addresses = vec![gone];
            assert_eq!(watch.heed(Event::Closed { addresses }), None);
        }
        assert_eq!(ends.try_recv(), Ok(address(1)));
        ends.try_recv().unwrap_err();
    }

    #[test]
    fn whoever_is_gone_is_blocked_and_no_reason_to_stop() {
        let (ams, nyc, sgp) = (member(0, "ams"), member(1, "nyc"), member(1, "sgp"));
        let watch = Watch::default();
        watch.take(&members(vec![ams.clone(), nyc.clone()]), "lighthouse");
        assert_eq!(watch.heed(shakes(1, &nyc, None)), None);
        watch.take(&members(vec![ams, sgp]), "lighthouse");
        assert!(watch.blocked().contains(&Fingerprint([7; 32])));
        assert_eq!(watch.heed(shakes(1, &nyc, None)), None);
    }

    #[test]
    fn a_direct_way_is_not_forgotten_for_a_relayed_attempt() {
        let nyc = member(1, "nyc");
        let watch = Watch::default();
        watch.take(&members(vec![member(0, "ams"), nyc.clone()]), "lighthouse");
        let at = Via::Direct("192.0.2.7:4242".parse().unwrap());
        watch.heed(shakes(1, &nyc, Some(Via::Relayed)));
        assert_eq!(watch.via(&nyc.addresses), Some(Via::Relayed));
        watch.heed(shakes(1, &nyc, Some(at)));
        watch.heed(shakes(1, &nyc, Some(Via::Relayed)));
        assert_eq!(watch.via(&nyc.addresses), Some(at));
        let addresses = nyc.addresses.clone();
        // One of several tunnels has ended.
        watch.heed(Event::Closed { addresses });
        assert_eq!(watch.via(&nyc.addresses), Some(at));
        // All have.
        watch.heed(shakes(1, &nyc, Some(Via::Relayed)));
        assert_eq!(watch.via(&nyc.addresses), Some(Via::Relayed));
    }
}
