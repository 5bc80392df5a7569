//! Proving links: each in the direction in which the program will open it, all at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    net::IpAddr,
    time::Duration,
};

use e3_session::types::{Contact, Dial, PartyIndex, Roster};
use tokio::{task::JoinSet, time::Instant};

use super::{
    dialler::{self, Target},
    listener::{Callers, Guests, Listener},
    probe::Hello,
    secure::Secure,
};
use crate::OverlayError;

/// What a link turned out to be: the peer's address and the round-trip time, or why there is no link.
pub(super) type Proof = Result<(IpAddr, Duration), String>;

/// One party's view of what has to be proved.
#[derive(Debug)]
pub(super) struct Task<'a, S> {
    pub(super) secure: &'a S,
    pub(super) roster: &'a Roster,
    pub(super) contacts: &'a [Contact],
    pub(super) me: PartyIndex,
    pub(super) dial: Dial,
    pub(super) port: u16,
    pub(super) timeout: Duration,
}

/// Proves the links to these peers, as far as the program needs one. The port is free when this returns.
pub(super) async fn prove(
    task: &Task<'_, impl Secure>,
    peers: &BTreeSet<PartyIndex>,
) -> Result<BTreeMap<PartyIndex, Proof>, OverlayError> {
    let Task {
        secure,
        roster,
        contacts,
        me,
        dial,
        port,
        timeout,
    } = *task;
    let deadline = Instant::now() + timeout;
    let own = addresses_of(contacts, me);
    let hello = Hello {
        session: roster.session,
        roster: roster.hash(),
        from: me,
        to: me,
    };

    let mut dialling = JoinSet::new();
    for peer in peers.iter().copied().filter(|peer| dial.dials(me, *peer)) {
        let target = Target {
            secure: secure.clone(),
            hello: Hello { to: peer, ..hello },
            addresses: addresses_of(contacts, peer),
            port,
            timeout,
        };
        let own = own.clone();
        dialling.spawn(async move { (peer, dialler::dial(target, &own).await) });
    }

    let expected: BTreeSet<u16> = peers
        .iter()
        .filter(|peer| dial.dials(**peer, me))
        .map(|peer| peer.0)
        .collect();
    let mut proofs = BTreeMap::new();
    if !expected.is_empty() {
        let listener = Listener::bind(&own, port)?;
        let guests = Guests {
            secure: secure.clone(),
            hello,
            expected: expected.clone(),
        };
        let callers = listener.receive(guests, deadline).await;
        proofs.extend(expected.into_iter().map(|peer| {
            let proof = callers.proof(peer, roster, timeout);
            (PartyIndex(peer), proof)
        }));
    }
    // Where both directions are needed, the one that this party opens itself is what it reports.
    for (peer, dialled) in dialling.join_all().await {
        proofs.insert(peer, dialled.map(|reached| (reached.address, reached.rtt)));
    }
    Ok(proofs)
}

impl Callers {
    /// What is known of a party that should have called.
    fn proof(&self, peer: u16, roster: &Roster, timeout: Duration) -> Proof {
        if let Some(guest) = self.came.get(&peer) {
            return Ok((guest.address, guest.rtt));
        }
        let mut why = format!("it did not call within {} s", timeout.as_secs_f32());
        if let Some(by) = self.impostors.get(&peer) {
            let name = roster.get(*by).map_or("?", |entry| entry.name.as_str());
            let _ = write!(
                why,
                "; party {by} ({name}) called in its place, naming its index"
            );
        }
        Err(why)
    }
}

/// Where a party can be reached, by its newest contact record.
pub(super) fn addresses_of(contacts: &[Contact], party: PartyIndex) -> Vec<IpAddr> {
    contacts
        .iter()
        .filter(|contact| contact.party == party)
        .max_by_key(|contact| contact.sequence)
        .map(|contact| contact.addresses.clone())
        .unwrap_or_default()
}
