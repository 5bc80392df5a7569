//! Packets are recorded, and sent again into a later session of the same parties: as they were, and what TCP carried over
//! new connections from the address of the party that had said it. That party is away meanwhile.

use std::{net::SocketAddr, time::Duration};

use e3_conformance::{
    field::Field,
    traffic::{Door, Place},
};
use e3_lab::Fate;
use e3_unseal::Stream;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, time::timeout};

use crate::{
    outcome::Notes,
    recording::Recording,
    stage::{PATIENCE, between, connect, introduced, recorded},
};

/// Bytes that are said in the session that is recorded.
const SAID: usize = 20_000;

/// So many bytes of it, heard by a program in the later session, cannot be chance.
const HEARD: usize = 500;

/// So many connections are made anew.
const STREAMS: usize = 8;

pub(super) async fn attempt(notes: &mut Notes) -> anyhow::Result<()> {
    let mut field = introduced(2, None).await?;
    let recording = Recording::default();
    let kept = recording.clone();
    let recorder = between(&field, move |passing| {
        kept.keep(passing);
        Fate::Pass
    })?;
    recorded(&mut field, recorder, SAID).await?;

    // The same parties, with agents that were started anew and have made new keys.
    for index in [0, 1] {
        field.restart(index).await?;
    }
    connect(&mut field).await?;
    field.party_mut(0)?.kill()?;
    let (packets, streams) = (recording.packets(), recording.recorded().streams);
    notes.did(format!(
        "All {} packets from one party to another were recorded, with {} streams of TCP in them, and sent again in a later session.",
        packets.len(),
        streams.len()
    ));
    let adversaries = between(&field, |_| Fate::Pass)?;
    let door = field.party(1)?.listen()?;
    let replaying = async {
        for packet in &packets {
            for adversary in &adversaries {
                adversary.send(packet)?;
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        let connections = say_again(&field, &streams).await?;
        tokio::time::sleep(PATIENCE).await;
        drop(connections);
        anyhow::Ok(())
    };
    tokio::select! {
        replayed = replaying => {
            replayed?;
            notes.held("The other party's program heard nothing of it.");
        }
        heard = hears(&door) => {
            let from = heard?;
            notes.broke(format!(
                "The other party's program took a connection from {from}, and heard what had been said in the earlier session."
            ));
        }
    }
    Ok(())
}

/// Says over new connections what was said over those that were recorded.
async fn say_again(field: &Field, streams: &[Stream]) -> anyhow::Result<Vec<TcpStream>> {
    let place = Place::outside(&field.party(0)?.host);
    let mut connections = Vec::new();
    for said in streams.iter().take(STREAMS) {
        // Where nobody listens any more, nothing can be said.
        if let Ok(mut connection) = place.knock(said.to, PATIENCE).await {
            let _ = timeout(PATIENCE, connection.write_all(&said.bytes)).await;
            connections.push(connection);
        }
    }
    Ok(connections)
}

/// Waits until somebody has said to the program what was said before.
async fn hears(door: &Door) -> anyhow::Result<SocketAddr> {
    loop {
        // Whoever is not let in says nothing.
        let Ok((mut stream, from)) = door.accept_from().await else {
            continue;
        };
        let heard = timeout(PATIENCE, stream.receive(HEARD)).await;
        if heard.is_ok_and(|heard| heard.is_ok()) {
            return Ok(from);
        }
    }
}
