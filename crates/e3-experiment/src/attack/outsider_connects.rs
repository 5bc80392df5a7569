//! Somebody who takes no part connects to a party's program: from a host of its own, at every address by which the program
//! could be reached.

use std::net::SocketAddr;

use anyhow::Context as _;
use e3_conformance::{field::Field, traffic::Place};

use crate::{
    outcome::Notes,
    stage::{OUTSIDER, PATIENCE, connected},
};

pub(super) async fn attempt(notes: &mut Notes) -> anyhow::Result<()> {
    let mut field = connected(2, None).await?;
    let program = field.party(1)?;
    let door = program.listen()?;
    let port = door.port()?;
    let outsider = Place::outside(field.host(OUTSIDER)?);
    for at in addresses(&field, port)? {
        let (knocked, caller) = tokio::join!(outsider.knock(at, PATIENCE), door.caller(PATIENCE));
        match (caller?, knocked) {
            (Some(from), _) => notes.broke(format!(
                "The program at {at} took a connection of an outsider, from {from}."
            )),
            (None, Ok(_)) => notes.held(format!(
                "An outsider got a TCP connection to {at}, on which the program heard nothing before it knew who calls."
            )),
            (None, Err(error)) => notes.held(format!(
                "An outsider got no connection to {at}: {error}."
            )),
        }
    }
    field.leave().await
}

/// Where the program listens: at its host's own addresses, and where its peer finds it.
fn addresses(field: &Field, port: u16) -> anyhow::Result<Vec<SocketAddr>> {
    let reach = field.party(0)?.table()?.parties.get(1);
    let reached = reach.context("the dial table lacks a party")?.socket();
    let own = field.party(1)?.host.addresses().into_iter();
    let mut all: Vec<_> = own.map(|address| SocketAddr::new(address, port)).collect();
    if !all.contains(&reached) {
        all.push(reached);
    }
    Ok(all)
}
