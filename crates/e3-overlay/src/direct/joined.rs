//! The overlay while it is up.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use async_trait::async_trait;
use e3_session::types::{
    Contact, DialTable, LinkReport, PartyIndex, Path, Reach, Roster, RosterEntry,
};
use tokio::{task::JoinSet, time::Instant};

use super::{
    dialler::{self, Target},
    listener::{Guests, Listener},
    ping,
    probe::Hello,
};
use crate::{Joined, Joining, OverlayError};

/// The hosts of a roster, reached by their own addresses. Holds no socket: between joining and leaving there is
/// nothing of `direct` on a host.
#[derive(Debug)]
pub(super) struct Direct {
    me: PartyIndex,
    port: u16,
    /// One peer a party, in the order of indices; this party's own entry included.
    peers: Vec<Peer>,
}

/// A party as this one sees it.
#[derive(Debug, Clone)]
struct Peer {
    name: String,
    /// The address that worked; else the one that is believed best.
    address: IpAddr,
    /// The link as it was last seen; `None` for those that no connection is needed with.
    link: Option<(Path, Option<Duration>)>,
}

/// Proves every link that the program needs.
pub(super) async fn join(joining: Joining) -> Result<Direct, OverlayError> {
    let deadline = Instant::now() + joining.timeout;
    let Joining {
        roster,
        me,
        contacts,
        dial,
        port,
        timeout,
        ..
    } = joining;
    let own = addresses_of(&contacts, me);
    let hello = |from, to| Hello {
        session: roster.session,
        roster: roster.hash(),
        from,
        to,
    };
    let others = || indices(&roster).filter(|peer| *peer != me);

    let mut dialling = JoinSet::new();
    for peer in others().filter(|peer| dial.dials(me, *peer)) {
        let target = Target {
            hello: hello(me, peer),
            addresses: addresses_of(&contacts, peer),
            port,
            timeout,
        };
        let own = own.clone();
        dialling.spawn(async move { (peer, dialler::dial(target, &own).await) });
    }
    let expected: BTreeSet<u16> = others()
        .filter(|peer| dial.dials(*peer, me))
        .map(|peer| peer.0)
        .collect();
    let guests = if expected.is_empty() {
        BTreeMap::new()
    } else {
        let listener = Listener::bind(&own, port)?;
        let guests = Guests {
            hello: hello(me, me),
            expected: expected.clone(),
        };
        listener.receive(guests, deadline).await
    };
    let dialled: BTreeMap<PartyIndex, _> = dialling.join_all().await.into_iter().collect();

    let peers = indices(&roster)
        .zip(&roster.parties)
        .map(|(index, entry)| {
            let mut peer = Peer::unseen(entry, &addresses_of(&contacts, index));
            if let Some(guest) = guests.get(&index.0) {
                peer.seen(guest.address, guest.rtt);
            } else if expected.contains(&index.0) {
                let reason = format!("it did not call within {} s", timeout.as_secs_f32());
                peer.lost(reason);
            }
            // Where both directions are needed, the one that this party opens itself is what it reports.
            match dialled.get(&index) {
                Some(Ok(reached)) => peer.seen(reached.address, reached.rtt),
                Some(Err(reason)) => peer.lost(reason.clone()),
                None => {}
            }
            peer
        })
        .collect();
    Ok(Direct { me, port, peers })
}

impl Peer {
    /// A party of which nothing was seen yet. One without any address gets an address that nothing answers at.
    fn unseen(entry: &RosterEntry, addresses: &[IpAddr]) -> Self {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self {
            name: entry.name.clone(),
            address: addresses.first().copied().unwrap_or(nowhere),
            link: None,
        }
    }

    fn seen(&mut self, address: IpAddr, rtt: Duration) {
        self.address = address;
        let path = Path::Direct {
            address: address.to_string(),
        };
        self.link = Some((path, Some(rtt)));
    }

    fn lost(&mut self, reason: String) {
        self.link = Some((Path::Unreachable { reason }, None));
    }
}

