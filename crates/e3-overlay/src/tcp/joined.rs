//! The overlay while it is up.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use async_trait::async_trait;
use e3_session::types::{
    Contact, Dial, DialTable, LinkReport, PartyIndex, Path, Ports, Reach, Roster, RosterEntry,
};

use super::{
    ping,
    prove::{Proof, Task, addresses_of, prove},
    secure::Secure,
};
use crate::{Joined, Joining, OverlayError, ProgramNeeds};

/// The hosts of a roster, reached by their own addresses. Holds no socket: between joining and leaving nothing of
/// it is on a host.
#[derive(Debug)]
pub(crate) struct Hosts<S: Secure> {
    keys: S::Keys,
    secure: S,
    me: PartyIndex,
    dial: Dial,
    ports: Ports,
    timeout: Duration,
    /// One peer a party, in the order of indices; this party's own entry included.
    peers: Vec<Peer>,
}

/// A party as this one sees it.
#[derive(Debug, Clone)]
struct Peer {
    entry: RosterEntry,
    /// Where it can be reached, as its contact record says.
    contact: Vec<IpAddr>,
    /// The address that worked, or that it called from, which a NAT may have changed; else the one that is believed best.
    address: IpAddr,
    /// The link as it was last seen; `None` for those that no connection is needed with.
    link: Option<(Path, Option<Duration>)>,
}

/// Proves every link that the program needs.
pub(crate) async fn join<S: Secure>(
    keys: S::Keys,
    joining: Joining,
) -> Result<Hosts<S>, OverlayError> {
    let Joining {
        roster,
        me,
        contacts,
        dial,
        ports,
        timeout,
        ..
    } = joining;
    let mut hosts = Hosts {
        secure: S::of(&keys, &roster, me)?,
        keys,
        me,
        dial,
        ports,
        timeout,
        peers: Vec::new(),
    };
    hosts.take(&roster, &contacts, me).await?;
    Ok(hosts)
}

impl Peer {
    /// A party of which nothing was seen yet. One without any address gets an address that nothing answers at.
    fn unseen(entry: &RosterEntry, addresses: &[IpAddr]) -> Self {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self {
            entry: entry.clone(),
            contact: addresses.to_vec(),
            address: addresses.first().copied().unwrap_or(nowhere),
            link: None,
        }
    }

    /// Whether it is the party of this entry, and still where it was. Both ends of a link judge by the same record.
    fn stays(&self, entry: &RosterEntry, addresses: &[IpAddr]) -> bool {
        self.entry == *entry && (addresses.is_empty() || self.contact == addresses)
    }

    fn learn(&mut self, proof: Proof) {
        self.link = Some(match proof {
            Ok((address, rtt)) => {
                self.address = address;
                let address = address.to_string();
                (Path::Direct { address }, Some(rtt))
            }
            Err(reason) => (Path::Unreachable { reason }, None),
        });
    }
}

impl<S: Secure> Hosts<S> {
    /// Takes a roster. Who stays where it was keeps its link; links to all others are proved. If this party itself
    /// is new or has moved, all are: both ends of a link come to the same conclusion.
    async fn take(
        &mut self,
        roster: &Roster,
        contacts: &[Contact],
        me: PartyIndex,
    ) -> Result<(), OverlayError> {
        let secure = S::of(&self.keys, roster, me)?;
        let known = |index: PartyIndex, entry: &RosterEntry| {
            let addresses = addresses_of(contacts, index);
            let mut peers = self.peers.iter();
            peers.find(|peer| peer.stays(entry, &addresses)).cloned()
        };
        let stayed = roster.get(me).is_some_and(|own| known(me, own).is_some());

        let mut peers = Vec::with_capacity(roster.parties.len());
        let mut unproved = BTreeSet::new();
        for (index, entry) in (0..=u16::MAX).map(PartyIndex).zip(&roster.parties) {
            let kept = known(index, entry).filter(|_| stayed);
            if kept.is_none() && index != me {
                unproved.insert(index);
            }
            let unseen = || Peer::unseen(entry, &addresses_of(contacts, index));
            peers.push(kept.unwrap_or_else(unseen));
        }
        let task = Task {
            secure: &secure,
            roster,
            contacts,
            me,
            dial: self.dial,
            port: self.ports.base,
            timeout: self.timeout,
        };
        for (index, proof) in prove(&task, &unproved).await? {
            if let Some(peer) = peers.get_mut(usize::from(index.0)) {
                peer.learn(proof);
            }
        }
        (self.secure, self.me, self.peers) = (secure, me, peers);
        Ok(())
    }

    fn report(&self, to: PartyIndex, path: &Path, rtt: Option<Duration>) -> LinkReport {
        let rtt_ms = rtt.map(|rtt| rtt.as_secs_f64() * 1e3);
        LinkReport::new(self.me, to, path.clone(), rtt_ms)
    }

    fn numbered(&self) -> impl Iterator<Item = (PartyIndex, &Peer)> {
        (0..=u16::MAX).map(PartyIndex).zip(&self.peers)
    }
}

#[async_trait]
impl<S: Secure> Joined for Hosts<S> {
    fn dial_table(&self) -> DialTable {
        let reach = |(party, peer): (PartyIndex, &Peer)| Reach {
            party,
            name: peer.entry.name.clone(),
            address: peer.address,
            port: self.ports.of(party),
        };
        DialTable {
            me: self.me,
            parties: self.numbered().map(reach).collect(),
        }
    }

    fn program_needs(&self) -> ProgramNeeds {
        self.secure.program_needs()
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
                name: known.entry.name.clone(),
            });
        }
        Ok(match ping::ping(known.address, self.ports.base).await {
            Ok(rtt) => {
                let address = known.address.to_string();
                self.report(peer, &Path::Direct { address }, Some(rtt))
            }
            Err(reason) => self.report(peer, &Path::Unreachable { reason }, None),
        })
    }

    /// Proves the links to whoever is new, was replaced or has moved, for which the program's port must be free.
    /// Connections among those that stay are not touched.
    async fn change(&mut self, roster: &Roster, contacts: &[Contact]) -> Result<(), OverlayError> {
        let own = self.peers.get(usize::from(self.me.0));
        let me = own.and_then(|own| roster.index_of(&own.entry.name));
        let me = me.ok_or(OverlayError::NoSuchParty { index: self.me.0 })?;
        self.take(roster, contacts, me).await
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        Ok(())
    }
}
