//! What is known of a run, from its folder and from the lab.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::IpAddr,
    path::Path,
};

use e3_observe::{
    identifier::{Identifier, Kind, Value, pem, program, roster},
    traffic::Parties,
};
use e3_session::types::{KeptAgreement, KeptRoster};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::{
    commands::{Commands, files},
    environment::{CUSTOMER, PROGRAM},
    told::Told,
};
use crate::fault::Fault;

/// What is known of a run.
pub(super) struct Known {
    /// The parties' names, in the order of indices.
    pub(super) names: Vec<String>,
    /// All by which something could be recognised.
    pub(super) identifiers: Vec<Identifier>,
    /// The addresses by which each party is seen; and inside its own site, the customer's.
    pub(super) addresses: Parties,
    /// What programs said.
    pub(super) told: Told,
    /// What every party has: the files' names and their content.
    pub(super) shared: Vec<(&'static str, Vec<u8>)>,
}

/// Reads a run's folder; `network` is what `e3 lab status` shows.
pub(super) fn read(run: &Path, network: &Json, commands: &Commands) -> Result<Known, Fault> {
    let kept: KeptRoster = parsed(&run.join(KeptRoster::FILE))?;
    let agreement: KeptAgreement = parsed(&run.join(KeptAgreement::FILE))?;
    let entries = kept.roster.parties.iter();
    let names: Vec<String> = entries.map(|entry| entry.name.clone()).collect();
    let mut identifiers = roster(&kept);
    identifiers.extend(program(&agreement));
    let name = Value::Text(PROGRAM.to_owned());
    identifiers.push(Identifier::of_run(
        Kind::Program,
        "the program's name",
        name,
    ));
    // Whom the roster gives something has it, whoever keeps a copy.
    let mut beside = certificates(commands, &names);
    beside.retain(|one| identifiers.iter().all(|known| known.value != one.value));
    identifiers.extend(beside);
    let hosts = hosts(network);
    let mut addresses = Parties::new();
    for (party, name) in names.iter().enumerate() {
        let (own, seen) = hosts.get(name).cloned().unwrap_or_default();
        let real = |address: IpAddr| {
            let what = format!("the address of {name}");
            Identifier::of(Kind::Address, party, what, Value::Address(address))
        };
        identifiers.extend(seen.map(real));
        let inside = own.into_iter().filter(|_| name == CUSTOMER);
        addresses.push(inside.chain(seen).collect::<BTreeSet<_>>());
    }
    let mut told = Told::default();
    for party in 0..names.len() {
        told.read(
            &String::from_utf8_lossy(&content(&run.join(format!("party-{party}.out")))?),
            &names,
        );
    }
    let shared = [KeptRoster::FILE, KeptAgreement::FILE].into_iter();
    let shared = shared.map(|name| content(&run.join(name)).map(|bytes| (name, bytes)));
    Ok(Known {
        names,
        identifiers: distinct(identifiers),
        addresses,
        told,
        shared: shared.collect::<Result<_, Fault>>()?,
    })
}

/// The certificates in the parties' files.
fn certificates(commands: &Commands, names: &[String]) -> Vec<Identifier> {
    let [_, data] = commands.kept();
    let mut found = Vec::new();
    for path in files(&data) {
        let is_of = |name: &&String| path.iter().any(|part| part == name.as_str());
        let party = names.iter().position(|name| is_of(&name));
        if let Some((party, name)) = party.and_then(|party| Some((party, names.get(party)?)))
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.extend(pem(party, name, &text));
        }
    }
    found
}

/// Each value once: what several parties have is nobody's.
fn distinct(all: Vec<Identifier>) -> Vec<Identifier> {
    let mut kept: Vec<Identifier> = Vec::new();
    for one in all {
        match kept.iter_mut().find(|other| other.value == one.value) {
            Some(same) if same.party == one.party => {}
            Some(shared) => shared.party = None,
            None => kept.push(one),
        }
    }
    kept.retain(|one| one.party.is_some() || one.kind == Kind::Program);
    kept
}

/// The addresses by which these hosts are seen.
pub(super) fn addresses<'a>(network: &Json, of: impl Iterator<Item = &'a str>) -> Vec<IpAddr> {
    let hosts = hosts(network);
    of.filter_map(|name| hosts.get(name)?.1).collect()
}

/// Each host's own addresses, and that by which it is seen.
fn hosts(network: &Json) -> BTreeMap<String, (Vec<IpAddr>, Option<IpAddr>)> {
    let sites = network["sites"].as_array().into_iter().flatten();
    let hosts = sites.flat_map(|site| site["hosts"].as_array().into_iter().flatten());
    let read = |host: &Json| {
        let name = host["host"].as_str()?.to_owned();
        let own = host["addresses"]
            .as_array()?
            .iter()
            .filter_map(Json::as_str);
        let own: Vec<IpAddr> = own.filter_map(|address| address.parse().ok()).collect();
        let seen = host["seen_as"].as_str().and_then(|text| text.parse().ok());
        let seen = seen.or_else(|| own.first().copied());
        Some((name, (own, seen)))
    };
    hosts.filter_map(read).collect()
}

fn parsed<T: DeserializeOwned>(path: &Path) -> Result<T, Fault> {
    serde_json::from_slice(&content(path)?)
        .map_err(|error| Fault::ours(format!("{}: {error}", path.display())))
}

fn content(path: &Path) -> Result<Vec<u8>, Fault> {
    fs::read(path).map_err(|error| Fault::user(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_parties_have_is_nobodys() {
        let one = |party, text: &str| Identifier::text(Kind::Name, party, String::new(), text);
        let found = distinct(vec![
            one(0, "a"),
            one(1, "b"),
            one(0, "a"),
            one(1, "c"),
            one(0, "c"),
        ]);
        let whose = found.iter().map(|one| one.party).collect::<Vec<_>>();
        assert_eq!(whose, [Some(0), Some(1)]);
    }

    #[test]
    fn hosts_are_seen_as_their_routers_or_themselves() {
        let network = serde_json::json!({ "sites": [{ "hosts": [
            { "host": "home", "addresses": ["192.168.1.2"], "seen_as": "198.18.0.33" },
            { "host": "cloud", "addresses": ["198.18.0.2"] },
        ] }] });
        let found = hosts(&network);
        let seen = |name| found.get(name).unwrap().1.unwrap().to_string();
        assert_eq!([seen("home"), seen("cloud")], ["198.18.0.33", "198.18.0.2"]);
    }
}