impl Direct {
    fn report(&self, to: PartyIndex, path: &Path, rtt: Option<Duration>) -> LinkReport {
        LinkReport {
            from: self.me,
            to,
            path: path.clone(),
            rtt_ms: rtt.map(|rtt| rtt.as_secs_f64() * 1e3),
        }
    }

    fn numbered(&self) -> impl Iterator<Item = (PartyIndex, &Peer)> {
        (0..=u16::MAX).map(PartyIndex).zip(&self.peers)
    }
}

#[async_trait]
impl Joined for Direct {
    fn dial_table(&self) -> DialTable {
        let reach = |(party, peer): (PartyIndex, &Peer)| Reach {
            party,
            name: peer.name.clone(),
            address: peer.address,
            port: self.port,
        };
        DialTable {
            me: self.me,
            parties: self.numbered().map(reach).collect(),
        }
    }

    async fn links(&self) -> Vec<LinkReport> {
        self.numbered()
            .filter_map(|(to, peer)| {
                let (path, rtt) = peer.link.as_ref()?;
                Some(self.report(to, path, *rtt))
            })
            .collect()
    }

    /// Dials the port below the program's, on which nobody listens: see the module `ping`.
    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError> {
        let known = self.peers.get(usize::from(peer.0));
        let known = known.ok_or(OverlayError::NoSuchParty { index: peer.0 })?;
        if known.address.is_unspecified() {
            return Err(OverlayError::NoAddress {
                name: known.name.clone(),
            });
        }
        Ok(match ping::ping(known.address, self.port).await {
            Ok(rtt) => {
                let address = known.address.to_string();
                self.report(peer, &Path::Direct { address }, Some(rtt))
            }
            Err(reason) => self.report(peer, &Path::Unreachable { reason }, None),
        })
    }

    /// Who stays where it was keeps its link. Who is new or has moved is pinged: a program may be using the port
    /// that a probe would need.
    async fn change(&mut self, roster: &Roster, contacts: &[Contact]) -> Result<(), OverlayError> {
        let my_name = self.peers.get(usize::from(self.me.0));
        let me = my_name.and_then(|peer| roster.index_of(&peer.name));
        let me = me.ok_or(OverlayError::NoSuchParty { index: self.me.0 })?;

        let mut peers = Vec::with_capacity(roster.parties.len());
        let mut pings = JoinSet::new();
        for (index, entry) in indices(roster).zip(&roster.parties) {
            let addresses = addresses_of(contacts, index);
            let old = self.peers.iter().find(|peer| peer.name == entry.name);
            let stays = old.filter(|old| addresses.is_empty() || addresses.contains(&old.address));
            let peer = stays
                .cloned()
                .unwrap_or_else(|| Peer::unseen(entry, &addresses));
            if peer.link.is_none() && index != me && !peer.address.is_unspecified() {
                let (address, port) = (peer.address, self.port);
                pings.spawn(async move { (index, ping::ping(address, port).await) });
            }
            peers.push(peer);
        }
        for (index, pinged) in pings.join_all().await {
            let Some(peer) = peers.get_mut(usize::from(index.0)) else {
                continue;
            };
            match pinged {
                Ok(rtt) => peer.seen(peer.address, rtt),
                Err(reason) => peer.lost(reason),
            }
        }
        (self.me, self.peers) = (me, peers);
        Ok(())
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        Ok(())
    }
}

/// The indices of a roster, from 0 on.
fn indices(roster: &Roster) -> impl Iterator<Item = PartyIndex> {
    (0..=u16::MAX).map(PartyIndex).take(roster.parties.len())
}

/// Where a party can be reached, by its newest contact record.
fn addresses_of(contacts: &[Contact], party: PartyIndex) -> Vec<IpAddr> {
    contacts
        .iter()
        .filter(|contact| contact.party == party)
        .max_by_key(|contact| contact.sequence)
        .map(|contact| contact.addresses.clone())
        .unwrap_or_default()
}
