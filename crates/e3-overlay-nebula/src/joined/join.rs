//! Joining: the program's place, nebula in it, and tunnels to all.

use std::{net::IpAddr, sync::Arc, time::Duration};

use e3_forward::place::{Plan, Resident, Tunnelled, Wanted};
use e3_nebula::Fingerprint;
use e3_overlay::{Joining, OverlayError};
use e3_session::types::{Dial, PartyIndex, Ports, Roster};
use e3_stock::{Daemon, Spec};
use futures::future::try_join_all;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, timeout, timeout_at},
};

use super::{
    Nebula,
    herald::{Pairs, herald},
    host::Written,
    renewal::renewal,
    revival::revival,
    settled::settled,
    supervise::supervise,
};
use crate::{
    NebulaError,
    config::MTU,
    ear::{Word, ear},
    files::Files,
    identity::{Identity, carries},
    lighthouse::Lighthouse,
    members::{Member, Members},
    options::Chosen,
    overlay::try_port,
    program::Program,
    watch::Watch,
};

/// How long nebula may take until it is up.
const STARTING: Duration = Duration::from_secs(10);

/// How long after a peer's answer nebula's word of their handshake may come: it was said before.
const TELLING: Duration = Duration::from_secs(2);

/// How long one of two waits for the other to begin. Where both begin, both ask the lighthouse to carry for them; with 1.6.1
/// these two may get into each other's way, and then neither is carried, now or when the direct way ends.
pub(super) const HESITATION: Duration = Duration::from_secs(1);

/// How often nebula's word is looked for.
const LOOK: Duration = Duration::from_millis(2);

/// Notices that may wait for whoever passes them on.
const NOTICES: usize = 4;

/// How long an attempt to reach a peer may take, and between attempts.
const ATTEMPT: (Duration, Duration) = (Duration::from_millis(500), Duration::from_millis(50));

/// Joins: nebula is up, its interface is the program's, and every peer was tried.
pub(crate) async fn join(
    program: &Program,
    identity: Arc<Identity>,
    joining: Joining,
) -> Result<Nebula, OverlayError> {
    let Joining {
        roster,
        me,
        dial,
        ports,
        options,
        timeout,
        services,
        mailbox,
        folder,
        ..
    } = joining;
    let light = Lighthouse::among(&services)?;
    let members = Members::of(&roster, &light, None)?;
    let chosen = Chosen::read(&options);
    try_port(chosen.port)?;
    let written = Written {
        identity,
        files: Files::new(&folder),
        chosen,
        interface: interface()?,
        watch: Watch::default(),
    };
    written.write(&members, me, ports, &light)?;
    let plan = plan(&roster, &members, me, dial, ports);
    let place = Tunnelled::open(&plan, MTU).map_err(NebulaError::Place)?;
    let (daemon, words) = start(program, "nebula", &written.files, &written.watch).await?;
    let lit = members.lit.first().copied().ok_or(NebulaError::NoNetwork)?;
    tokio::select! {
        biased;
        ended = daemon.end() => return Err(NebulaError::Ended(ended).into()),
        done = settled(&written.interface, lit) => if !done {
            let why = "nebula has not set up its interface";
            return Err(NebulaError::Ended(why.to_owned()).into());
        },
    }
    place
        .adopt(&written.interface)
        .map_err(NebulaError::Place)?;
    let host = Arc::new(written.with(daemon, &members, me)?);
    let mut tasks = JoinSet::new();
    let (teller, notices) = mpsc::channel(NOTICES);
    let expiry = renewal(Arc::downgrade(&host), chosen.lifetime, teller);
    let severed = supervise(&mut tasks, &host, words, expiry);
    let place = Arc::new(place);
    let own = members.me(me)?.addresses.clone();
    let (watch, lighthouse) = (host.watch.clone(), members.lighthouse.fingerprint());
    let lit = async move { met(&watch, lighthouse).await };
    let (known, running) = herald(pairs(&members, me)?, mailbox, lit);
    tasks.spawn(running);
    tasks.spawn(revival(own, host.watch.clone(), Arc::clone(&place)));
    let nebula = Nebula {
        host,
        place,
        known,
        members,
        light,
        me,
        dial,
        ports,
        timeout,
        tasks,
        severed: Some(severed),
        notices: Some(notices),
    };
    nebula.settle().await?;
    Ok(nebula)
}

