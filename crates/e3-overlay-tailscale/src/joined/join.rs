//! Joining: a daemon with this party's key, a key to register with, what the coordinator hands out compared with the
//! roster, and the program's network.

use std::{sync::Arc, time::Duration};

use e3_forward::place::{Plan, Resident, Wanted};
use e3_overlay::Joining;
use e3_session::types::{PartyIndex, Roster};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::{Instant, sleep},
};

use super::{Member, ground::Ground};
use crate::{
    TailscaleError,
    begun::Begun,
    control::Control,
    desk::client::Visitor,
    inner::Inner,
    introduced::{Introduced, NodeKey, keys_of},
    netmap::{Expected, Netmap, Seen},
    options::Chosen,
    ports::Open,
    tailscaled::{Tailscaled, Whose, nowhere},
    watch::{Watched, watch},
};

/// How long registering may take, even if peers may not be waited for that long.
const REGISTERING: Duration = Duration::from_secs(20);

/// Between looks at what the coordinator has told.
const LOOK: Duration = Duration::from_millis(50);

/// Words to a person that may wait.
const NOTICES: usize = 16;

/// Joins, and waits until peers are reached.
pub(crate) async fn join(
    overlay: &'static str,
    begun: &Begun,
    control: &Control,
    joining: Joining,
) -> Result<Member, TailscaleError> {
    let Begun { keys, engine } = begun;
    let Joining {
        roster,
        me,
        dial,
        ports,
        timeout,
        folder,
        mailbox,
        options,
        ..
    } = joining;
    let parties = parties_of(&roster, overlay)?;
    let own = keys.public();
    let name = parties
        .get(usize::from(me.0))
        .filter(|(_, keys)| *keys == own);
    let (name, _) = name.ok_or(TailscaleError::OtherKeys)?;
    let deadline = Instant::now() + timeout.max(REGISTERING);

    let inner = Chosen::read(&options).inner_tls;
    let inner = inner.then(|| Inner::begin(&roster, me, mailbox));
    let inner = inner.transpose()?;

    let whose = Whose {
        folder: &folder,
        keys,
        name,
        control,
        engine,
    };
    let starting = Tailscaled::start(whose);
    let visitor = Visitor {
        key: keys.desk(),
        port: crate::ports::told(ports, me),
    };
    let asking = control.key(visitor, timeout, deadline);
    let (tailscaled, key) = futures::future::try_join(starting, asking).await?;
    let left = deadline.saturating_duration_since(Instant::now());
    tailscaled
        .log_in((name, &control.url()), &key, left)
        .await?;
    let expected = expected(&parties, own.node);
    let netmap = registered(&tailscaled, &expected, deadline).await?;
    let mut seen = Seen::new();
    netmap.remember(&expected, &mut seen);
    let plan = plan_of(&parties, me, (dial, ports), &seen);
    let place = Ground::open(&plan, &tailscaled, engine).map_err(TailscaleError::Place)?;

    let guards = control.is_own();
    let open = guards.then(|| Open::to(ports, me));
    let (tell, notices) = mpsc::channel(NOTICES);
    let watched = Watched::new(tailscaled.api(), expected, (open, seen), tell);
    let watched = Arc::new(watched);
    let (sever, severed) = oneshot::channel();
    let killer = tailscaled.killer();
    let watching = tokio::spawn(watch(
        Arc::clone(&watched),
        tailscaled.end(),
        move || killer.kill(),
        sever,
    ));
    let member = Member {
        overlay,
        tailscaled,
        place,
        watched,
        watching,
        severed: Some(severed),
        notices: Some(notices),
        inner,
        guards,
        own,
        relay: control.relay(),
        me,
        dial,
        ports,
        timeout,
        parties,
        links: Mutex::default(),
    };
    member.prepare().await;
    member.furnish()?;
    member.watched.settled();
    Ok(member)
}

/// Everybody's name and keys, in the order of indices.
fn parties_of(roster: &Roster, overlay: &str) -> Result<Vec<(String, Introduced)>, TailscaleError> {
    let names = roster.parties.iter().map(|entry| entry.name.clone());
    Ok(names.zip(keys_of(roster, overlay)?).collect())
}

/// Whom the roster names beside this party.
fn expected(parties: &[(String, Introduced)], own: NodeKey) -> Expected {
    let all = parties.iter().map(|(name, keys)| (keys.node, name.clone()));
    Expected {
        own: Some(own),
        peers: all.filter(|(key, _)| *key != own).collect(),
        ..Expected::default()
    }
}

/// Waits until the coordinator has given this party's node, by its own key, an address.
async fn registered(
    tailscaled: &Tailscaled,
    expected: &Expected,
    deadline: Instant,
) -> Result<Netmap, TailscaleError> {
    let mut last = "nothing".to_owned();
    while Instant::now() < deadline {
        match tailscaled.api().netmap().await {
            Ok(netmap) => match &netmap.own {
                Some(own) if Some(own.key) != expected.own => {
                    let betrayed = crate::Difference::Own { key: own.key };
                    return Err(TailscaleError::Betrayed(betrayed.to_string()));
                }
                Some(_) if netmap.is_running => return Ok(netmap),
                _ => last = netmap.state,
            },
            Err(silent) => last = silent.to_string(),
        }
        sleep(LOOK).await;
    }
    Err(TailscaleError::Program {
        program: "tailscaled",
        doing: "waiting for an address".to_owned(),
        why: format!("its state is {last}"),
    })
}

/// Who lives in the program's network, at the addresses that the coordinator has given to the roster's keys.
fn plan_of(
    parties: &[(String, Introduced)],
    me: PartyIndex,
    (dial, ports): (e3_session::types::Dial, e3_session::types::Ports),
    addresses: &Seen,
) -> Plan {
    let residents = (0..=u16::MAX)
        .zip(parties)
        .map(|(index, (name, keys))| Resident {
            name: name.clone(),
            addresses: match addresses.get(&keys.node) {
                Some(known) => known.clone(),
                None => vec![nowhere(index)],
            },
        });
    Plan {
        me,
        parties: residents.collect(),
        dial,
        ports,
        wanted: Wanted::Auto,
    }
}

impl Member {
    /// Finds the peers, and what their programs will be known by.
    pub(super) async fn prepare(&self) {
        let exchanging = async {
            if let Some(inner) = &self.inner {
                inner.exchange(self.parties.len(), self.timeout).await;
            }
        };
        tokio::join!(self.settle(), exchanging);
    }

    /// Whom the roster names.
    pub(super) fn expected(&self) -> Expected {
        expected(&self.parties, self.own.node)
    }

    /// Makes the program's network as it has to be now.
    pub(super) fn furnish(&self) -> Result<(), TailscaleError> {
        // Its daemon was killed, and has taken the interface with it.
        if let Some(why) = self.watched.verdict() {
            return Err(TailscaleError::Betrayed(why));
        }
        let addresses = self.watched.addresses();
        let plan = plan_of(&self.parties, self.me, (self.dial, self.ports), &addresses);
        self.place.change(&plan).map_err(TailscaleError::Place)
    }
}
