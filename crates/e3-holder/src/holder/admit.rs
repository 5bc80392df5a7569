//! From *prepare* to *compare*: who takes part, and that all hold the same roster.

use std::time::Duration;

use e3_identity::{Documents, Endorsement, Introduction, Policy, Resolver};
use e3_session::{
    evidence::Verifier,
    message::{Reply, Request, Settings},
    types::{
        Admission, KeptRoster, Nonce, Options, PartyIndex, Roster, RosterEntry, ServiceFacts,
        SessionId,
    },
};
use e3_spec::Environment;
use futures::future::join_all;

use super::{
    addresses::Addresses,
    lasting,
    party::{Party, QUICK, ask_all, unexpected},
    tell::Tell,
    trust::Trust,
};
use crate::{
    clock::now_ms,
    wire::{Event, Fault},
};

/// How long a roster may take to be verified: the documents of its DIDs may have to be fetched.
const VERIFY: Duration = Duration::from_mins(1);

/// Who takes part, as all have found it.
#[derive(Clone)]
pub(crate) struct Admitted {
    pub(crate) roster: Roster,
    /// Of DIDs that do not tell their keys themselves.
    pub(crate) documents: Documents,
    pub(crate) admissions: Vec<Admission>,
    pub(crate) nonces: Vec<Nonce>,
    /// What people compare by voice.
    pub(crate) words: String,
}

impl Admitted {
    /// As it is kept with a run.
    pub(crate) fn kept(&self) -> KeptRoster {
        let Self {
            roster,
            documents,
            admissions,
            nonces,
            words,
        } = self.clone();
        KeptRoster {
            schema: KeptRoster::SCHEMA.to_owned(),
            hash: roster.hash(),
            roster,
            documents,
            admissions,
            nonces,
            words,
        }
    }
}

/// What the parties use of the environment.
pub(super) struct Uses<'a> {
    /// What it says of the overlay.
    pub(super) options: Options,
    /// The services, as they are up.
    pub(super) services: &'a [ServiceFacts],
    /// The parties' virtual addresses.
    pub(super) addresses: Addresses,
}

/// Leads the parties through it; in the order of their indices.
pub(super) async fn admit(
    parties: &mut [Party],
    (environment, session, epoch): (&Environment, SessionId, u32),
    uses: Uses<'_>,
    trust: &mut Trust,
    resolver: &dyn Resolver,
    tell: &Tell,
) -> Result<Admitted, Fault> {
    let Uses {
        options,
        services,
        addresses,
    } = uses;
    let settings = Settings {
        overlay: environment.overlay.to_string(),
        options,
        policy: trust.policy(),
        services: services.to_vec(),
    };
    prepare(parties, &settings).await?;
    let lifetime_s = lasting::lifetime(lasting::time_of(environment));
    let introductions = introduce(parties, lifetime_s, &addresses).await?;
    unlikely(trust, &introductions)?;
    let documents = resolve(resolver, &introductions).await?;
    let roster = {
        let whole = (session, epoch, addresses);
        endorse(parties, whole, introductions, trust, &documents).await?
    };

    let verdicts = Verifier::new(&roster, &documents)
        .introductions(&trust.policy(), now_ms() / 1000)
        .map_err(|error| Fault::user(error.to_string()))?;
    for party in parties.iter() {
        party.link.trust(documents.clone());
    }
    let (admitted, words) = compare(parties, (roster, documents), VERIFY).await?;
    for (party, words) in parties.iter_mut().zip(words) {
        party.words = words;
    }
    // What all have believed is remembered, and nothing before.
    let names = admitted.roster.parties.iter().map(|entry| &entry.name);
    let verdicts: Vec<_> = names.cloned().zip(verdicts).collect();
    for (tip, text) in trust.believed(&verdicts)? {
        tell.notice(tip, text);
    }
    tell.event(Event::Words {
        words: admitted.words.clone(),
    });
    Ok(admitted)
}

/// Leads those that stay through it once more, by a roster of a later epoch that leaves the others out. They have
/// introduced themselves, and are endorsed.
pub(super) async fn admit_fewer(
    staying: &mut [Party],
    before: &Admitted,
    epoch: u32,
    tell: &Tell,
) -> Result<Admitted, Fault> {
    let Admitted {
        roster, documents, ..
    } = before;
    let stays = |entry: &&RosterEntry| {
        let mut staying = staying.iter();
        staying.any(|party| party.host.name.as_str() == entry.name)
    };
    let entries = roster.parties.iter().filter(stays).cloned().collect();
    let roster = Roster::build(roster.session, epoch, roster.network.clone(), entries)
        .map_err(|error| Fault::user(error.to_string()))?;
    // Somebody waits for it whose machine was stolen: one of the others that hangs is to be told soon.
    let (admitted, words) = compare(staying, (roster, documents.clone()), QUICK).await?;
    for (party, words) in staying.iter_mut().zip(words) {
        party.words = words;
    }
    tell.event(Event::Words {
        words: admitted.words.clone(),
    });
    Ok(admitted)
}

async fn prepare(parties: &[Party], settings: &Settings) -> Result<(), Fault> {
    let request = |_: usize, _: &Party| Request::Prepare(settings.clone());
    ask_all(parties, "prepare", QUICK, request).await?;
    Ok(())
}

