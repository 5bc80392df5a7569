//! Joining: the program's place, nebula in it, and tunnels to all.

use std::{sync::Arc, time::Duration};

use e3_forward::place::{Plan, Resident, Tunnelled, Wanted};
use e3_overlay::{Joining, OverlayError};
use e3_session::types::{Dial, PartyIndex, Ports, Roster};
use e3_stock::{Daemon, Spec};
use futures::future::join_all;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::{
    Nebula,
    host::Written,
    settled::settled,
    supervise::{renewal, supervise},
};
use crate::{
    NebulaError,
    config::MTU,
    files::Files,
    identity::{Identity, carries},
    lighthouse::Lighthouse,
    log::Event,
    members::Members,
    options::Chosen,
    overlay::try_port,
    program::Program,
    watch::Watch,
};

/// How long nebula may take until it is up.
const STARTING: Duration = Duration::from_secs(10);

/// How long an attempt to reach a peer may take, and between attempts.
const ATTEMPT: (Duration, Duration) = (Duration::from_millis(500), Duration::from_millis(50));

/// Joins: nebula is up, its interface is the program's, and every peer was tried.
pub(crate) async fn join(
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
        folder,
        ..
    } = joining;
    let program = Program::find().await?;
    let light = Lighthouse::among(&services)?;
    let members = Members::of(&roster, &light)?;
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
    let mut daemon = Daemon::start(Spec {
        found: &program.found,
        source: "nebula",
        arguments: vec!["-config".into(), written.files.config().into()],
        environment: Vec::new(),
        folder: written.files.folder(),
    })
    .map_err(NebulaError::Daemon)?;
    let mut lines = daemon.lines().unwrap_or_else(|| mpsc::channel(1).1);
    active(&daemon, &mut lines).await?;
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
    let watch = written.watch.clone();
    let host = Arc::new(written.with(daemon, &members, me)?);
    let mut tasks = JoinSet::new();
    let severed = supervise(&mut tasks, &host.daemon, lines, watch);
    tasks.spawn(renewal(Arc::downgrade(&host), chosen.lifetime));
    let nebula = Nebula {
        host,
        place: Arc::new(place),
        members,
        light,
        me,
        dial,
        ports,
        timeout,
        tasks,
        severed: Some(severed),
    };
    nebula.settle().await;
    Ok(nebula)
}

/// Waits until nebula has made its interface.
pub(crate) async fn active(
    daemon: &Daemon,
    lines: &mut mpsc::Receiver<String>,
) -> Result<(), NebulaError> {
    let up = async {
        while let Some(line) = lines.recv().await {
            if Event::read(&line) == Some(Event::Active) {
                return Ok(());
            }
        }
        Err(NebulaError::Ended(daemon.end().await))
    };
    timeout(STARTING, up).await.unwrap_or_else(|_| {
        let seconds = STARTING.as_secs();
        Err(NebulaError::Ended(format!(
            "nebula was not up after {seconds} s"
        )))
    })
}

/// A name that no interface has.
fn interface() -> Result<String, NebulaError> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes)
        .map_err(|error| NebulaError::Key(e3_nebula::KeyError::Randomness(error)))?;
    Ok(format!("e3n{}", hex::encode(bytes)))
}

impl Nebula {
    /// Waits until every peer has answered, as long as a peer may take.
    pub(super) async fn settle(&self) {
        let deadline = Instant::now() + self.timeout;
        let (patience, pause) = ATTEMPT;
        join_all(self.peers().map(|peer| async move {
            let Some(address) = peer.addresses.first() else {
                return;
            };
            while Instant::now() < deadline {
                if self.place.echo(*address, patience).await.is_ok() {
                    return;
                }
                sleep(pause).await;
            }
        }))
        .await;
    }
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
