//! What several attacks begin with, and by what is seen whether they succeed.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use e3_conformance::{
    field::Field,
    liar::Lie,
    party::Party,
    sites::{cities, outsider},
    traffic,
};
use e3_lab::{Adversary, Change, Fate, Lab, Outage, Passing};
use e3_session::types::{Dial, LinkReport, PartyIndex, Path, Roster};
use tokio::time::timeout;

/// How long something is tried that should not succeed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// No talk takes longer of which nobody wants anything but to hear it.
const TALK: Duration = Duration::from_secs(20);

/// The host of somebody who takes no part.
pub(crate) const OUTSIDER: &str = "outsider";

/// Parties of different regions that have introduced themselves, and somebody who is none of them on a host of its own.
pub(crate) async fn introduced(parties: usize, liar: Option<usize>) -> anyhow::Result<Field> {
    let mut sites = cities(parties);
    sites.push(outsider());
    Field::with_liar(sites, Dial::Mesh, liar).await
}

/// The same, connected.
pub(crate) async fn connected(parties: usize, liar: Option<usize>) -> anyhow::Result<Field> {
    let mut field = introduced(parties, liar).await?;
    connect(&mut field).await?;
    Ok(field)
}

/// Connects the parties of the roster as it is; without that no attack shows anything.
pub(crate) async fn connect(field: &mut Field) -> anyhow::Result<()> {
    field.admit().await?;
    field.connect().await?;
    let broken = field.broken();
    ensure!(
        broken.is_empty(),
        "the parties are not connected before anybody attacks: {broken:?}"
    );
    Ok(())
}

/// How the party's overlay says that it reaches a peer; none where it does not.
pub(crate) fn reaches(party: &Party, peer: u16) -> Option<&Path> {
    let to_peer = |link: &&LinkReport| link.to == PartyIndex(peer);
    let path = &party.links.iter().find(to_peer)?.path;
    (!matches!(path, Path::Unreachable { .. })).then_some(path)
}

/// Whether an impostor, who listens in a peer's place, gets the connection with which the party dials that peer.
pub(crate) async fn is_answered_by(
    party: &Party,
    peer: usize,
    impostor: &Party,
) -> anyhow::Result<bool> {
    let reach = party.table()?.parties.get(peer);
    let port = reach.context("the dial table lacks a party")?.port;
    let door = impostor.place().listen(port)?;
    let (_dialled, caller) = tokio::join!(party.dial(peer), door.caller(PATIENCE));
    Ok(caller?.is_some())
}

/// What a liar's overlay believes when it joins the next time.
pub(crate) fn lie(
    field: &Field,
    host: &str,
    me: u16,
    roster: Option<Roster>,
) -> anyhow::Result<()> {
    let lie = Lie {
        me: PartyIndex(me),
        roster,
        contacts: None,
    };
    lie.tell(&field.lie(host))
}

/// Nobody reaches that party any more: an overlay that stays up while nobody asks it to could, and rightly so.
pub(crate) fn cut_off(field: &Field, index: usize) -> anyhow::Result<()> {
    let host = field.party(index)?.host.name();
    let silence = Change {
        outage: Some(Outage::Endless),
        ..Change::default()
    };
    for other in field.lab.hosts().filter(|other| other.name() != host) {
        field.lab.set_path(host, other.name(), silence)?;
        field.lab.set_path(other.name(), host, silence)?;
    }
    Ok(())
}

/// Somebody on every way from the first party to the second: on the direct one, and by the host of services.
pub(crate) fn between(
    field: &Field,
    deed: impl FnMut(&mut Passing<'_>) -> Fate + Send + 'static,
) -> anyhow::Result<Vec<Adversary>> {
    let direct = [("p0", "p1")].into_iter();
    let ways = direct.chain(hub(field).map(|hub| (hub, "p1")));
    on(field, ways, deed)
}

/// Somebody on every way between both parties and the host of services, in both directions.
pub(crate) fn all_around(
    field: &Field,
    deed: impl FnMut(&mut Passing<'_>) -> Fate + Send + 'static,
) -> anyhow::Result<Vec<Adversary>> {
    let places: Vec<_> = ["p0", "p1"].into_iter().chain(hub(field)).collect();
    let pairs = places
        .iter()
        .flat_map(|from| places.iter().map(move |to| (*from, *to)));
    on(field, pairs.filter(|(from, to)| from != to), deed)
}

/// Somebody on the direct way between both parties, in both directions.
pub(crate) fn both_ways(
    lab: &Lab,
    deed: &(impl FnMut(&mut Passing<'_>) -> Fate + Clone + Send + 'static),
) -> anyhow::Result<Vec<Adversary>> {
    let ways = [("p0", "p1"), ("p1", "p0")].into_iter();
    ways.map(|(from, to)| Ok(lab.adversary(from, to, deed.clone())?))
        .collect()
}

/// The host of services, if there is one.
fn hub(field: &Field) -> Option<&str> {
    let first = field.services().first();
    first.map(|service| service.host.as_str())
}

/// The parties connect and say so many bytes to one another; those who record it leave with the last of them.
pub(crate) async fn recorded(
    field: &mut Field,
    recorders: Vec<Adversary>,
    bytes: usize,
) -> anyhow::Result<()> {
    connect(field).await?;
    let mut talk = traffic::connect(field, 0, 1).await?;
    let said = timeout(TALK, talk.exchange(bytes, 1000)).await;
    said.context("what is said takes too long")
        .flatten()
        .context("the parties do not talk before anybody attacks")?;
    drop((talk, recorders));
    Ok(())
}

fn on<'a>(
    field: &Field,
    ways: impl Iterator<Item = (&'a str, &'a str)>,
    deed: impl FnMut(&mut Passing<'_>) -> Fate + Send + 'static,
) -> anyhow::Result<Vec<Adversary>> {
    let deed = Arc::new(Mutex::new(deed));
    ways.map(|(from, to)| {
        let deed = Arc::clone(&deed);
        let adversary = field.lab.adversary(from, to, move |passing| {
            let mut deed = deed.lock().unwrap_or_else(PoisonError::into_inner);
            deed(passing)
        });
        Ok(adversary?)
    })
    .collect()
}