async fn introduce(
    parties: &mut [Party],
    lifetime_s: u64,
    addresses: &Addresses,
) -> Result<Vec<Introduction>, Fault> {
    let request = |index: usize, party: &Party| Request::Introduce {
        lifetime_s,
        identity: party.host.identity.as_ref().map(ToString::to_string),
        addresses: addresses.of_parties.get(index).cloned().unwrap_or_default(),
        network: addresses.network.clone(),
    };
    let answers = ask_all(parties, "introduce", QUICK, request).await?;
    let mut introductions = Vec::with_capacity(parties.len());
    for (party, reply) in parties.iter_mut().zip(answers) {
        let Reply::Introduced { introduction } = reply else {
            return Err(unexpected(&party.link, &reply).into());
        };
        party.did = introduction.did.to_string();
        introductions.push(introduction);
    }
    Ok(introductions)
}

/// Nothing is fetched for somebody who will not be believed whatever a document says.
fn unlikely(trust: &Trust, introductions: &[Introduction]) -> Result<(), Fault> {
    let policy = trust.policy();
    // An authority looks at an introduction first, and certifies it then.
    if matches!(policy, Policy::Ca { .. }) {
        return Ok(());
    }
    for (index, introduction) in (0..).map(PartyIndex).zip(introductions) {
        let endorsement = trust.endorse(index, introduction)?;
        policy
            .may_believe(introduction, &endorsement, now_ms() / 1000)
            .map_err(|error| Fault::user(error.to_string()))?;
    }
    Ok(())
}

/// The documents of those DIDs that do not tell their keys themselves.
async fn resolve(
    resolver: &dyn Resolver,
    introductions: &[Introduction],
) -> Result<Documents, Fault> {
    let dids = introductions.iter().map(|introduction| &introduction.did);
    let fetching = dids
        .filter(|did| did.url().is_some())
        .map(|did| resolver.resolve(did));
    let mut documents = Documents::new();
    for fetched in join_all(fetching).await {
        let document = fetched.map_err(|error| Fault::user(error.to_string()))?;
        documents.insert(document);
    }
    Ok(documents)
}

/// Looks at every introduction before anybody stands behind it, and hands the endorsements over.
async fn endorse(
    parties: &[Party],
    (session, epoch, addresses): (SessionId, u32, Addresses),
    introductions: Vec<Introduction>,
    trust: &Trust,
    documents: &Documents,
) -> Result<Roster, Fault> {
    let mut entries = Vec::with_capacity(parties.len());
    let Addresses {
        network,
        of_parties,
    } = addresses;
    let parties_numbered = (0..).map(PartyIndex).zip(parties).zip(of_parties);
    for (((index, party), addresses), introduction) in parties_numbered.zip(introductions) {
        let name = party.host.name.to_string();
        let document = documents
            .get(&introduction.did)
            .map_err(|error| Fault::user(error.to_string()))?;
        introduction
            .verify(&document, &session.0, &name, now_ms() / 1000)
            .map_err(|error| Fault::user(error.to_string()))?;
        let endorsement = trust.endorse(index, &introduction)?;
        entries.push(RosterEntry {
            name,
            addresses,
            introduction,
            endorsement,
        });
    }
    let endorsements: Vec<Endorsement> = entries
        .iter()
        .map(|entry| entry.endorsement.clone())
        .collect();
    let asked = parties
        .iter()
        .zip(endorsements)
        .map(|(party, endorsement)| {
            let request = Request::Endorse { endorsement };
            party.link.ask("endorse", request, QUICK)
        });
    for answer in join_all(asked).await {
        answer?;
    }
    Roster::build(session, epoch, network, entries).map_err(|error| Fault::user(error.to_string()))
}

/// From *admit* to *compare*; with the words that each party's agent has found.
async fn compare(
    parties: &[Party],
    (roster, documents): (Roster, Documents),
    patience: Duration,
) -> Result<(Admitted, Vec<String>), Fault> {
    let request = |_: usize, _: &Party| Request::Admit {
        roster: roster.clone(),
    };
    let answers = ask_all(parties, "admit", patience, request).await?;
    let admissions = taken(parties, answers, |reply| match reply {
        Reply::Admitted { admission, .. } => Some(admission.clone()),
        _ => None,
    })?;
    let request = |_: usize, _: &Party| Request::Reveal {
        admissions: admissions.clone(),
    };
    let answers = ask_all(parties, "reveal", QUICK, request).await?;
    let nonces = taken(parties, answers, |reply| match reply {
        Reply::Revealed { nonce } => Some(*nonce),
        _ => None,
    })?;
    let request = |_: usize, _: &Party| Request::Compare {
        nonces: nonces.clone(),
    };
    let answers = ask_all(parties, "compare", QUICK, request).await?;
    let words = taken(parties, answers, |reply| match reply {
        Reply::Compared { words } => Some(words.clone()),
        _ => None,
    })?;
    same_words(parties, &words)?;
    let admitted = Admitted {
        roster,
        documents,
        admissions,
        nonces,
        words: words.first().cloned().unwrap_or_default(),
    };
    Ok((admitted, words))
}

/// What each answer holds.
fn taken<T>(
    parties: &[Party],
    answers: Vec<Reply>,
    take: impl Fn(&Reply) -> Option<T>,
) -> Result<Vec<T>, Fault> {
    let each = parties.iter().zip(answers).map(|(party, reply)| {
        let taken = take(&reply);
        taken.ok_or_else(|| unexpected(&party.link, &reply).into())
    });
    each.collect()
}

/// Each party has told its owner the same words.
fn same_words(parties: &[Party], words: &[String]) -> Result<(), Fault> {
    if words.iter().all(|one| Some(one) == words.first()) {
        return Ok(());
    }
    let each = parties
        .iter()
        .zip(words)
        .map(|(party, words)| format!("  {}: {words}", party.host.name));
    let each: Vec<_> = each.collect();
    Err(Fault::user(format!(
        "the parties do not hold the same roster: their words differ\n{}",
        each.join("\n")
    )))
}
