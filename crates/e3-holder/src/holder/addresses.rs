//! The parties' virtual addresses: given before anybody is admitted, and the same in every run.

use std::{fs, net::IpAddr, path::Path};

use e3_overlay::{
    Addressing, Overlay,
    addresses::{Book, HostRoutes, Wanted, networks},
};
use e3_session::types::Subnet;
use e3_spec::Environment;
use serde::{Deserialize, Serialize};

use super::{declared, party::Party};
use crate::{
    state::{StateFolder, make_private, write_document},
    wire::Fault,
};

/// The form of the file.
const SCHEMA: &str = "e3/addresses/1";

/// The networks of an environment, and each party's addresses in them, in the order of indices.
pub(crate) struct Addresses {
    pub(crate) network: Vec<Subnet>,
    pub(crate) of_parties: Vec<Vec<IpAddr>>,
}

/// What is remembered, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Document {
    schema: String,
    #[serde(flatten)]
    book: Book,
}

/// Gives the parties addresses that no host of theirs has another use for; none where the overlay needs none.
pub(crate) fn give(
    environment: &Environment,
    overlay: &dyn Overlay,
    parties: &[Party],
    folder: &StateFolder,
) -> Result<Addresses, Fault> {
    if overlay.addressing() == Addressing::Host {
        return Ok(Addresses {
            network: Vec::new(),
            of_parties: vec![Vec::new(); parties.len()],
        });
    }
    let file = folder.addresses();
    let mut book = read(&file);
    let hosts: Vec<_> = parties.iter().map(routes).collect();
    let mut global_id = [0; 5];
    getrandom::fill(&mut global_id)
        .map_err(|error| Fault::ours(format!("no randomness from the system: {error}")))?;
    let wanted = Wanted {
        declared: &declared::virtual_networks(environment)?,
        before: book.network(),
        global_id,
    };
    let network = networks(wanted, &hosts).map_err(|error| Fault::user(error.to_string()))?;
    let names: Vec<&str> = parties
        .iter()
        .map(|party| party.host.name.as_str())
        .collect();
    let before = book.clone();
    let given = book.allocate(&network, &names);
    let of_parties = given.map_err(|error| Fault::user(error.to_string()))?;
    if book != before {
        write(&file, book)?;
    }
    Ok(Addresses {
        network,
        of_parties,
    })
}

fn routes(party: &Party) -> HostRoutes<'_> {
    HostRoutes {
        host: party.host.name.as_str(),
        routes: &party.facts.routes,
    }
}

/// What was given before. A file that says nothing intelligible costs the parties no more than their old addresses.
fn read(file: &Path) -> Book {
    let text = fs::read(file).unwrap_or_default();
    match serde_json::from_slice::<Document>(&text) {
        Ok(document) if document.schema == SCHEMA => document.book,
        _ => Book::default(),
    }
}

fn write(file: &Path, book: Book) -> Result<(), Fault> {
    let schema = SCHEMA.to_owned();
    let made = file.parent().map_or(Ok(()), make_private);
    made.and_then(|()| write_document(file, &Document { schema, book }))
        .map_err(Fault::from)
}