/// Starts nebula, with what stands in these files, and waits until it is up; gives what it has to say afterwards.
pub(crate) async fn start(
    program: &Program,
    source: &'static str,
    files: &Files,
    watch: &Watch,
) -> Result<(Daemon, mpsc::Receiver<Word>), NebulaError> {
    let (ear, mut words) = ear(watch.clone());
    let spec = Spec {
        found: &program.found,
        source,
        arguments: vec!["-config".into(), files.config().into()],
        environment: Vec::new(),
        folder: files.folder(),
    };
    let daemon = Daemon::start_heard(spec, ear)?;
    let up = async {
        match words.recv().await {
            Some(Word::Active) => Ok(()),
            Some(Word::Alarm(why)) => Err(NebulaError::Ended(why)),
            None => Err(NebulaError::Ended(daemon.end().await)),
        }
    };
    timeout(STARTING, up).await.unwrap_or_else(|_| {
        let seconds = STARTING.as_secs();
        Err(NebulaError::Ended(format!(
            "{source} was not up after {seconds} s"
        )))
    })?;
    Ok((daemon, words))
}

/// A name that no interface has.
fn interface() -> Result<String, NebulaError> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes)
        .map_err(|error| NebulaError::Key(e3_nebula::KeyError::Randomness(error)))?;
    Ok(format!("e3n{}", hex::encode(bytes)))
}

/// Waits until nebula has told of a handshake with somebody whom this authority has certified.
async fn met(watch: &Watch, authority: Fingerprint) {
    while !watch.met(authority) {
        sleep(LOOK).await;
    }
}

/// Whom this party calls, and who calls it.
fn pairs(members: &Members, me: PartyIndex) -> Result<Pairs, NebulaError> {
    let own = &members.me(me)?.addresses;
    let peers = members.all.iter().filter(|peer| peer.index != me);
    let (called, calling) = peers.partition::<Vec<&Member>, _>(|peer| {
        let mut addresses = peer.addresses.iter();
        addresses.any(|address| begins(own, *address))
    });
    let indices = |peers: Vec<&Member>| peers.iter().map(|peer| peer.index).collect();
    Ok(Pairs {
        called: indices(called),
        calling: indices(calling),
    })
}

impl Nebula {
    /// Waits until every peer has answered, as long as a peer may take. Whoever answers must have been told of: a nebula
    /// whose lines are not understood would let others' addresses be taken unnoticed.
    pub(super) async fn settle(&self) -> Result<(), NebulaError> {
        let deadline = Instant::now() + self.timeout;
        let all = self.peers().map(|peer| self.reach(peer, deadline));
        try_join_all(all).await?;
        Ok(())
    }

    async fn reach(&self, peer: &Member, deadline: Instant) -> Result<(), NebulaError> {
        let (patience, pause) = ATTEMPT;
        let Some(address) = peer.addresses.first() else {
            return Ok(());
        };
        let patient = deadline.min(Instant::now() + HESITATION);
        if begins(&self.members.me(self.me)?.addresses, *address) {
            // Where there is a tunnel already, nobody need be asked for.
            tokio::select! {
                () = self.known.wait(peer.index, patient) => {}
                _ = self.heard_of(peer, patient) => {}
            }
        } else {
            self.heard_of(peer, patient).await;
        }
        while self.place.echo(*address, patience).await.is_err() {
            if Instant::now() >= deadline {
                return Ok(());
            }
            sleep(pause).await;
        }
        if self.heard_of(peer, Instant::now() + TELLING).await {
            return Ok(());
        }
        Err(NebulaError::Silent {
            name: peer.name.clone(),
        })
    }

    /// Waits until nebula has told of a handshake with a peer; whether it has.
    async fn heard_of(&self, peer: &Member, deadline: Instant) -> bool {
        let authority = peer.authority.fingerprint();
        timeout_at(deadline, met(&self.host.watch, authority))
            .await
            .is_ok()
    }
}

/// Whether this host is the one to begin: of two, it is that with the lower address.
pub(super) fn begins(own: &[IpAddr], with: IpAddr) -> bool {
    let mut alike = own.iter().filter(|own| own.is_ipv4() == with.is_ipv4());
    alike.any(|own| *own < with)
}

/// Who lives in the program's network: all parties, by those addresses that nebula carries.
pub(super) fn plan(
    roster: &Roster,
    members: &Members,
    me: PartyIndex,
    dial: Dial,
    ports: Ports,
) -> Plan {
    let residents = roster.parties.iter().map(|entry| {
        let addresses = entry.addresses.iter().copied();
        Resident {
            name: entry.name.clone(),
            addresses: addresses
                .filter(|one| carries(members.version, &members.network, *one))
                .collect(),
        }
    });
    Plan {
        me,
        parties: residents.collect(),
        dial,
        ports,
        wanted: Wanted::Namespace,
    }
}
