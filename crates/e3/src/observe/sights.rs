//! What each observer has seen, and what it tells.

use std::{collections::BTreeSet, fs::File, io::BufReader, path::Path};

use e3_evaluate::finding::{Observer, Question, Seen as Answered};
use e3_observe::{
    answer::{Answer, Sight, answers},
    capture::Capture,
    search::{Search, Seen},
    traffic::{Bins, Flows, Said, judge},
};

use super::{
    beside::Beside,
    control::Control,
    environment::{CURIOUS, CUSTOMER},
    known::Known,
    places::{PARTY, PROVIDER, Places, SITE, WIDE_AREA, line},
};
use crate::fault::Fault;

/// Of so many packets one may be missed.
const MISSED: usize = 200;

/// What there is to be judged.
pub(super) struct Material<'a> {
    pub(super) known: &'a Known,
    pub(super) places: &'a Places,
    pub(super) beside: &'a [Beside],
    pub(super) control: &'a Control,
    pub(super) captures: &'a Path,
}

/// An observer's answer to a question, and what was searched for it.
pub(super) type Found = (Observer, Answer, Vec<String>);

/// The answers of all observers to all questions.
pub(super) fn all(material: &Material<'_>) -> Result<Vec<Found>, Fault> {
    let Material { known, places, .. } = material;
    let search = Search::new(known.identifiers.clone())
        .map_err(|error| Fault::ours(format!("what is known cannot be searched for: {error}")))?;
    let bins = known.told.bins();
    let bins = bins.ok_or_else(|| Fault::ours("the programs do not say when they talked"))?;
    let talk = Talk {
        said: known.told.said(&bins),
        bins,
    };
    let mut all = Vec::new();
    for (observer, hosts, file) in [
        (Observer::Provider, Vec::new(), Some(PROVIDER)),
        (Observer::SiteRouter, Vec::new(), Some(SITE)),
        (Observer::WideArea, Vec::new(), Some(WIDE_AREA)),
        (Observer::Relay, places.relays(), None),
        (Observer::Coordinator, places.coordinators(), None),
        (Observer::Party, vec![CURIOUS], Some(PARTY)),
    ] {
        if file.is_none() && hosts.is_empty() {
            all.extend(nobody(observer));
        } else {
            all.extend(one(material, &search, &talk, observer, &hosts, file)?);
        }
    }
    Ok(all)
}

/// What programs said, and when.
struct Talk {
    bins: Bins,
    said: Vec<Said>,
}

fn one(
    material: &Material<'_>,
    search: &Search,
    talk: &Talk,
    observer: Observer,
    hosts: &[&str],
    file: Option<&str>,
) -> Result<Vec<Found>, Fault> {
    let known = material.known;
    let files = match file {
        Some(file) => vec![file.to_owned()],
        None => hosts.iter().map(|host| line(host)).collect(),
    };
    let mut seen = Seen::new(search);
    let mut packets = Capture::default();
    for file in &files {
        let capture = read(material, file)?;
        seen.capture(file, &capture);
        packets.missed += capture.missed;
        packets.packets.extend(capture.packets);
    }
    if observer == Observer::SiteRouter {
        // It sees both its sides; what passes counts once.
        let outside = read(material, PROVIDER)?;
        seen.capture(PROVIDER, &outside);
    }
    let own_things = material.beside.iter();
    for beside in own_things.filter(|beside| hosts.contains(&beside.host.as_str())) {
        for (source, bytes) in &beside.sources {
            seen.bytes(source, bytes);
        }
    }
    let of = |host: &str| known.names.iter().position(|name| name == host).into_iter();
    let mut own = BTreeSet::new();
    let mut customers = BTreeSet::new();
    match observer {
        Observer::Party => {
            for (name, bytes) in &known.shared {
                seen.bytes(&format!("{name}, which every party has"), bytes);
            }
            own.extend(of(CURIOUS));
        }
        Observer::Provider | Observer::SiteRouter => customers.extend(of(CUSTOMER)),
        Observer::WideArea | Observer::Relay | Observer::Coordinator => {}
    }
    // What it says itself, and hears, is nothing that it observes.
    let is_own = |address| {
        let mut known = own.iter().filter_map(|party| known.addresses.get(*party));
        known.any(|addresses| addresses.contains(&address))
    };
    packets.packets.retain(|packet| {
        let headers = packet.headers.as_ref();
        headers.is_none_or(|ends| !is_own(ends.from.address) && !is_own(ends.to.address))
    });
    let flows = Flows::of(&packets, &talk.bins);
    let judged = judge(&flows, &known.addresses, &talk.said);
    let found = seen.found();
    let sight = Sight {
        parties: &known.names,
        own,
        customers,
        known: &known.identifiers,
        found: &found,
        judged: Some(&judged),
    };
    let looked_into = (!hosts.is_empty())
        .then(|| "in the memory of each process there, its own command line was found".to_owned());
    let control: Vec<_> = [material.control.evidence()]
        .into_iter()
        .chain(looked_into)
        .collect();
    let is_both = observer == Observer::Coordinator && hosts == material.places.relays();
    let same = is_both.then(|| "one service relays and brings parties together".to_owned());
    let searched: Vec<_> = seen.sources().into_iter().map(str::to_owned).collect();
    let answers = answers(&sight).into_iter();
    let missed =
        (packets.missed > 0).then(|| format!("packets that were missed there: {}", packets.missed));
    Ok(answers
        .map(|mut answer| {
            answer.evidence.extend(missed.clone());
            // Of a thing that was not found, what would have been.
            if answer.seen == Answered::No && !answer.question.is_of_traffic() {
                answer.evidence.extend(control.clone());
            }
            answer.evidence.extend(same.clone());
            (observer, answer, searched.clone())
        })
        .collect())
}

/// The answers of somebody whom this overlay does not have.
fn nobody(observer: Observer) -> impl Iterator<Item = Found> {
    Question::ALL.into_iter().map(move |question| {
        let why = "this overlay has no services: parties connect by themselves".to_owned();
        let answer = Answer {
            question,
            seen: Answered::NotApplicable(why),
            evidence: Vec::new(),
        };
        (observer, answer, Vec::new())
    })
}

/// What passed a line, without the control.
///
/// # Errors
/// It cannot be read, too much was missed, or the control is not there.
fn read(material: &Material<'_>, file: &str) -> Result<Capture, Fault> {
    let path = material.captures.join(file);
    let told = |error: &dyn std::fmt::Display| Fault::user(format!("{}: {error}", path.display()));
    let opened = File::open(&path).map_err(|error| told(&error))?;
    let mut capture = Capture::read(BufReader::new(opened)).map_err(|error| told(&error))?;
    let (missed, seen) = (capture.missed, capture.packets.len());
    if missed > u64::try_from(seen / MISSED).unwrap_or(u64::MAX) {
        let why = format!(
            "{missed} packets were missed and {seen} were not: this machine is too busy to observe"
        );
        return Err(told(&why));
    }
    material.control.take(file, &mut capture)?;
    Ok(capture)
}
