//! A program that knows nothing of all this: parties call one another in all directions, on ports chosen at random.

use std::{
    io,
    path::Path,
    process::{Command, Output, Stdio},
    sync::Arc,
    time::Duration,
};

use e3_forward::place::{Accepted, Call, Place, Programs as _, Wanted};
use e3_session::types::PartyIndex;
use e3_sys::child;
use tokio::{io::copy_bidirectional, task::JoinSet, time::timeout};

use crate::scene::plan;

const PARTIES: u16 = 3;

/// Listeners of each party, for each version of IP.
const PORTS: usize = 3;

const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) fn run() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let open = |me| Arc::new(Place::open(&plan(me, PARTIES, Wanted::Namespace)).unwrap());
        let places: Vec<_> = (0..PARTIES).map(open).collect();
        let mut links = JoinSet::new();
        for me in 0..PARTIES {
            links.spawn(join(PartyIndex(me), places.clone()));
        }
        let programs: Vec<_> = places.iter().map(|place| start(place)).collect();
        for program in programs {
            let output = tokio::task::spawn_blocking(move || program.wait_with_output());
            let output = timeout(PATIENCE, output).await.unwrap().unwrap().unwrap();
            well(&output);
        }
    });
}

#[track_caller]
fn well(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    let calls = usize::from(PARTIES - 1) * PORTS * 2;
    let expected =
        format!("{PARTIES} parties, {calls} calls to each, all from where they should come");
    let complained = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.trim(), expected, "{complained}");
}

fn start(place: &Place) -> std::process::Child {
    let table = place.dial_table();
    let peers = table.parties.iter().map(|reach| reach.socket().to_string());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programs/crossing/crossing.py");
    let mut command = Command::new("python3");
    command
        .arg(script)
        .args(["--alone", "--ports", &PORTS.to_string()])
        .env("E3_PARTY", table.me.to_string())
        .env("E3_PARTIES", table.parties.len().to_string())
        .env("E3_PEERS", peers.collect::<Vec<_>>().join(","))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    place.program_place().prepare(&mut command);
    child::tie(&mut command);
    command.spawn().unwrap()
}

/// What links do, without a network between.
async fn join(me: PartyIndex, places: Vec<Arc<Place>>) {
    let mut connections = JoinSet::new();
    while let Ok(accepted) = places[usize::from(me.0)].accept().await {
        let to = Arc::clone(&places[usize::from(accepted.to.0)]);
        connections.spawn(async move {
            // Whatever ends a connection ends it for both.
            let _ = carry(me, accepted, &to).await;
        });
    }
}

async fn carry(from: PartyIndex, accepted: Accepted, to: &Place) -> io::Result<()> {
    let mut near = accepted.stream;
    let call = Call {
        from,
        from_port: accepted.from_port,
        port: accepted.port,
        family: accepted.family,
    };
    let mut far = to.dial(call).await?;
    copy_bidirectional(&mut near, &mut far).await?;
    Ok(())
}
